/** @file Pages of one class each, by hand. */
import { expect, test } from 'vitest';
import { buildGrids } from './build-grids.ts';

const probabilities = Float32Array.from(
  [
    [0.9, 0.1],
    [0.6, 0.4],
    [0.2, 0.8],
    [0.7, 0.3],
    [0.05, 0.95],
  ].flat(),
);

test('a page holds the surest pictures of its class, and the safest page comes first', () => {
  const grids = buildGrids({ probabilities, classCount: 2, open: [0, 1, 2, 3, 4], size: 2 });

  expect(grids.map(({ classIndex, rows, waiting }) => ({ classIndex, rows, waiting }))).toEqual([
    { classIndex: 1, rows: [4, 2], waiting: 2 },
    { classIndex: 0, rows: [0, 3], waiting: 3 },
  ]);
  expect(grids[0]?.expectedWrong).toBeCloseTo(0.25, 6);
});

test('labeled and hidden pictures are on no page, and a class nobody is suggested for has none', () => {
  const grids = buildGrids({ probabilities, classCount: 2, open: [1, 3], size: 40 });

  expect(grids.map((grid) => grid.rows)).toEqual([[3, 1]]);
  expect(buildGrids({ probabilities, classCount: 2, open: [], size: 40 })).toEqual([]);
});
