/** @file Intervals are those of the textbook, and the scale holds them. */
import { expect, test } from 'vitest';
import { chooseScale, computeWilsonInterval } from './interval.ts';

test.each([
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [87, 100, 0.7902, 0.9224],
])('%i of %i is between %f and %f', (successes, total, low, high) => {
  const interval = computeWilsonInterval(successes, total);

  expect(interval?.[0]).toBeCloseTo(low, 3);
  expect(interval?.[1]).toBeCloseTo(high, 3);
});

test('nothing counted has no interval', () => {
  expect(computeWilsonInterval(0, 0)).toBeUndefined();
});

test('the scale starts at a round share below every interval and ends at one', () => {
  expect(
    chooseScale([
      [0.71, 0.8],
      [0.85, 0.9],
    ]),
  ).toEqual([0.65, 1]);
  expect(chooseScale([[0.01, 0.2]])).toEqual([0, 1]);
  expect(chooseScale([])).toEqual([0.9, 1]);
});
