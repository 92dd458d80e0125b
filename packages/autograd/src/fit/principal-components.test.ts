/** @file Principal components against rows made along known directions. */
import { expect, test } from 'vitest';
import { createNormal, createRandom } from '../random.ts';
import { computePrincipalComponents, projectRows } from './principal-components.ts';

const dimensions = 12;

/** Rows that vary by 9 along (1, 1, 0, ...) / √2, by 4 along the third axis, by 0.01 elsewhere, around (5, 5, ...). */
function someRows(count: number): Float32Array {
  const normal = createNormal(createRandom('rows'));
  const rows = new Float32Array(count * dimensions);
  for (let at = 0; at < rows.length; at += 1) {
    const d = at % dimensions;
    rows[at] = d === 1 ? (rows[at - 1] as number) : 5 + normal() * (d === 0 ? 9 / Math.SQRT2 : d === 2 ? 4 : 0.01);
  }
  return rows;
}

test('the directions of the largest variance come first, as long as 1', async () => {
  const { basis, mean, count } = await computePrincipalComponents({ rows: someRows(500), dimensions, count: 2 });

  expect(count).toBe(2);
  expect(mean[5]).toBeCloseTo(5, 2);
  expect([...basis.subarray(0, 3)].map((x) => Math.round(x * 1000) / 1000)).toEqual([
    0.707,
    0.707,
    expect.closeTo(0, 1),
  ]);
  expect(basis[dimensions + 2]).toBeCloseTo(1, 2);
});

test('components are at right angles, and a projection is what they measure', async () => {
  const rows = someRows(100);
  const found = await computePrincipalComponents({ rows, dimensions, count: 4 });
  const projected = await projectRows(rows, found);

  for (let i = 0; i < 4; i += 1)
    for (let j = 0; j < 4; j += 1) {
      let sum = 0;
      for (let d = 0; d < dimensions; d += 1)
        sum += (found.basis[i * dimensions + d] as number) * (found.basis[j * dimensions + d] as number);
      expect(sum).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  const byHand = found.mean.reduce(
    (sum, mean, d) => sum + ((rows[7 * dimensions + d] as number) - mean) * (found.basis[d] as number),
    0,
  );
  expect(projected[7 * 4]).toBeCloseTo(byHand, 4);
});

test('rows that vary in fewer directions give fewer components, equal rows give one', async () => {
  const line = Float32Array.from({ length: 20 * dimensions }, (_, at) => Math.floor(at / dimensions));
  const equal = new Float32Array(5 * dimensions).fill(3);

  expect((await computePrincipalComponents({ rows: line, dimensions, count: 6 })).count).toBe(1);
  expect((await computePrincipalComponents({ rows: equal, dimensions, count: 6 })).count).toBe(1);
});

test('equal rows give equal components, bit for bit', async () => {
  const rows = someRows(300);

  const [first, second] = [
    await computePrincipalComponents({ rows, dimensions, count: 5 }),
    await computePrincipalComponents({ rows: rows.slice(), dimensions, count: 5 }),
  ];

  expect(second.basis).toEqual(first.basis);
});

test('what is no whole number of rows is refused', async () => {
  await expect(computePrincipalComponents({ rows: new Float32Array(5), dimensions, count: 1 })).rejects.toThrow(
    RangeError,
  );
});

test('many rows are projected as few are', async () => {
  const rows = someRows(5000);
  const found = await computePrincipalComponents({ rows: rows.subarray(0, 500 * dimensions), dimensions, count: 3 });

  const [all, last] = [await projectRows(rows, found), await projectRows(rows.slice(4990 * dimensions), found)];

  last.forEach((value, at) => expect(all[4990 * 3 + at]).toBeCloseTo(value, 4));
});
