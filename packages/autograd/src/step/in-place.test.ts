/** @file What may be written where it was read: decided on the graph, for any order a runtime might choose. */
import { expect, test } from 'vitest';
import { ops } from '../graph/ops.ts';
import { input, scalar, type Value } from '../graph/value.ts';
import type { Slot } from './build-step.ts';
import { listInPlace } from './in-place.ts';

const weight = input('weight', [2, 2]);
const x = input('x', [2, 2]);

const inPlace = (next: Value, ...results: Value[]): boolean => {
  const slot: Slot = { name: 'weight', value: weight, next };
  return listInPlace([next, ...results], [slot]).has('weight');
};

test('a tensor that is read only to compute its successor is written in place', () => {
  expect(inPlace(ops.sub(weight, x))).toBe(true);
  expect(inPlace(ops.add(ops.mul(weight, scalar(0.9)), x))).toBe(true);
});

test('a tensor that somebody may read later is not', () => {
  const product = ops.matmul(x, weight);

  expect(inPlace(ops.sub(weight, x), product)).toBe(false);
  expect(inPlace(ops.sub(weight, product), product)).toBe(true);
});

test('nor one whose view somebody may read later', () => {
  const flat = ops.reshape(weight, [4]);

  expect(inPlace(ops.add(weight, ops.reduceSum(flat)), ops.exp(flat))).toBe(false);
  expect(inPlace(ops.add(weight, ops.reduceSum(ops.exp(flat))), ops.neg(x))).toBe(true);
});

test('nor one whose successor mixes elements of different places', () => {
  expect(inPlace(ops.matmul(weight, x))).toBe(false);
  expect(inPlace(ops.reshape(ops.transpose(weight, [1, 0]), [2, 2]))).toBe(false);
});
