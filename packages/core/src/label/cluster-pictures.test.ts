/** @file Heaps of pictures that look alike: pure ones, torn ones, all of them. */
import { expect, test } from 'vitest';
import { clusterPictures } from './cluster-pictures.ts';
import { somePoints } from './testing.ts';

test('pictures of one kind come together, the largest heap first', async () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [60, 40, 20], spread: 0.05 });
  const open = Array.from(truth.keys());

  const clusters = await clusterPictures({ space: { rows, dimensions }, open, seed: 1, size: 40, classCount });

  expect(clusters.every(({ rows: own }) => new Set(own.map((row) => truth[row])).size === 1)).toBe(true);
  expect(clusters.flatMap((one) => one.rows).toSorted((a, b) => a - b)).toEqual(open);
  expect(clusters.map((one) => one.rows.length)).toEqual(
    clusters.map((one) => one.rows.length).toSorted((a, b) => b - a),
  );
});

test('a heap is torn where the head disagrees, and says what it is and how surely', async () => {
  const rows = Float32Array.of(0, 0, 0.1, 0, 0, 0.1);
  const probabilities = Float32Array.of(0.9, 0.1, 0.7, 0.3, 0.4, 0.6);

  const clusters = await clusterPictures({
    space: { rows, dimensions: 2 },
    open: [0, 1, 2],
    seed: 1,
    probabilities,
    classCount: 2,
  });

  expect(clusters.map((one) => one.rows.toSorted((a, b) => a - b))).toEqual([[0, 1], [2]]);
  expect(clusters[0]?.suggestion).toEqual({ classIndex: 0, confidence: expect.closeTo(0.8, 6) });
});

test('only open pictures take part, and none makes no heap', async () => {
  const { rows, dimensions, classCount } = somePoints({ sizes: [5, 5] });

  const clusters = await clusterPictures({ space: { rows, dimensions }, open: [2, 7], seed: 1, classCount });

  expect(clusters.flatMap((one) => one.rows).toSorted((a, b) => a - b)).toEqual([2, 7]);
  expect(await clusterPictures({ space: { rows, dimensions }, open: [], seed: 1, classCount })).toEqual([]);
});
