/** @file A linear classifier as an ONNX model: standardization, weights and temperature folded into one Gemm, then softmax. */
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';

export interface LinearHead {
  /** [D] subtracted from the features before the weights. */
  mean: ArrayLike<number>;
  /** [D] that the difference is divided by. */
  scale: ArrayLike<number>;
  /** [K, D] row-major, for standardized features. */
  weights: ArrayLike<number>;
  /** [K] */
  bias: ArrayLike<number>;
  /** Logits are divided by it; default 1. */
  temperature?: number;
}

/**
 * Input `features` float32 `[N, D]`; outputs `logits` and `probabilities` float32 `[N, K]`. Folding is done in float64. Every operator
 * means the same in operator sets 7 to 23, so that the head can be joined to any backbone. Throws RangeError where sizes differ.
 */
export function renderLinearHead(head: LinearHead): OnnxModel {
  const [classCount, dimensions] = [head.bias.length, head.mean.length];
  if (head.scale.length !== dimensions || head.weights.length !== classCount * dimensions) {
    throw new RangeError(`${classCount} x ${dimensions} weights and ${dimensions} scales were expected`);
  }
  const { weights, bias } = foldLinearHead(head);
  return onnxModel({
    name: 'linear-head',
    inputs: [onnxValue('features', 'float32', ['N', dimensions])],
    outputs: [
      onnxValue('logits', 'float32', ['N', classCount]),
      onnxValue('probabilities', 'float32', ['N', classCount]),
    ],
    initializers: [floats('weights', [classCount, dimensions], weights), floats('bias', [classCount], bias)],
    nodes: [
      onnxNode('Gemm', ['features', 'weights', 'bias'], ['logits'], { transB: 1 }),
      onnxNode('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ],
  });
}

/** w' = w / (scale T), b' = (b - w · mean / scale) / T. */
export function foldLinearHead(head: LinearHead): { weights: Float32Array; bias: Float32Array } {
  const [classCount, dimensions, temperature] = [head.bias.length, head.mean.length, head.temperature ?? 1];
  const weights = new Float32Array(classCount * dimensions);
  const bias = new Float32Array(classCount);
  for (let k = 0; k < classCount; k++) {
    let shifted = head.bias[k] as number;
    for (let d = 0; d < dimensions; d++) {
      const scaled = (head.weights[k * dimensions + d] as number) / (head.scale[d] as number);
      shifted -= scaled * (head.mean[d] as number);
      weights[k * dimensions + d] = scaled / temperature;
    }
    bias[k] = shifted / temperature;
  }
  return { weights, bias };
}
