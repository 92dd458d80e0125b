/** @file A network of one hidden layer as an ONNX model: standardization folded into the first product, temperature into the second. */
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import { foldLinearHead } from './linear-head.ts';

export interface PerceptronHead {
  /** [D] subtracted from the features. */
  mean: ArrayLike<number>;
  /** [D] that the difference is divided by. */
  scale: ArrayLike<number>;
  /** `weights` [H, D], `bias` [H] */
  hidden: { weights: Float32Array; bias: Float32Array };
  /** `weights` [K, H], `bias` [K] */
  output: { weights: Float32Array; bias: Float32Array };
  /** Logits are divided by it; default 1. */
  temperature?: number;
}

/** Input `features` float32 `[N, D]`; outputs `logits` and `probabilities` `[N, K]`. Throws RangeError where sizes differ. */
export function renderPerceptronHead({ mean, scale, hidden, output, temperature = 1 }: PerceptronHead): OnnxModel {
  const [dimensions, width, classCount] = [mean.length, hidden.bias.length, output.bias.length];
  if (
    scale.length !== dimensions ||
    hidden.weights.length !== width * dimensions ||
    output.weights.length !== classCount * width
  )
    throw new RangeError(`${width} x ${dimensions} and ${classCount} x ${width} weights were expected`);
  const first = foldLinearHead({ mean, scale, ...hidden });
  const second = foldLinearHead({
    mean: new Float32Array(width),
    scale: new Float32Array(width).fill(1),
    ...output,
    temperature,
  });
  return onnxModel({
    name: 'perceptron-head',
    inputs: [onnxValue('features', 'float32', ['N', dimensions])],
    outputs: [
      onnxValue('logits', 'float32', ['N', classCount]),
      onnxValue('probabilities', 'float32', ['N', classCount]),
    ],
    initializers: [
      floats('hiddenWeights', [width, dimensions], first.weights),
      floats('hiddenBias', [width], first.bias),
      floats('outputWeights', [classCount, width], second.weights),
      floats('outputBias', [classCount], second.bias),
    ],
    nodes: [
      onnxNode('Gemm', ['features', 'hiddenWeights', 'hiddenBias'], ['hiddenSum'], { transB: 1 }),
      onnxNode('Relu', ['hiddenSum'], ['hidden']),
      onnxNode('Gemm', ['hidden', 'outputWeights', 'outputBias'], ['logits'], { transB: 1 }),
      onnxNode('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ],
  });
}
