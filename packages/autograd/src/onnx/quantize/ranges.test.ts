/** @file Which part of a tensor's range is kept, and how numbers are counted. */
import { expect, test } from 'vitest';
import { draw } from '../../testing.ts';
import { channelMeans, chooseRange, histogramBins, joinSpreads, rangeOf, SpreadCounter } from './ranges.ts';

function countOf(values: Float32Array, dims: readonly number[] = [1, 1, values.length]) {
  const counter = new SpreadCounter(rangeOf(values));
  counter.add(values, dims);
  return counter.read();
}

/** 100,000 numbers from 0 to 1 and one of 50. */
const withOutlier = (): Float32Array => Float32Array.of(...draw(100_000, 1).map(Math.abs), 50);

test('min-max keeps everything', () => {
  expect(chooseRange(countOf(Float32Array.of(-2, 0, 7)), { calibrator: 'min-max' })).toEqual({ low: -2, high: 7 });
});

test('percentile leaves out one number of 100,000 that is far from the rest', () => {
  const { high } = chooseRange(countOf(withOutlier()), { calibrator: 'percentile' });

  expect(high).toBeGreaterThanOrEqual(1);
  expect(high).toBeLessThan(1.1);
});

test('mse keeps the outlier where cutting it costs more than finer steps gain', () => {
  const spread = countOf(withOutlier());
  const { high } = chooseRange(spread, { calibrator: 'mse' });

  const cost = (top: number): number => ((top / 255) ** 2 / 12) * 100_000 + (50 - top) ** 2;
  expect(cost(high)).toBeLessThanOrEqual(Math.min(cost(1), cost(50)));
  expect(high).toBeGreaterThan(30);
});

test.each(['min-max', 'percentile', 'mse'] as const)('%s leaves a range of one number as it is', (calibrator) => {
  expect(chooseRange(countOf(new Float32Array(9)), { calibrator })).toEqual({ low: 0, high: 0 });
});

test('counts fall into bins of equal width, and channels have means of their own', () => {
  const spread = countOf(Float32Array.of(0, 1, 2, 3, 10, 20, 30, 40), [1, 2, 2, 2]);

  expect(spread.counts.reduce((sum, count) => sum + count, 0)).toBe(8);
  expect(spread.counts[0]).toBe(1);
  expect(spread.counts[Math.floor((3 / 40) * histogramBins)]).toBe(1);
  expect([...channelMeans(spread)]).toEqual([1.5, 25]);
});

test('spreads of other pictures add up', () => {
  const spread = countOf(Float32Array.of(0, 4), [1, 2, 1]);

  const both = joinSpreads(spread, spread);

  expect(both.counts[0]).toBe(2);
  expect([...channelMeans(both)]).toEqual([0, 4]);
});
