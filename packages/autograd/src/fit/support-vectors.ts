/** @file A kernel support vector machine for several classes: one dual problem for each pair of classes, as in libsvm (Chang and Lin 2011). */
import type { KernelRows } from './kernel-rows.ts';
import { type DualSolution, solveDual } from './solve-dual.ts';

export interface PairRequest {
  /** [n] rows of the kernel to learn from. */
  readonly rows: Int32Array;
  /** [N] class of every row of the kernel. */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** Bound of every β: how much a point on the wrong side of its margin costs. */
  readonly c: number;
  /** [N] factors of `c`; default all 1. */
  readonly sampleWeights?: Float32Array;
  /** Machines of the same rows and a smaller `c`, to go on from; they are used up. */
  readonly initial?: readonly PairMachine[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decides for class `first` where Σ β K(row, x) + bias is positive, else for `second`. */
export interface PairMachine {
  readonly first: number;
  readonly second: number;
  /** [n] rows of the kernel that belong to either class. */
  readonly rows: Int32Array;
  readonly solution: DualSolution;
}

/** Pairs in the order (0, 1), (0, 2), ..., (1, 2), ... */
export function listPairs(classCount: number): (readonly [first: number, second: number])[] {
  return Array.from({ length: classCount }, (_, first) =>
    Array.from({ length: classCount - first - 1 }, (_, n) => [first, first + 1 + n] as const),
  ).flat();
}

export async function fitPairs(kernel: KernelRows, request: PairRequest): Promise<PairMachine[]> {
  const { classCount, signal } = request;
  const machines: PairMachine[] = [];
  for (const [at, [first, second]] of listPairs(classCount).entries()) {
    const problem = poseProblem(request, first, second);
    const initial = request.initial?.[at]?.solution;
    const solution = isDecided(problem.signs) ?? (await solveDual(kernel, problem, { initial, signal }));
    machines.push({ first, second, rows: problem.rows, solution });
  }
  return machines;
}

function poseProblem({ rows, classIndices, c, sampleWeights }: PairRequest, first: number, second: number) {
  const own = rows.filter((row) => classIndices[row] === first || classIndices[row] === second);
  return {
    rows: own,
    signs: Int8Array.from(own, (row) => (classIndices[row] === first ? 1 : -1)),
    bounds: Float64Array.from(own, (row) => c * (sampleWeights?.[row] ?? 1)),
  };
}

/** Where one of the classes has no rows, the other one wins, and there is nothing to solve. */
function isDecided(signs: Int8Array): DualSolution | undefined {
  const [hasFirst, hasSecond] = [signs.includes(1), signs.includes(-1)];
  if (hasFirst && hasSecond) return undefined;
  const nothing = new Float64Array(signs.length);
  return {
    beta: nothing,
    gradient: nothing,
    bias: Number(hasFirst) - Number(hasSecond),
    iterations: 0,
    converged: true,
  };
}

/** `[queries.length, P]` decision values of rows of the kernel, for each pair. */
export async function decidePairs(
  kernel: KernelRows,
  machines: readonly PairMachine[],
  queries: Int32Array,
): Promise<Float64Array> {
  const pairCount = machines.length;
  const decisions = new Float64Array(queries.length * pairCount);
  for (let at = 0; at < decisions.length; at++) decisions[at] = machines[at % pairCount]?.solution.bias ?? 0;
  const { rows, coefficients } = collectSupport(machines);
  for (const [n, row] of rows.entries()) {
    if (!kernel.isLoaded(row)) await kernel.load([...rows.subarray(n, n + kernel.blockRows)]);
    const values = kernel.find(row) as Float32Array;
    for (let p = 0; p < pairCount; p++) {
      const coefficient = coefficients[n * pairCount + p] as number;
      if (coefficient === 0) continue;
      for (let q = 0; q < queries.length; q++) {
        const at = q * pairCount + p;
        decisions[at] = (decisions[at] as number) + coefficient * (values[queries[q] as number] as number);
      }
    }
  }
  return decisions;
}

/** Support vectors of any pair, each once: `rows` [M] in ascending order, `coefficients` [M, P]. */
export function collectSupport(machines: readonly PairMachine[]): { rows: Int32Array; coefficients: Float64Array } {
  const used = new Set<number>();
  for (const { rows, solution } of machines) rows.forEach((row, t) => solution.beta[t] !== 0 && used.add(row));
  const rows = Int32Array.from(used).sort();
  const place = new Map([...rows].map((row, n) => [row, n]));
  const coefficients = new Float64Array(rows.length * machines.length);
  for (const [p, machine] of machines.entries())
    machine.rows.forEach((row, t) => {
      const n = place.get(row);
      if (n !== undefined) coefficients[n * machines.length + p] = machine.solution.beta[t] as number;
    });
  return { rows, coefficients };
}
