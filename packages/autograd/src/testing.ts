/** @file What the tests of several folders need: seeded numbers, and how far two lists of numbers are apart. */
import { resolve } from 'node:path';

/** Mulberry32, uniform in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Uniform in [-1, 1). */
export function draw(length: number, seed: number): Float32Array {
  const uniform = seeded(seed);
  return Float32Array.from({ length }, () => 2 * uniform() - 1);
}

/** Largest difference, relative to the expected number where that is above 1; infinite where the lengths differ. */
export function largestDifference(actual: ArrayLike<number | bigint> | undefined, expected: ArrayLike<number>): number {
  if (actual?.length !== expected.length) return Infinity;
  return Array.from(expected).reduce((largest, x, i) => {
    const difference = Math.abs(Number(actual[i]) - x) / Math.max(1, Math.abs(x));
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
}

export const rowsOf = (matrix: Float32Array, width: number): Float32Array[] =>
  Array.from({ length: matrix.length / width }, (_, row) => matrix.subarray(row * width, (row + 1) * width));

/** Where models and pictures too large for the repository may lie: beside it, or where TINTYPE_SHARED says. */
export const sharedFolder = process.env['TINTYPE_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
