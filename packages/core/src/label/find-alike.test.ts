/** @file The nearest come first, and nothing is near itself. */
import { expect, test } from 'vitest';
import { findAlike } from './find-alike.ts';

/** Five places on a circle, by their angle. */
const angles = [0, 10, 350, 90, 180];
const rows = Float32Array.from(
  angles.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
);
const space = { rows, dimensions: 2 };

test('the nearest come first, with their cosine, and without the picture itself', () => {
  const alike = findAlike(space, { row: 1, count: 3 });

  expect(alike.map(({ row }) => row)).toEqual([0, 2, 3]);
  expect(alike[0]?.similarity).toBeCloseTo(Math.cos(Math.PI / 18), 5);
});

test('hidden pictures are left out, and there may be fewer than asked for', () => {
  const alike = findAlike(space, { row: 0, count: 10, isHidden: (row) => row === 4 });

  expect(alike.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('a picture without any feature is alike to none, and not a number that is none', () => {
  const alike = findAlike({ rows: new Float32Array(4), dimensions: 2 }, { row: 0, count: 1 });

  expect(alike).toEqual([{ row: 1, similarity: 0 }]);
});
