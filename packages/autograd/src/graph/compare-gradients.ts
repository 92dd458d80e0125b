/** @file Checks the gradients of a whole graph: ONNX Runtime in float32 against the float64 reference. For tests. */
import type { OnnxModel } from '../onnx/read-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession, type Tensor } from '../runtime/session.ts';
import { emitOnnx } from './emit.ts';
import { evaluate } from './evaluate.ts';
import { computeGradients } from './gradient.ts';
import { listNodes, type Value } from './value.ts';

export interface GradientComparison {
  /** |loss - reference| / max(1, |reference|) */
  readonly lossError: number;
  /** The variable whose gradient is furthest off: max |g - reference| / max |reference|. */
  readonly worst: { readonly name: string; readonly error: number };
  /** |g - reference| / |reference| over all elements of all gradients, by the Euclidean norm. */
  readonly globalError: number;
  /**
   * Variables left out of `worst`: nowhere is their true gradient above a millionth of the largest, as of a bias before batch
   * normalization, so that rounding is all there is to compare.
   */
  readonly vanishing: readonly string[];
}

export interface ComparisonOptions {
  /** How the graph is written; default `emitOnnx`. */
  readonly emit?: (outputs: Readonly<Record<string, Value>>) => OnnxModel;
}

const vanishingShare = 1e-6;

/** Values of all inputs by name; variables are inputs too. Feeds of int64 inputs are whole numbers. */
export async function compareGradients(
  {
    loss,
    variables,
    feeds,
  }: { loss: Value; variables: readonly Value[]; feeds: Readonly<Record<string, ArrayLike<number>>> },
  { emit = emitOnnx }: ComparisonOptions = {},
): Promise<GradientComparison> {
  const gradients = computeGradients(loss, variables);
  const outputs = { loss, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient])) };
  const [trueLoss, ...truths] = evaluate([loss, ...gradients], feeds) as [Float64Array, ...Float64Array[]];
  await using session = await openSession(renderOnnx(emit(outputs)));
  const results = await session.run(tensorsOf(outputs, feeds));

  const tensors = variables.map((variable, i) => {
    const [truth, actual] = [truths[i] as Float64Array, floatsOf(results, `gradient${i}`)];
    const differences = truth.map((x, at) => (actual[at] as number) - x);
    return { name: nameOf(variable), largest: largestOf(truth), off: largestOf(differences), truth, differences };
  });
  const largest = Math.max(...tensors.map((tensor) => tensor.largest));
  const [compared, vanishing] = [true, false].map((isCompared) =>
    tensors.filter((tensor) => tensor.largest > largest * vanishingShare === isCompared),
  ) as [typeof tensors, typeof tensors];
  const worst = compared
    .map(({ name, off, largest: scale }) => ({ name, error: Number.isNaN(off) ? Infinity : off / scale }))
    .reduce((a, b) => (b.error > a.error ? b : a), { name: '', error: 0 });
  return {
    lossError:
      Math.abs((floatsOf(results, 'loss')[0] as number) - (trueLoss[0] as number)) /
      Math.max(1, Math.abs(trueLoss[0] as number)),
    worst,
    globalError: normOf(tensors.map(({ differences }) => differences)) / normOf(tensors.map(({ truth }) => truth)),
    vanishing: vanishing.map(({ name }) => name),
  };
}

const largestOf = (numbers: Float64Array): number => numbers.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);

const normOf = (lists: readonly Float64Array[]): number =>
  Math.sqrt(lists.reduce((total, list) => total + list.reduce((sum, x) => sum + x * x, 0), 0));

const nameOf = ({ origin }: Value): string => (origin.kind === 'input' ? origin.name : '');

function tensorsOf(
  outputs: Readonly<Record<string, Value>>,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Tensor> {
  const read = new Set(listNodes(Object.values(outputs)).flatMap(({ inputs }) => inputs));
  const tensors: Record<string, Tensor> = {};
  for (const value of read) {
    const { origin, type, shape: dims } = value;
    if (origin.kind !== 'input') continue;
    const data = feeds[origin.name] ?? [];
    tensors[origin.name] =
      type === 'int64'
        ? { type, dims, data: BigInt64Array.from(Array.from(data), BigInt) }
        : { type: 'float32', dims, data: Float32Array.from(data) };
  }
  return tensors;
}
