/** @file From measured numbers to the range that 8 bits shall cover: all of it, all but its tails, or what loses least. */
import type { Range } from './affine.ts';

export const calibrators = ['min-max', 'percentile', 'mse'] as const;
export type Calibrator = (typeof calibrators)[number];

export const histogramBins = 2048;

/** Counts over `range`, in bins of equal width. */
export interface Histogram {
  readonly range: Range;
  /** [histogramBins] */
  readonly counts: Float64Array;
}

/** A histogram, and the mean of each channel: axis 1. */
export interface Spread extends Histogram {
  /** [C] */
  readonly channelSums: Float64Array;
  /** Numbers in each of the sums. */
  readonly places: number;
}

/** [C] */
export const channelMeans = ({ channelSums, places }: Spread): Float64Array =>
  channelSums.map((sum) => sum / Math.max(1, places));

/** Of the same tensor over other pictures. */
export function joinSpreads(a: Spread, b: Spread): Spread {
  const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + (y[i] as number));
  return {
    range: a.range,
    counts: add(a.counts, b.counts),
    channelSums: add(a.channelSums, b.channelSums),
    places: a.places + b.places,
  };
}

export const emptyRange: Range = { low: Infinity, high: -Infinity };

export const joinRanges = (a: Range, b: Range): Range => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
});

/** Smallest and largest; `emptyRange` of nothing. NaN is left out: the caller refuses what is not finite. */
export function rangeOf(values: Float32Array): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Counts one tensor of every picture. Values outside the range count at its ends. */
export class SpreadCounter {
  readonly #range: Range;
  readonly #counts = new Float64Array(histogramBins);
  #channelSums = new Float64Array(0);
  #places = 0;

  constructor(range: Range) {
    this.#range = range;
  }

  /** `dims`: [N, C, ...]. */
  add(values: Float32Array, dims: readonly number[]): void {
    const { low, high } = this.#range;
    const perUnit = high > low ? histogramBins / (high - low) : 0;
    const [pictures = 1, channels = 1] = dims;
    const places = values.length / (pictures * channels);
    if (this.#channelSums.length === 0) this.#channelSums = new Float64Array(channels);
    for (let row = 0; row < pictures * channels; row += 1) {
      let sum = 0;
      for (let i = row * places; i < (row + 1) * places; i += 1) {
        const value = values[i] as number;
        const bin = (value - low) * perUnit;
        const clipped = bin < 0 ? 0 : bin >= histogramBins ? histogramBins - 1 : bin | 0;
        this.#counts[clipped] = (this.#counts[clipped] as number) + 1;
        sum += value;
      }
      const channel = row % channels;
      this.#channelSums[channel] = (this.#channelSums[channel] as number) + sum;
    }
    this.#places += pictures * places;
  }

  read(): Spread {
    return { range: this.#range, counts: this.#counts, channelSums: this.#channelSums, places: this.#places };
  }
}

export interface ChooseOptions {
  readonly calibrator: Calibrator;
  /** Share of all numbers to be left out at each end by `percentile`; default 1 in 100,000. */
  readonly tail?: number;
}

/** Inside the histogram's own range. An end at 0 stays at 0: most activations are rectified. */
export function chooseRange(histogram: Histogram, { calibrator, tail = 1e-5 }: ChooseOptions): Range {
  const { low, high } = histogram.range;
  if (!(high > low)) return histogram.range;
  switch (calibrator) {
    case 'min-max':
      return histogram.range;
    case 'percentile':
      return cutTails(histogram, tail);
    case 'mse':
      return minimizeError(histogram);
    default:
      return calibrator satisfies never;
  }
}

function cutTails({ range, counts }: Histogram, tail: number): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (range.high - range.low) / histogramBins;
  let first = 0;
  for (let sum = counts[0] as number; sum <= total * tail && first < histogramBins - 1; sum += counts[first] as number)
    first += 1;
  let last = histogramBins - 1;
  for (let sum = counts[last] as number; sum <= total * tail && last > first; sum += counts[last] as number) last -= 1;
  return { low: range.low + first * width, high: range.low + (last + 1) * width };
}

const candidates = 64;

/** One end after the other: the highest, then the lowest, at 1/64 to 64/64 of where it is. */
function minimizeError(histogram: Histogram): Range {
  const { low, high } = histogram.range;
  let best: Range = histogram.range;
  const better = (range: Range): void => {
    if (squaredError(histogram, range) < squaredError(histogram, best)) best = range;
  };
  for (let n = candidates - 1; n > 0; n -= 1) if (high > 0) better({ low: best.low, high: (high * n) / candidates });
  for (let n = candidates - 1; n > 0; n -= 1) if (low < 0) better({ low: (low * n) / candidates, high: best.high });
  return best;
}

/** Rounding to steps of s costs s^2 / 12 a number; what is outside costs its distance, squared. */
function squaredError({ range, counts }: Histogram, chosen: Range): number {
  const [low, high] = [Math.min(0, chosen.low), Math.max(0, chosen.high)];
  const rounding = ((high - low) / 255) ** 2 / 12;
  const width = (range.high - range.low) / histogramBins;
  let error = 0;
  for (let bin = 0; bin < histogramBins; bin += 1) {
    const count = counts[bin] as number;
    if (count === 0) continue;
    const value = range.low + (bin + 0.5) * width;
    const outside = value > high ? value - high : value < low ? low - value : 0;
    error += count * (outside === 0 ? rounding : outside ** 2);
  }
  return error;
}
