/** @file Nearest neighbors against sorting every pair. */
import { expect, test } from 'vitest';
import { draw, largestDifference, rowsOf } from '../testing.ts';
import { computeNearest } from './nearest-neighbors.ts';

const dimensions = 8;

function sortEveryPair(queries: Float32Array, bank: Float32Array, k: number) {
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  return rowsOf(queries, dimensions).flatMap((query) =>
    rowsOf(bank, dimensions)
      .map((row, index) => ({ index, similarity: dot(query, row) / Math.sqrt(dot(query, query) * dot(row, row)) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k),
  );
}

test.each([undefined, 1, 7])('finds what sorting every pair finds, in blocks of %s', async (blockRows) => {
  const [queries, bank] = [draw(20 * dimensions, 1), draw(50 * dimensions, 2)];

  const found = await computeNearest({ queries, bank, dimensions, k: 4, ...(blockRows && { blockRows }) });

  const expected = sortEveryPair(queries, bank, 4);
  expect([...found.indices]).toEqual(expected.map(({ index }) => index));
  expect(
    largestDifference(
      found.similarity,
      expected.map(({ similarity }) => similarity),
    ),
  ).toBeLessThan(1e-6);
});

test('a row of the bank finds itself first', async () => {
  const bank = draw(30 * dimensions, 3);

  const { indices, similarity } = await computeNearest({ queries: bank, bank, dimensions, k: 1 });

  expect([...indices]).toEqual([...Array(30).keys()]);
  expect(Math.min(...similarity)).toBeGreaterThan(0.99999);
});

test('a bank smaller than k gives all it has', async () => {
  const found = await computeNearest({
    queries: draw(dimensions, 1),
    bank: draw(3 * dimensions, 2),
    dimensions,
    k: 10,
  });

  expect(found.k).toBe(3);
  expect([...found.indices].sort((a, b) => a - b)).toEqual([0, 1, 2]);
});

test('nothing asked, nothing found', async () => {
  const bank = draw(3 * dimensions, 2);

  expect((await computeNearest({ queries: new Float32Array(), bank, dimensions, k: 2 })).indices).toHaveLength(0);
  expect((await computeNearest({ queries: bank, bank: new Float32Array(), dimensions, k: 2 })).k).toBe(0);
});

test('rows of zeros are similar to nothing', async () => {
  const { similarity } = await computeNearest({
    queries: new Float32Array(dimensions),
    bank: draw(24, 2),
    dimensions,
    k: 3,
  });

  expect([...similarity]).toEqual([0, 0, 0]);
});

test('arrays that are not whole rows are refused', async () => {
  await expect(computeNearest({ queries: draw(9, 1), bank: draw(8, 1), dimensions, k: 1 })).rejects.toThrow(
    'rows of 8',
  );
});

test('an abort stops it', async () => {
  const signal = AbortSignal.abort(new Error('enough'));

  await expect(computeNearest({ queries: draw(8, 1), bank: draw(8, 1), dimensions, k: 1, signal })).rejects.toThrow(
    'enough',
  );
});
