/** @file Tests of standardization, sample weights and folds against hand-worked values. */
import { expect, test } from 'vitest';
import { averageScores, iterateFolds } from './cross-validation.ts';
import { computeStandardization, standardize } from './standardize.ts';
import { computeSampleWeights, selectRows, type TrainingSet } from './training-set.ts';

test('features get mean 0 and deviation 1; one that never changes stays at 0', () => {
  const rows = Float32Array.of(1, 5, 10, 3, 5, 10 + 1e-6, 5, 5, 10);

  const standardization = computeStandardization(rows, 3);
  const standard = standardize(rows, standardization);

  expect(standardization.scale[0]).toBeCloseTo(Math.sqrt(8 / 3), 6);
  expect([standardization.scale[1], standardization.scale[2]]).toEqual([1, 1]);
  expect([standard[0], standard[3], standard[6]].map((v) => v?.toFixed(4))).toEqual(['-1.2247', '0.0000', '1.2247']);
  expect(standard[1]).toBe(0);
});

/** Twelve rows of two classes in six groups of two; a row's feature is its number. */
const set: TrainingSet = {
  rows: Float32Array.from({ length: 12 }, (_, n) => n),
  dimensions: 1,
  truth: Int32Array.from({ length: 12 }, (_, n) => (n < 8 ? 0 : 1)),
  classCount: 2,
  groups: Array.from({ length: 12 }, (_, n) => `g${n >> 1}`),
};

test('balanced weights make every class weigh the same', () => {
  const weights = computeSampleWeights(set, 'balanced');

  expect(weights[0]).toBeCloseTo(12 / (2 * 8), 6);
  expect(weights[11]).toBeCloseTo(12 / (2 * 4), 6);
  expect([...computeSampleWeights(set, 'none')]).toEqual(Array(12).fill(1));
});

test('folds hold out every row once and never tear a group', () => {
  const held: number[] = [];
  for (const fold of iterateFolds(set, { seed: 1 })) {
    held.push(...fold.held.rows);
    const fitGroups = new Set(fold.fit.groups);
    expect(fold.held.groups.some((group) => fitGroups.has(group))).toBe(false);
    expect(fold.fit.truth.length + fold.held.truth.length).toBe(12);
  }

  expect(held.toSorted((a, b) => a - b)).toEqual([...set.rows]);
});

test('too many rows are thinned, and one group cannot be divided', () => {
  const thin = [...iterateFolds(set, { seed: 1, mostRows: 6 })];
  const one = selectRows(set, [0, 1]);

  expect(thin[0] && thin[0].fit.truth.length + thin[0].held.truth.length).toBeLessThan(12);
  expect([...iterateFolds(one, { seed: 1 })]).toEqual([]);
});

test('scores are averaged by rows, and a candidate that a fold did not reach has none', () => {
  const folds = [
    { rows: 1, scores: [1, 2] },
    { rows: 3, scores: [5, undefined] },
  ];

  expect(averageScores(folds, 2)).toEqual([4, undefined]);
});
