/**
 * @file The dual of a two-class support vector machine by sequential minimal optimization (Platt 1998) with the working-set selection of
 * libsvm (Fan, Chen and Lin 2005).
 */
import type { KernelRows } from './kernel-rows.ts';

/**
 * Minimizes 1/2 βᵀKβ - yᵀβ with Σβ = 0, where β = y α: between 0 and `bounds` for rows of sign 1, between -`bounds` and 0 for sign -1.
 * f(x) = Σ β K(·, x) + bias.
 */
export interface DualProblem {
  /** [n] rows of the kernel. */
  readonly rows: Int32Array;
  /** [n] 1 or -1 */
  readonly signs: Int8Array;
  /** [n] C of each row. */
  readonly bounds: Float64Array;
}

export interface DualSolution {
  /** [n] */
  readonly beta: Float64Array;
  /** [n] Kβ - y */
  readonly gradient: Float64Array;
  readonly bias: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface DualOptions {
  /** Solution of the same rows and smaller bounds, to go on from; it is changed. */
  readonly initial?: DualSolution | undefined;
  /** Largest violation of the optimality conditions; default 1e-3, as libsvm. */
  readonly tolerance?: number;
  /** Default 100 n + 10,000. */
  readonly maxIterations?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Curvature along a pair of equal rows is 0: libsvm's tau in its place. */
const leastCurvature = 1e-12;
/** Iterations between two turns of the event loop, where an abort can arrive. */
const turnEvery = 4096;
/** Where the kernel has room for some rows only, these are worked on until their violation is this share of the largest of all. */
const innerShare = 0.1;

/** Gives the best it found after `maxIterations`. Throws the signal's reason when aborted. */
export async function solveDual(
  kernel: KernelRows,
  problem: DualProblem,
  options: DualOptions = {},
): Promise<DualSolution> {
  const { rows, signs } = problem;
  const { tolerance = 1e-3, maxIterations = 100 * rows.length + 10_000, signal } = options;
  const state: State = {
    rows,
    beta: options.initial?.beta ?? new Float64Array(rows.length),
    gradient: options.initial?.gradient ?? Float64Array.from(signs, (sign) => -sign),
    ...boundsOf(problem),
    isEligible: new Uint8Array(rows.length).fill(1),
  };
  refreshEligible(kernel, state);

  let iterations = 0;
  let ends = findEnds(state);
  while (ends.violation > tolerance && iterations < maxIterations) {
    if (iterations++ % turnEvery === turnEvery - 1) await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    if (kernel.evicts && ends.top - ends.bottom <= Math.max(tolerance, innerShare * ends.violation)) {
      await loadViolators(kernel, state);
      ends = findEnds(state);
      continue;
    }
    const risingRow = kernel.find(rows[ends.rising] as number) ?? (await loadRow(kernel, state, ends.rising));
    const falling = chooseFalling(state, ends, risingRow);
    const fallingRow = kernel.find(rows[falling] as number) ?? (await loadRow(kernel, state, falling));
    ends = step(state, { rising: ends.rising, risingRow, falling, fallingRow });
  }
  const { beta, gradient } = state;
  return { beta, gradient, bias: findBias(state), iterations, converged: ends.violation <= tolerance };
}

interface State {
  rows: Int32Array;
  beta: Float64Array;
  gradient: Float64Array;
  lower: Float64Array;
  upper: Float64Array;
  /** Which rows may be moved now: all, or where the kernel has room for some only, those that it has. */
  isEligible: Uint8Array;
}

/** -gradient is highest (`top`) at `rising` among eligible rows whose β may rise, and lowest (`bottom`) among those whose β may fall. */
interface Ends {
  rising: number;
  top: number;
  bottom: number;
  /** The same difference among all rows: 0 at the optimum. */
  violation: number;
}

function boundsOf({ signs, bounds }: DualProblem): { lower: Float64Array; upper: Float64Array } {
  return {
    lower: bounds.map((bound, t) => (signs[t] === 1 ? 0 : -bound)),
    upper: bounds.map((bound, t) => (signs[t] === 1 ? bound : 0)),
  };
}

const unmoved = new Float32Array(0);

const findEnds = (state: State): Ends =>
  step(state, { rising: -1, risingRow: unmoved, falling: -1, fallingRow: unmoved });

/** The eligible row whose β shall fall: it promises the largest decrease, (difference of slopes)^2 / curvature. */
function chooseFalling(state: State, { top }: Ends, risingRow: Float32Array): number {
  const { rows, beta, gradient, lower, isEligible } = state;
  let [falling, most] = [-1, 0];
  for (let t = 0; t < rows.length; t++) {
    const difference = top + (gradient[t] as number);
    if (difference <= 0 || isEligible[t] === 0 || (beta[t] as number) <= (lower[t] as number)) continue;
    const curvature = 2 - 2 * (risingRow[rows[t] as number] as number);
    const gain = (difference * difference) / (curvature > leastCurvature ? curvature : leastCurvature);
    if (gain > most) [falling, most] = [t, gain];
  }
  return falling;
}

interface Pair {
  /** Positions; -1 moves nothing. */
  rising: number;
  risingRow: Float32Array;
  falling: number;
  fallingRow: Float32Array;
}

/** Moves the pair to its optimum within the bounds, brings the gradient up to date, and finds the next ends on the way. */
function step(state: State, pair: Pair): Ends {
  const { rows, beta, gradient, lower, upper, isEligible } = state;
  const { risingRow, fallingRow } = pair;
  const change = pair.rising < 0 ? 0 : movePair(state, pair);
  let [rising, top, bottom] = [-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [topOfAll, bottomOfAll] = [top, bottom];
  for (let t = 0; t < rows.length; t++) {
    const row = rows[t] as number;
    let slope = -(gradient[t] as number);
    if (change !== 0) {
      slope -= change * ((risingRow[row] as number) - (fallingRow[row] as number));
      gradient[t] = -slope;
    }
    const value = beta[t] as number;
    if (slope > top && value < (upper[t] as number)) {
      if (slope > topOfAll) topOfAll = slope;
      if (isEligible[t] === 1) [rising, top] = [t, slope];
    }
    if (slope < bottom && value > (lower[t] as number)) {
      if (slope < bottomOfAll) bottomOfAll = slope;
      if (isEligible[t] === 1) bottom = slope;
    }
  }
  return { rising, top, bottom, violation: topOfAll - bottomOfAll };
}

/** Gives by how much one β rose and the other fell. */
function movePair({ rows, beta, gradient, lower, upper }: State, { rising, risingRow, falling }: Pair): number {
  const curvature = Math.max(2 - 2 * (risingRow[rows[falling] as number] as number), leastCurvature);
  const free = ((gradient[falling] as number) - (gradient[rising] as number)) / curvature;
  const roomUp = (upper[rising] as number) - (beta[rising] as number);
  const roomDown = (beta[falling] as number) - (lower[falling] as number);
  const change = Math.min(free, roomUp, roomDown);
  beta[rising] = change === roomUp ? (upper[rising] as number) : (beta[rising] as number) + change;
  beta[falling] = change === roomDown ? (lower[falling] as number) : (beta[falling] as number) - change;
  return change;
}

/** Loads a row, and with it those that violate their conditions most: they are asked for next. */
async function loadRow(kernel: KernelRows, state: State, wanted: number): Promise<Float32Array> {
  const row = state.rows[wanted] as number;
  await kernel.load([row, ...rankViolators(kernel, state).filter((other) => other !== row)]);
  return kernel.find(row) as Float32Array;
}

async function loadViolators(kernel: KernelRows, state: State): Promise<void> {
  await kernel.load(rankViolators(kernel, state));
  refreshEligible(kernel, state);
}

function refreshEligible(kernel: KernelRows, { rows, isEligible }: State): void {
  if (kernel.evicts) rows.forEach((row, t) => (isEligible[t] = kernel.isLoaded(row) ? 1 : 0));
}

/** Half a block of rows that are not loaded from either end, the furthest first: those that should rise, and those that should fall. */
function rankViolators(kernel: KernelRows, { rows, beta, gradient, lower, upper }: State): number[] {
  const missing = [...rows.keys()].filter((t) => !kernel.isLoaded(rows[t] as number));
  missing.sort((a, b) => (gradient[a] as number) - (gradient[b] as number));
  const rising = missing.filter((t) => (beta[t] as number) < (upper[t] as number));
  const falling = missing.filter((t) => (beta[t] as number) > (lower[t] as number)).toReversed();
  const ranked = new Set<number>();
  for (let n = 0; ranked.size < kernel.blockRows && n < missing.length; n++)
    for (const t of [rising[n], falling[n]]) if (t !== undefined) ranked.add(rows[t] as number);
  return [...ranked];
}

/** Rows strictly between their bounds lie on the margin: f = y there. Without any, the middle of what is allowed. */
function findBias(state: State): number {
  const { beta, gradient, lower, upper } = state;
  let [sum, count] = [0, 0];
  for (let t = 0; t < beta.length; t++) {
    const value = beta[t] as number;
    if (value <= (lower[t] as number) || value >= (upper[t] as number)) continue;
    sum -= gradient[t] as number;
    count++;
  }
  if (count > 0) return sum / count;
  state.isEligible.fill(1);
  const { top, bottom } = findEnds(state);
  return (top + bottom) / 2;
}
