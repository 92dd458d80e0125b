/** @file Outliers and look-alikes across splits, on five points worked by hand. */
import { expect, test } from 'vitest';
import type { ExploredRow } from './explored-rows.ts';
import { computeOutlyingness, findLeakPairs, findOutliers, type RowNeighbors } from './find-outliers.ts';
import { someRows } from './testing.ts';

/** Four points a tenth apart, and one that is 1.0 away from them. */
const neighbors: RowNeighbors = {
  k: 2,
  indices: [1, 2, 0, 2, 1, 3, 2, 1, 3, 2],
  distances: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1, 1],
};
const rows = someRows(5, (n): Partial<ExploredRow> => ({ split: n % 2 === 0 ? 'train' : 'test' }));

test('a picture ten times as far from its neighbors as usual is the one outlier', () => {
  expect([...computeOutlyingness(neighbors)].map((value) => Number(value.toFixed(6)))).toEqual([1, 1, 1, 1, 10]);
  expect(findOutliers(rows, neighbors)).toEqual({
    total: 1,
    items: [{ sample: expect.objectContaining({ id: rows[4]?.id }) as unknown, distance: expect.closeTo(10, 6) }],
  });
});

test('pictures that are all the same have no outlier', () => {
  expect([...computeOutlyingness({ ...neighbors, distances: new Float32Array(10) })]).toEqual([0, 0, 0, 0, 0]);
});

test('look-alikes of different splits are told once, but not those of one group of duplicates', () => {
  const close: RowNeighbors = { ...neighbors, distances: [0.01, 0.1, 0.01, 0.02, 0.02, 0.1, 0.01, 0.1, 1, 1] };
  const groupOf = new Map([
    [rows[0]?.id as string, 7],
    [rows[1]?.id as string, 7],
  ]);

  const pairs = findLeakPairs(rows, close, { groupOf, likeness: (a, b) => 1 - (a + b) / 100 });

  const named = pairs.map(({ samples }) => samples.map(({ id }) => rows.findIndex((row) => row.id === id)));
  // 0 and 1 are one group, 0 and 2 share a split, the neighbors of 4 are too far.
  expect(named).toEqual([
    [2, 3],
    [1, 2],
  ]);
  expect(pairs[0]?.similarity).toBeCloseTo(0.95, 6);
});

test('a dataset that was never split has none', () => {
  expect(findLeakPairs(someRows(5), neighbors, { groupOf: new Map(), likeness: () => 1 })).toEqual([]);
});
