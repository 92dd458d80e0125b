/** @file Quantiles and bins worked by hand. */
import { expect, test } from 'vitest';
import { computeHistogram, computeSpread, spaceEdges } from './statistics.ts';

test('the spread of 0 to 100 is its 5th, 50th and 95th value, in whatever order they come', () => {
  const values = Array.from({ length: 101 }, (_, n) => (n * 37) % 101);

  expect(computeSpread(values)).toEqual({ low: 5, median: 50, high: 95 });
});

test('two values have a middle between them, and none has zeros', () => {
  expect(computeSpread([1, 3])).toEqual({ low: 1.1, median: 2, high: expect.closeTo(2.9, 9) });
  expect(computeSpread([])).toEqual({ low: 0, median: 0, high: 0 });
});

test('a value on an edge falls into the bin above it, and what lies beyond into the last', () => {
  const { counts } = computeHistogram([-5, 0, 0.25, 0.49, 0.5, 1, 7], [0, 0.25, 0.5, 1]);

  expect(counts).toEqual([2, 2, 3]);
});

test('edges are spaced evenly, or by equal ratios', () => {
  expect(spaceEdges(0, 1, { bins: 4 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(spaceEdges(1, 1000, { bins: 3, isLog: true }).map(Math.round)).toEqual([1, 10, 100, 1000]);
});
