/** @file Spreads and histograms of measured numbers. */
import type { Histogram, Spread } from '@tintype/contracts/explore';

/** The middle and the range of nine tenths; zeros where there is nothing. */
export function computeSpread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { low: quantile(sorted, 0.05), median: quantile(sorted, 0.5), high: quantile(sorted, 0.95) };
}

/** Of ascending values, between the two nearest (Hyndman and Fan's type 7). */
function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0;
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

/** Bins of equal width, or with `isLog` of equal ratio. */
export const spaceEdges = (from: number, to: number, options: { bins: number; isLog?: boolean }): number[] =>
  Array.from({ length: options.bins + 1 }, (_, n) => {
    const share = n / options.bins;
    return options.isLog ? from * (to / from) ** share : from + (to - from) * share;
  });

/** `edges` ascending; what lies beyond falls into the first or last bin. */
export function computeHistogram(values: readonly number[], edges: readonly number[]): Histogram {
  const counts = Array.from({ length: edges.length - 1 }, () => 0);
  for (const value of values) {
    const bin = findBin(edges, value);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges: [...edges], counts };
}

function findBin(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (value >= (edges[middle] as number)) low = middle;
    else high = middle - 1;
  }
  return low;
}
