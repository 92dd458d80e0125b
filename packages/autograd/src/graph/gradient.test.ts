/** @file Reverse mode as a whole: what is frozen, what is shared, what is deep. */
import { describe, expect, test } from 'vitest';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { openSession, type Tensor } from '../runtime/session.ts';
import { draw, largestDifference } from '../testing.ts';
import { emitOnnx } from './emit.ts';
import { evaluate } from './evaluate.ts';
import { computeGradients } from './gradient.ts';
import { softmaxCrossEntropy } from './losses.ts';
import type { OperatorName } from './operator.ts';
import { ops } from './ops.ts';
import { ShapeError } from './shape.ts';
import { constant, input, listNodes, scalar, type Value } from './value.ts';

const countOf = (values: readonly Value[], operator: OperatorName): number =>
  listNodes(values).filter((node) => node.operator === operator).length;

test('frozen layers get no backward operators', () => {
  const x = input('x', [2, 3]);
  const frozen = input('frozen', [3, 3]);
  const weights = input('weights', [3, 4]);
  const features = ops.tanh(ops.matmul(ops.tanh(ops.matmul(x, frozen)), frozen));
  const loss = ops.reduceMean(ops.matmul(features, weights));

  const [gradient] = computeGradients(loss, [weights]);

  expect(countOf([loss], 'matmul')).toBe(3);
  expect(countOf([loss, gradient as Value], 'matmul')).toBe(4);
});

test('a value used twice gets the sum of both gradients', () => {
  const x = input('x', []);

  const [gradient] = computeGradients(ops.add(ops.mul(x, x), ops.mul(x, scalar(3))), [x]);

  expect(evaluate([gradient as Value], { x: [5] })[0]).toEqual(Float64Array.of(13));
});

test('a variable that the loss does not depend on gets zeros', () => {
  const [x, other] = [input('x', [2]), input('other', [2, 3])];

  const [gradient] = computeGradients(ops.reduceSum(x), [other]);

  expect(gradient?.shape).toEqual([2, 3]);
  expect(evaluate([gradient as Value])[0]).toEqual(new Float64Array(6));
});

test('a comparison passes no gradient on, its neighbors do', () => {
  const x = input('x', [3]);
  const loss = ops.reduceSum(ops.where(ops.greater(x, scalar(1)), ops.mul(x, x), scalar(0)));

  const [gradient] = computeGradients(loss, [x]);

  expect(evaluate([gradient as Value], { x: [1, 2, 3] })[0]).toEqual(Float64Array.of(0, 4, 6));
});

test('equal maxima share the gradient', () => {
  const x = input('x', [4]);

  const [gradient] = computeGradients(ops.reduceMax(x), [x]);

  expect(evaluate([gradient as Value], { x: [1, 3, 3, 2] })[0]).toEqual(Float64Array.of(0, 0.5, 0.5, 0));
});

test('the gradient of a gradient is the second derivative', () => {
  const x = input('x', []);
  const [first] = computeGradients(ops.exp(ops.mul(x, x)), [x]);

  const [second] = computeGradients(first as Value, [x]);

  // (e^(x^2))'' = (2 + 4 x^2) e^(x^2)
  expect(evaluate([second as Value], { x: [0.7] })[0]?.[0]).toBeCloseTo((2 + 4 * 0.49) * Math.exp(0.49), 10);
});

test('a gradient that nobody wrote is an error, not zeros', () => {
  const [x, scale, bias] = [input('x', [3, 2]), input('scale', [2]), input('bias', [2])];
  const { y } = ops.batchNorm(x, scale, bias);
  const [first] = computeGradients(ops.reduceSum(ops.mul(y, y)), [x]);

  expect(() => computeGradients(ops.reduceSum(first as Value), [x])).toThrow(
    'the gradient of batchNormGradient is not written',
  );
});

test('convolution has second derivatives', () => {
  const [x, weight] = [input('x', [1, 1, 3, 3]), input('weight', [1, 1, 2, 2])];
  const y = ops.conv(x, weight);
  const [first] = computeGradients(ops.reduceSum(ops.mul(y, y)), [weight]);

  const [second] = computeGradients(ops.reduceSum(first as Value), [weight]);

  // L = Σ y² with y = A w, so that Σ dL/dw = 2 · 1ᵀ AᵀA w has the gradient 2 AᵀA 1.
  const ofOnes = ops.conv(x, constant(new Float32Array(4).fill(1), [1, 1, 2, 2]));
  const expected = ops.convWeightGradient(x, ops.mul(ofOnes, scalar(2)), { weightShape: weight.shape });
  const [actual, wanted] = evaluate([second as Value, expected], { x: draw(9, 1), weight: draw(4, 2) });
  expect(largestDifference(actual, wanted as Float64Array)).toBeLessThan(1e-12);
});

test('the statistics of a batch survive float32 where the mean is large', async () => {
  const [x, scale, bias] = [input('x', [4, 2, 3, 3]), input('scale', [2]), input('bias', [2])];
  const feeds = { x: draw(72, 1).map((value) => 3000 + value), scale: draw(2, 2), bias: draw(2, 3) };
  const { mean, variance } = ops.batchNorm(x, scale, bias);
  await using session = await openSession(renderOnnx(emitOnnx({ mean, variance })));

  const results = await session.run({ x: { type: 'float32', dims: x.shape, data: feeds.x }, ...channels(feeds) });

  const [expectedMean, expectedVariance] = evaluate([mean, variance], feeds);
  expect(largestDifference(results['mean']?.data, expectedMean as Float64Array)).toBeLessThan(2e-7);
  expect(largestDifference(results['variance']?.data, expectedVariance as Float64Array)).toBeLessThan(1e-4);
});

const channels = (feeds: { scale: Float32Array; bias: Float32Array }): Record<string, Tensor> => ({
  scale: { type: 'float32', dims: [2], data: feeds.scale },
  bias: { type: 'float32', dims: [2], data: feeds.bias },
});

test('ten thousand operators in a row overflow no stack', () => {
  const x = input('x', []);
  let y = x;
  for (let i = 0; i < 10_000; i++) y = ops.add(y, x);

  const [gradient] = computeGradients(y, [x]);

  expect(evaluate([gradient as Value], { x: [1] })[0]?.[0]).toBe(10_001);
});

test('cross-entropy with soft targets has the gradient softmax - target', () => {
  const [logits, targets] = [input('logits', [3, 4]), input('targets', [3, 4])];
  const feeds = { logits: draw(12, 1), targets: draw(12, 2).map((x) => x + 1) };
  const losses = softmaxCrossEntropy(logits, targets);

  const [gradient] = computeGradients(ops.reduceSum(losses), [logits]);

  const total = ops.reduceSum(targets, { axes: [-1], keepDims: true });
  const expected = ops.sub(ops.mul(ops.softmax(logits), total), targets);
  const [actual, wanted] = evaluate([gradient as Value, expected], feeds);
  expect(largestDifference(actual, wanted as Float64Array)).toBeLessThan(1e-12);
  expect(losses.shape).toEqual([3]);
});

describe('what does not fit is refused where the graph is built', () => {
  const [matrix, vector] = [input('matrix', [2, 3]), input('vector', [3])];
  const indices = input('indices', [2], 'int64');
  const picture = input('picture', [1, 3, 5, 5]);

  test.each<[string, () => unknown]>([
    ['shapes that do not broadcast', () => ops.add(matrix, input('other', [2]))],
    ['floats and integers', () => ops.add(input('other', [2]), indices)],
    ['inner sizes that differ', () => ops.matmul(matrix, matrix)],
    ['a product of vectors', () => ops.matmul(vector, vector)],
    ['an axis that is not there', () => ops.softmax(matrix, 2)],
    ['an axis named twice', () => ops.reduceSum(matrix, { axes: [1, -1] })],
    ['a reshape that loses elements', () => ops.reshape(matrix, [4])],
    ['a permutation that is none', () => ops.transpose(matrix, [0, 0])],
    ['a stretch of what is not 1', () => ops.expand(matrix, [2, 6])],
    ['indices that are no integers', () => ops.gatherRows(matrix, vector)],
    ['a row without an index', () => ops.scatterAddRows(vector, indices, 5)],
    ['rows of a scalar', () => ops.gatherRows(scalar(1), indices)],
    ['a convolution of other channels', () => ops.conv(picture, input('w', [4, 2, 1, 1]))],
    ['a window larger than the picture', () => ops.conv(picture, input('w', [4, 3, 6, 1]))],
    [
      'a gradient of another shape',
      () => ops.convInputGradient(picture, input('w', [3, 1, 2, 2]), { inputShape: [1] }),
    ],
    ['pooling of a matrix', () => ops.averagePool(matrix, { kernel: [1, 1] })],
    ['a scale for other channels', () => ops.batchNorm(picture, vector, input('bias', [2]))],
    ['a slice that stands still', () => ops.slice(matrix, { starts: [0], ends: [2], steps: [0] })],
    ['pads that cut', () => ops.pad(matrix, { begin: [0, -1], end: [0, 0] })],
    ['parts that do not join', () => ops.concat([matrix, input('other', [2, 4])], 0)],
    ['parts of another total', () => ops.split(matrix, { axis: 1, sizes: [1, 1] })],
    ['constants that do not fill their shape', () => constant(new Float32Array(5), [2, 3])],
    ['a size that is not static', () => input('x', [-1, 3])],
    ['a loss that is not a scalar', () => computeGradients(matrix, [matrix])],
  ])('%s', (_, build) => {
    expect(build).toThrow(ShapeError);
  });
});

test('two inputs of one name are not mixed up', () => {
  expect(() => emitOnnx({ y: ops.add(input('x', [2]), input('x', [1])) })).toThrow('two inputs are named "x"');
});

test('an input without a value is named', () => {
  expect(() => evaluate([ops.neg(input('x', [1]))])).toThrow('nothing is fed to "x"');
});

test('graphs are frozen', () => {
  const value = ops.neg(input('x', [1]));

  expect(Object.isFrozen(value) && Object.isFrozen(value.shape)).toBe(true);
  expect(value.origin.kind === 'node' && Object.isFrozen(value.origin.node.inputs)).toBe(true);
});
