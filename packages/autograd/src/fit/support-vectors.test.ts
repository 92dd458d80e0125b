/** @file Kernel machines on problems worked out by hand, and against the optimality conditions of their dual. */
import { expect, test } from 'vitest';
import { draw, largestDifference, rowsOf, seeded } from '../testing.ts';
import { type KernelRows, openKernelRows } from './kernel-rows.ts';
import { solveDual } from './solve-dual.ts';
import { collectSupport, decidePairs, fitPairs, listPairs, type PairRequest } from './support-vectors.ts';

const gaussian = (a: ArrayLike<number>, b: ArrayLike<number>, gamma: number): number =>
  Math.exp(-gamma * Array.from(a).reduce((sum, x, d) => sum + (x - (b[d] as number)) ** 2, 0));

async function openKernel(
  features: Float32Array,
  dimensions: number,
  options: { gamma: number; limitBytes?: number; blockRows?: number },
) {
  const kernel = await openKernelRows({ features, dimensions, threads: 1, ...options });
  kernel.setGamma(options.gamma);
  return kernel;
}

const everyRow = (count: number): Int32Array => Int32Array.from(Array(count).keys());

/** Two points of opposite classes: β = 1 / (1 - K) for each, so that both lie on their margins. */
test('two points get the β that puts them on their margins', async () => {
  await using kernel = await openKernel(Float32Array.of(0, 1), 1, { gamma: 0.5 });
  const problem = { rows: everyRow(2), signs: Int8Array.of(1, -1), bounds: Float64Array.of(100, 100) };

  const { beta, bias, converged } = await solveDual(kernel, problem, { tolerance: 1e-6 });

  const expected = 1 / (1 - Math.exp(-0.5));
  expect(converged).toBe(true);
  expect(largestDifference(beta, [expected, -expected])).toBeLessThan(1e-5);
  expect(bias).toBeCloseTo(0, 5);
});

/** Where the bound is below that, it is what they get: f = 1 cannot be reached. */
test('a bound that is too small for the margin is reached', async () => {
  await using kernel = await openKernel(Float32Array.of(0, 1), 1, { gamma: 0.5 });
  const problem = { rows: everyRow(2), signs: Int8Array.of(1, -1), bounds: Float64Array.of(0.5, 0.5) };

  const { beta } = await solveDual(kernel, problem);

  expect([...beta]).toEqual([0.5, -0.5]);
});

/** All four at the same |β| by symmetry: f = β (1 - 2 K1 + K2) = 1 with K1 = e^-4γ along a side and K2 = e^-8γ across. */
test('exclusive or, which no line divides, is learned with the coefficients of the formula', async () => {
  const corners = Float32Array.of(-1, -1, 1, 1, -1, 1, 1, -1);
  await using kernel = await openKernel(corners, 2, { gamma: 0.25 });
  const problem = { rows: everyRow(4), signs: Int8Array.of(1, 1, -1, -1), bounds: new Float64Array(4).fill(1000) };

  const { beta, bias } = await solveDual(kernel, problem, { tolerance: 1e-6 });

  const expected = 1 / (1 - 2 * Math.exp(-1) + Math.exp(-2));
  expect(largestDifference(beta, [expected, expected, -expected, -expected])).toBeLessThan(1e-4);
  expect(bias).toBeCloseTo(0, 4);
});

const dimensions = 4;

function threeBlobs(rows: number): { features: Float32Array; classIndices: Int32Array } {
  const noise = draw(rows * dimensions, 3);
  const classIndices = Int32Array.from({ length: rows }, (_, n) => n % 3);
  return {
    features: noise.map(
      (x, i) => 1.4 * x + (i % dimensions === (classIndices[Math.floor(i / dimensions)] ?? 0) ? 1 : 0),
    ),
    classIndices,
  };
}

const request = (classIndices: Int32Array, change: Partial<PairRequest> = {}): PairRequest => ({
  rows: everyRow(classIndices.length),
  classIndices,
  classCount: 3,
  c: 1,
  ...change,
});

test('every pair meets the conditions of its dual: the sum is 0, free rows lie on the margin, the others on their side', async () => {
  const { features, classIndices } = threeBlobs(150);
  await using kernel = await openKernel(features, dimensions, { gamma: 0.3 });

  const machines = await fitPairs(kernel, request(classIndices));

  const points = rowsOf(features, dimensions);
  expect(machines.map(({ first, second }) => [first, second])).toEqual(listPairs(3).map((pair) => [...pair]));
  for (const { first, rows, solution } of machines) {
    const { beta, bias } = solution;
    expect(beta.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    for (const [t, row] of rows.entries()) {
      const sign = classIndices[row] === first ? 1 : -1;
      const decision = rows.reduce(
        (sum, other, s) =>
          sum + (beta[s] as number) * gaussian(points[other] as Float32Array, points[row] as Float32Array, 0.3),
        bias,
      );
      const alpha = sign * (beta[t] as number);
      const [below, above] = [Math.max(0, 1 - sign * decision), Math.max(0, sign * decision - 1)];
      expect(alpha >= 1 ? 0 : below).toBeLessThan(2e-3);
      expect(alpha <= 0 ? 0 : above).toBeLessThan(2e-3);
    }
  }
});

test('a cache of a few rows gives the same machines as one of all', async () => {
  const { features, classIndices } = threeBlobs(150);
  const solve = async (kernel: KernelRows) => {
    const machines = await fitPairs(kernel, request(classIndices));
    return { machines, decisions: await decidePairs(kernel, machines, everyRow(150)) };
  };
  await using whole = await openKernel(features, dimensions, { gamma: 0.3 });
  await using small = await openKernel(features, dimensions, { gamma: 0.3, limitBytes: 1, blockRows: 4 });

  const [expected, actual] = [await solve(whole), await solve(small)];

  expect(largestDifference(actual.decisions, Array.from(expected.decisions))).toBeLessThan(5e-3);
  expect([...Array(150).keys()].filter((row) => small.isLoaded(row)).length).toBe(8);
});

test('going on from a smaller C ends where a fresh start ends, sooner', async () => {
  const { features, classIndices } = threeBlobs(150);
  await using kernel = await openKernel(features, dimensions, { gamma: 0.3 });
  const first = await fitPairs(kernel, request(classIndices, { c: 1 }));

  const warm = await fitPairs(kernel, request(classIndices, { c: 2, initial: first }));
  const cold = await fitPairs(kernel, request(classIndices, { c: 2 }));

  const decide = async (machines: typeof warm) => decidePairs(kernel, machines, everyRow(150));
  const count = (machines: typeof warm) => machines.reduce((sum, { solution }) => sum + solution.iterations, 0);
  expect(largestDifference(await decide(warm), Array.from(await decide(cold)))).toBeLessThan(5e-3);
  expect(count(warm)).toBeLessThan(count(cold));
});

test('a weight on a class moves the border away from it', async () => {
  const { features, classIndices } = threeBlobs(150);
  await using kernel = await openKernel(features, dimensions, { gamma: 0.3 });
  const sampleWeights = Float32Array.from(classIndices, (k) => (k === 0 ? 10 : 1));
  const winsOfFirst = async (change: Partial<PairRequest>) => {
    const machines = await fitPairs(kernel, request(classIndices, change));
    const decisions = await decidePairs(kernel, machines, everyRow(150));
    return decisions.filter((decision, at) => at % 3 === 0 && decision > 0).length;
  };

  expect(await winsOfFirst({ sampleWeights })).toBeGreaterThan(await winsOfFirst({}));
});

test('a class without rows loses every duel', async () => {
  const { features, classIndices } = threeBlobs(60);
  const rows = everyRow(60).filter((row) => classIndices[row] !== 1);
  await using kernel = await openKernel(features, dimensions, { gamma: 0.3 });

  const machines = await fitPairs(kernel, request(classIndices, { rows }));

  const [zeroOne, , oneTwo] = machines;
  expect([zeroOne?.solution.bias, oneTwo?.solution.bias]).toEqual([1, -1]);
  expect([...collectSupport(machines).rows].some((row) => classIndices[row] === 1)).toBe(false);
});

test('equal rows of both classes do not keep it from ending', async () => {
  const uniform = seeded(1);
  const features = Float32Array.from({ length: 40 }, (_, n) => (n < 20 ? 1 : uniform()));
  const classIndices = Int32Array.from({ length: 40 }, (_, n) => n % 2);
  await using kernel = await openKernel(features, 1, { gamma: 1 });

  const [machine] = await fitPairs(kernel, request(classIndices, { classCount: 2 }));

  expect(machine?.solution.converged).toBe(true);
  expect(Number.isFinite(machine?.solution.bias)).toBe(true);
});

test('an abort stops it', async () => {
  const { features, classIndices } = threeBlobs(60);
  await using kernel = await openKernel(features, dimensions, { gamma: 0.3 });
  const signal = AbortSignal.abort(new Error('enough'));

  await expect(fitPairs(kernel, request(classIndices, { signal }))).rejects.toThrow('enough');
});

test('features that are not whole rows are refused', async () => {
  await expect(openKernelRows({ features: new Float32Array(7), dimensions: 2 })).rejects.toThrow(/rows of 2/);
});
