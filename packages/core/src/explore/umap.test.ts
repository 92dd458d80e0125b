/** @file Neighbors and the map of three heaps of points. */

import { expect, test } from 'vitest';
import { somePoints } from '../label/testing.ts';
import { computeNeighbors, computeUmap } from './umap.ts';

const { rows, dimensions, truth } = somePoints({ sizes: [40, 40, 40], spread: 0.1 });

test('neighbors are the nearest others, nearest first', async () => {
  const { k, indices, distances } = await computeNeighbors({ rows, dimensions }, { k: 5, threads: 2 });

  expect(k).toBe(5);
  for (let n = 0; n < truth.length; n += 1) {
    const own = [...indices.subarray(n * k, (n + 1) * k)];
    expect(own).not.toContain(n);
    expect(own.every((other) => truth[other] === truth[n])).toBe(true);
    expect([...distances.subarray(n * k, (n + 1) * k)]).toEqual(
      [...distances.subarray(n * k, (n + 1) * k)].toSorted((a, b) => a - b),
    );
  }
});

test('the map keeps heaps apart, and is the same every time', async () => {
  const neighbors = await computeNeighbors({ rows, dimensions }, { k: 15, threads: 2 });

  const map = await computeUmap(neighbors, { threads: 2 });
  const again = await computeUmap(neighbors, { threads: 2 });

  expect([...again]).toEqual([...map]);
  const middles = [0, 1, 2].map((k) => {
    const own = [...truth.keys()].filter((n) => truth[n] === k);
    return [0, 1].map((axis) => own.reduce((sum, n) => sum + (map[2 * n + axis] as number), 0) / own.length);
  });
  const nearest = [...truth.keys()].filter((n) => {
    const distances = middles.map(([x = 0, y = 0]) =>
      Math.hypot((map[2 * n] as number) - x, (map[2 * n + 1] as number) - y),
    );
    return distances.indexOf(Math.min(...distances)) === truth[n];
  });
  expect(nearest.length).toBe(truth.length);
});

test('too few points for a map lie in one place', async () => {
  const few = await computeNeighbors({ rows: rows.subarray(0, 3 * dimensions), dimensions }, { k: 15, threads: 2 });

  expect(few.k).toBe(2);
  expect([...(await computeUmap(few, { threads: 2 }))]).toEqual([0, 0, 0, 0, 0, 0]);
  expect((await computeNeighbors({ rows: rows.subarray(0, dimensions), dimensions }, { k: 15, threads: 2 })).k).toBe(0);
});
