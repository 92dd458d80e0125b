/** @file A map in words: three heaps of points become regions that say what they hold. */
import { expect, test } from 'vitest';
import { toPoints } from './points.ts';
import { findRegions } from './regions.ts';

/** Heaps of 30, 20 and 10 points; the first is all cats, the second dogs with two cats in doubt, the third unlabeled. */
const points = (() => {
  const sizes = [30, 20, 10];
  const heaps = sizes.flatMap((size, heap) => Array.from({ length: size }, (_, n) => ({ heap, n })));
  return toPoints({
    dataset: 'pets',
    method: 'umap',
    classes: ['cat', 'dog'],
    blocks: [
      {
        sampleIds: heaps.map((_, n) => `s_${n}`),
        x: heaps.map(({ heap, n }) => heap - 1 + 0.01 * Math.cos(n)),
        y: heaps.map(({ n }) => 0.01 * Math.sin(n)),
        classIndices: heaps.map(({ heap, n }) => (heap === 2 ? -1 : heap === 1 && n > 1 ? 1 : 0)),
        splits: heaps.map(() => -1),
        doubts: heaps.map(({ heap, n }) => (heap === 2 ? 0 : heap === 1 && n < 2 ? 3 : 1)),
      },
    ],
  });
})();

test('no region reaches over two heaps, and every point is in one', () => {
  const regions = findRegions(points);

  expect(regions.flatMap((region) => region.points).toSorted((a, b) => a - b)).toEqual([...points.sampleIds.keys()]);
  for (const region of regions)
    expect(new Set(region.points.map((n) => Math.round(points.x[n] as number))).size).toBe(1);
  expect(regions.map((region) => region.number)).toEqual(regions.map((_, n) => n + 1));
});

test('regions say what most of them is, and how many labels are in doubt', () => {
  const regions = findRegions(points);
  const of = (className: string | null) => regions.filter((region) => region.className === className);

  expect(of('cat').reduce((sum, region) => sum + region.points.length, 0)).toBeGreaterThanOrEqual(30);
  expect(of(null).reduce((sum, region) => sum + region.points.length, 0)).toBe(10);
  expect(regions.reduce((sum, region) => sum + region.wrong, 0)).toBe(2);
  expect(of(null).every((region) => region.share === 1)).toBe(true);
});

test('a map of nothing has no regions, and one of a point has one', () => {
  const none = { ...points, count: 0 };
  const one = { ...points, count: 1, sampleIds: ['s_0'] };

  expect(findRegions(none)).toEqual([]);
  expect(findRegions(one)).toHaveLength(1);
});
