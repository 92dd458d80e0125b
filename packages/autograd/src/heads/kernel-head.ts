/** @file A Gaussian-kernel support vector machine as an ONNX model: standardization, kernel, a duel of each pair of classes, softmax. */
import { sumSquares } from '../fit/kernel-rows.ts';
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';
import { largestMargin, pairMatrices } from './pair-coupling.ts';

export interface KernelHead {
  /** [D] subtracted from the features. */
  mean: ArrayLike<number>;
  /** [D] that the difference is divided by. */
  scale: ArrayLike<number>;
  /** [M, D] row-major, standardized. */
  support: Float32Array;
  /** [M, P]; for each pair of classes, in the order of `listPairs`, they sum to 0. */
  coefficients: Float64Array;
  /** [P] */
  bias: ArrayLike<number>;
  classCount: number;
  gamma: number;
  /** Decision values are multiplied by it before they become odds. */
  sharpness: number;
  /** Logits are divided by it; default 1. */
  temperature?: number;
}

/** Input `features` float32 `[N, D]`; outputs `logits` and `probabilities` `[N, K]`. Throws RangeError where sizes differ. */
export function renderKernelHead(head: KernelHead): OnnxModel {
  const { classCount, gamma } = head;
  const [dimensions, pairCount] = [head.mean.length, head.bias.length];
  const rows = head.support.length / dimensions;
  if (
    head.scale.length !== dimensions ||
    head.coefficients.length !== rows * pairCount ||
    pairCount !== (classCount * (classCount - 1)) / 2
  )
    throw new RangeError(`${rows} x ${pairCount} coefficients for ${classCount} classes do not fit each other`);
  const squares = sumSquares(head.support, dimensions);
  const { first, second } = pairMatrices(classCount);
  return onnxModel({
    name: 'kernel-head',
    inputs: [onnxValue('features', 'float32', ['N', dimensions])],
    outputs: [
      onnxValue('logits', 'float32', ['N', classCount]),
      onnxValue('probabilities', 'float32', ['N', classCount]),
    ],
    initializers: [
      floats('mean', [dimensions], Float32Array.from(head.mean)),
      floats('scale', [dimensions], Float32Array.from(head.scale)),
      floats('onesD', [dimensions, 1], new Float32Array(dimensions).fill(1)),
      floats('support', [rows, dimensions], head.support),
      floats('squares', [rows], squares),
      floats('zero', [1], [0]),
      floats('minusGamma', [1], [-gamma]),
      floats('usual', [1], [usualKernel(head, squares)]),
      floats('coefficients', [rows, pairCount], Float32Array.from(head.coefficients)),
      floats('bias', [pairCount], Float32Array.from(head.bias)),
      floats('sharpness', [1], [head.sharpness]),
      floats('most', [1], [largestMargin]),
      floats('least', [1], [-largestMargin]),
      floats('isFirst', [pairCount, classCount], first),
      floats('isSecond', [pairCount, classCount], second),
      floats('one', [1], [1]),
      floats('minusTemperature', [1], [-(head.temperature ?? 1)]),
    ],
    nodes: [
      onnxNode('Sub', ['features', 'mean'], ['centered']),
      onnxNode('Div', ['centered', 'scale'], ['standard']),
      // K = exp(-gamma max(0, |x|^2 + |s|^2 - 2 x·s))
      onnxNode('Mul', ['standard', 'standard'], ['squared']),
      onnxNode('MatMul', ['squared', 'onesD'], ['square']),
      onnxNode('Gemm', ['standard', 'support', 'squares'], ['product'], { transB: 1, alpha: { float: -2 } }),
      onnxNode('Add', ['product', 'square'], ['distance']),
      onnxNode('Max', ['distance', 'zero'], ['distanceSafe']),
      onnxNode('Mul', ['distanceSafe', 'minusGamma'], ['exponent']),
      onnxNode('Exp', ['exponent'], ['kernel']),
      // The coefficients of a pair sum to 0, so a constant changes nothing; without it large sums would cancel and leave their rounding.
      onnxNode('Sub', ['kernel', 'usual'], ['kernelCentered']),
      onnxNode('Gemm', ['kernelCentered', 'coefficients', 'bias'], ['decisions']),
      // lost_k = 1 + Σ_j exp(-s d_kj); logit_k = -log lost_k
      onnxNode('Mul', ['decisions', 'sharpness'], ['margins']),
      onnxNode('Min', ['margins', 'most'], ['marginsBelow']),
      onnxNode('Max', ['marginsBelow', 'least'], ['marginsSafe']),
      onnxNode('Exp', ['marginsSafe'], ['odds']),
      onnxNode('Div', ['one', 'odds'], ['oddsAgainst']),
      onnxNode('MatMul', ['oddsAgainst', 'isFirst'], ['lostAsFirst']),
      onnxNode('MatMul', ['odds', 'isSecond'], ['lostAsSecond']),
      onnxNode('Add', ['lostAsFirst', 'lostAsSecond'], ['lost']),
      onnxNode('Add', ['lost', 'one'], ['lostSafe']),
      onnxNode('Log', ['lostSafe'], ['logLost']),
      onnxNode('Div', ['logLost', 'minusTemperature'], ['logits']),
      onnxNode('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ],
  });
}

/** The kernel at the mean squared distance of two support vectors, 2 (mean |s|^2 - |mean s|^2). */
function usualKernel({ support, gamma, mean }: KernelHead, squares: Float32Array): number {
  const dimensions = mean.length;
  const center = new Float64Array(dimensions);
  for (let at = 0, d = 0; at < support.length; at++, d = d + 1 === dimensions ? 0 : d + 1)
    center[d] = (center[d] as number) + (support[at] as number) / squares.length;
  const spread = squares.reduce((sum, square) => sum + square, 0) / Math.max(1, squares.length);
  return Math.exp(-2 * gamma * (spread - center.reduce((sum, value) => sum + value * value, 0)));
}
