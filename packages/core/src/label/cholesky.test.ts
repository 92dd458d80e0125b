/** @file Symmetric systems against hand-solved ones. */
import { expect, test } from 'vitest';
import { factorize, solveLower, solveUpper } from './cholesky.ts';

test('a system of two is solved as by hand', () => {
  // [[4, 2], [2, 5]] = L Lᵀ with L = [[2, 0], [1, 2]].
  const lower = factorize(Float64Array.of(4, 2, 2, 5), 2);
  const x = Float64Array.of(8, 12);

  solveLower(lower, x);
  solveUpper(lower, x);

  expect([...lower]).toEqual([2, 0, 1, 2]);
  expect([...x]).toEqual([1, 2]);
});

test('a matrix that is not positive definite is refused', () => {
  expect(() => factorize(Float64Array.of(1, 2, 2, 1), 2)).toThrow('not positive definite');
});
