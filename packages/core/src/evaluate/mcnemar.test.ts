/** @file McNemar's test against values worked out by hand and published ones. */
import { expect, test } from 'vitest';
import { computeMcnemar, pairAnswers } from './mcnemar.ts';

test.each([
  [0, 0, 1],
  [5, 5, 1],
  [0, 5, 2 / 2 ** 5],
  [1, 9, (2 * (1 + 10)) / 2 ** 10],
  // scipy.stats.binomtest(25, 40) and (400, 900)
  [25, 15, 0.1538599441628321],
  [400, 500, 0.0009564441369189373],
])('%d against %d: p = %d', (a, b, p) => {
  expect(computeMcnemar(a, b)).toBeCloseTo(p, 6);
  expect(computeMcnemar(b, a)).toBe(computeMcnemar(a, b));
});

test('pairs are matched by sample, whatever their order, and one that only one answered does not count', () => {
  const logits = (...rows: [number, number][]): Float32Array => Float32Array.from(rows.flat());
  const own = { sampleIds: ['a', 'b', 'c'], truth: Int32Array.of(0, 1, 1), logits: logits([1, 0], [0, 1], [1, 0]) };
  const best = {
    sampleIds: ['c', 'b', 'a', 'd'],
    truth: Int32Array.of(1, 1, 0, 0),
    logits: logits([0, 1], [0, 1], [0, 1], [1, 0]),
  };

  expect(pairAnswers(own, best, 2)).toEqual({ onlyThis: 1, onlyBest: 1, p: 1 });
});
