/** @file k nearest neighbors as an ONNX model: cosine similarity to a stored bank, exponentially weighted votes (Wu et al. 2018). */
import { floats, integers, onnxModel, onnxNode, onnxTensor, onnxValue } from '../onnx/build-onnx.ts';
import { elementTypes } from '../onnx/element-types.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';

export interface NeighborHead {
  /** [M, D] row-major training features, of any length each. */
  bank: Float32Array;
  dimensions: number;
  /** [M] class of each row. */
  classIndices: ArrayLike<number>;
  classCount: number;
  /** Neighbors that vote; at most M. */
  k: number;
  /** Logits are divided by it; default 1. */
  temperature?: number;
}

/** A vote weighs exp(similarity / 0.07), as in Wu et al. 2018 and DINO's k-NN evaluation. */
export const voteTemperature = 0.07;
/** Share of the probability spread over all classes, so that no class is impossible and its logarithm finite. */
export const voteSmoothing = 1e-3;

/** Input `features` float32 `[N, D]`; outputs `logits` (log of the vote shares / temperature) and `probabilities` `[N, K]`. */
export function renderNeighborHead(head: NeighborHead): OnnxModel {
  const { dimensions, classCount } = head;
  const rows = head.classIndices.length;
  if (rows === 0 || head.bank.length !== rows * dimensions) {
    throw new RangeError(`${rows} rows of ${dimensions} were expected, not ${head.bank.length} numbers`);
  }
  const keep = 1 - voteSmoothing;
  return onnxModel({
    name: 'neighbor-head',
    inputs: [onnxValue('features', 'float32', ['N', dimensions])],
    outputs: [
      onnxValue('logits', 'float32', ['N', classCount]),
      onnxValue('probabilities', 'float32', ['N', classCount]),
    ],
    initializers: [
      floats('bank', [dimensions, rows], transposedUnitRows(head.bank, rows, dimensions)),
      onnxTensor('classOfRow', 'int64', [rows, 1], BigInt64Array.from(Array.from(head.classIndices), BigInt)),
      integers('classes', [...Array(classCount).keys()]),
      floats('onesD', [dimensions, 1], new Float32Array(dimensions).fill(1)),
      floats('onesK', [classCount, 1], new Float32Array(classCount).fill(1)),
      floats('tiny', [1], [1e-12]),
      floats('voteTemperature', [1], [voteTemperature]),
      floats('keep', [1], [keep]),
      floats('spread', [1], [voteSmoothing / classCount]),
      floats('temperature', [1], [head.temperature ?? 1]),
      floats('one', [1], [1]),
      integers('k', [Math.min(head.k, rows)]),
      integers('rowShape', [0, 1, -1]),
      integers('flatShape', [0, -1]),
    ],
    nodes: [
      // unit = x / sqrt(sum x^2)
      onnxNode('Mul', ['features', 'features'], ['squared']),
      onnxNode('MatMul', ['squared', 'onesD'], ['squaredNorm']),
      onnxNode('Add', ['squaredNorm', 'tiny'], ['squaredNormSafe']),
      onnxNode('Sqrt', ['squaredNormSafe'], ['norm']),
      onnxNode('Div', ['features', 'norm'], ['unit']),
      onnxNode('MatMul', ['unit', 'bank'], ['similarity']),
      onnxNode('TopK', ['similarity', 'k'], ['nearest', 'rows'], { axis: 1 }),
      // weight = exp((similarity - 1) / T): at most 1, so that it cannot overflow
      onnxNode('Sub', ['nearest', 'one'], ['distance']),
      onnxNode('Div', ['distance', 'voteTemperature'], ['scaledDistance']),
      onnxNode('Exp', ['scaledDistance'], ['weight']),
      onnxNode('Reshape', ['weight', 'rowShape'], ['weightRow']),
      // [N, k, 1] == [K] -> [N, k, K]
      onnxNode('Gather', ['classOfRow', 'rows'], ['neighborClass'], { axis: 0 }),
      onnxNode('Equal', ['neighborClass', 'classes'], ['isClass']),
      onnxNode('Cast', ['isClass'], ['neighborVotes'], { to: elementTypes.float32.id }),
      onnxNode('MatMul', ['weightRow', 'neighborVotes'], ['weightedVotes']),
      onnxNode('Reshape', ['weightedVotes', 'flatShape'], ['ballot']),
      onnxNode('MatMul', ['ballot', 'onesK'], ['ballotSum']),
      onnxNode('Add', ['ballotSum', 'tiny'], ['ballotSumSafe']),
      onnxNode('Div', ['ballot', 'ballotSumSafe'], ['share']),
      onnxNode('Mul', ['share', 'keep'], ['keptShare']),
      onnxNode('Add', ['keptShare', 'spread'], ['smoothShare']),
      onnxNode('Log', ['smoothShare'], ['logShare']),
      onnxNode('Div', ['logShare', 'temperature'], ['logits']),
      onnxNode('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ],
  });
}

/** [M, D] -> [D, M] with every row of length 1. */
function transposedUnitRows(bank: Float32Array, rows: number, dimensions: number): Float32Array {
  const result = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    let squared = 1e-12;
    for (let d = 0; d < dimensions; d++) squared += (bank[row * dimensions + d] as number) ** 2;
    const scale = 1 / Math.sqrt(squared);
    for (let d = 0; d < dimensions; d++) result[d * rows + row] = (bank[row * dimensions + d] as number) * scale;
  }
  return result;
}
