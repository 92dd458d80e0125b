/** @file Reverse mode as a whole: what is frozen, what is shared, what is deep. */
import { describe, expect, test } from 'vitest';
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

  test.each<[string, () => unknown]>([
    ['shapes that do not broadcast', () => ops.add(matrix, input('other', [2]))],
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
