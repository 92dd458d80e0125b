/** @file The space of labeling: neighbors, directions, and what is the same twice. */
import { expect, test } from 'vitest';
import { buildLabelSpace } from './label-space.ts';
import { somePoints } from './testing.ts';

test('neighbors of a picture are of its class and never itself', async () => {
  const { rows, dimensions, truth } = somePoints({ sizes: [20, 20, 20] });

  const space = await buildLabelSpace({ rows, dimensions }, { neighbors: 5 });

  const same = Array.from(space.nearest, (other, at) => truth[other] === truth[Math.floor(at / 5)]);
  expect(same.filter(Boolean).length / same.length).toBeGreaterThan(0.95);
  expect(Array.from(space.nearest).some((other, at) => other === Math.floor(at / 5))).toBe(false);
});

test('a picture with twins still has others for neighbors', async () => {
  const rows = Float32Array.from({ length: 5 * 3 }, (_, at) => (at % 3 === 0 ? 1 : 0.1 * Math.floor(at / 9)));

  const { nearest, neighbors } = await buildLabelSpace({ rows, dimensions: 3 }, { neighbors: 2 });

  expect(neighbors).toBe(2);
  expect(Array.from(nearest).some((other, at) => other === Math.floor(at / 2))).toBe(false);
});

test('the mean squared length is 1, and distances within a class shrink', async () => {
  const { rows, dimensions, truth } = somePoints({ sizes: [30, 30] });

  const drawn = await buildLabelSpace({ rows, dimensions }, {});
  const left = await buildLabelSpace({ rows, dimensions }, { smoothing: 0 });

  const meanSquare = drawn.rows.reduce((sum, value) => sum + value * value, 0) / truth.length;
  expect(meanSquare).toBeCloseTo(1, 4);
  expect(spreadWithin(drawn.rows, truth)).toBeLessThan(spreadWithin(left.rows, truth) / 1.3);
});

test('the main directions are kept: distances between projected rows are those of the features', async () => {
  const { rows, dimensions } = somePoints({ sizes: [15, 15], dimensions: 6 });

  const space = await buildLabelSpace({ rows, dimensions }, { smoothing: 0, neighbors: 1 });

  const unit = unitRows(rows, 6);
  const ratio = (a: number, b: number): number => distance(space.rows, a, b) / distance(unit, a, b);
  expect(ratio(0, 20)).toBeCloseTo(ratio(3, 7), 3);
  expect(ratio(0, 20)).toBeCloseTo(ratio(29, 1), 3);
});

test('one picture, or pictures that are all the same, make a space too', async () => {
  const one = await buildLabelSpace({ rows: Float32Array.of(1, 2), dimensions: 2 });
  const same = await buildLabelSpace({ rows: new Float32Array(8).fill(1), dimensions: 2 });

  expect(one.neighbors).toBe(0);
  expect([...one.rows, ...same.rows].every(Number.isFinite)).toBe(true);
});

test('the same features give the same space', async () => {
  const { rows, dimensions } = somePoints({ sizes: [12, 12] });

  expect(await buildLabelSpace({ rows, dimensions })).toEqual(await buildLabelSpace({ rows, dimensions }));
});

function spreadWithin(rows: Float32Array, truth: Int32Array): number {
  const size = rows.length / truth.length;
  let sum = 0;
  for (let a = 0; a < truth.length; a += 1)
    for (let b = 0; b < a; b += 1) if (truth[a] === truth[b]) sum += distance(rows, a, b, size);
  return sum;
}

function distance(rows: Float32Array, a: number, b: number, size = 6): number {
  let sum = 0;
  for (let d = 0; d < size; d += 1) sum += ((rows[a * size + d] as number) - (rows[b * size + d] as number)) ** 2;
  return Math.sqrt(sum);
}

function unitRows(rows: Float32Array, size: number): Float32Array {
  return rows.map((value, at) => {
    const own = rows.subarray(Math.floor(at / size) * size, (Math.floor(at / size) + 1) * size);
    return value / Math.sqrt(own.reduce((sum, one) => sum + one * one, 0));
  });
}
