/** @file Lines of unequal length on one list of places. */
import { expect, test } from 'vitest';
import { alignPoints, fromZero, upToOne, valueAt } from './curves-data.ts';

test('a line has a gap where only another one has a point', () => {
  const aligned = alignPoints([
    [
      [1, 0.5],
      [3, 0.7],
    ],
    [[2, 0.1]],
  ]);

  expect(aligned).toEqual({
    xs: [1, 2, 3],
    ys: [
      [0.5, null, 0.7],
      [null, 0.1, null],
    ],
  });
});

test('a gap reads as the last value before it, and before the first as none', () => {
  expect([0, 1, 2, 9].map((index) => valueAt([null, 0.4, null], index))).toEqual([null, 0.4, 0.4, 0.4]);
});

test('losses are shown from nothing, shares up to all of them', () => {
  expect(fromZero(0.3, 2)).toEqual([0, 2.1]);
  expect(upToOne(0.437, 0.9)).toEqual([0.4, 1]);
  expect(upToOne(0.995, 1)).toEqual([0.9, 1]);
  expect(upToOne(0.02, 1)).toEqual([0, 1]);
});
