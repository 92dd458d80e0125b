/** @file L-BFGS (Liu and Nocedal 1989; Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5) for objectives with noise. */
import { type LineSearchOptions, searchLine } from './line-search.ts';
import { addScaled, dot, norm, subtract } from './vector.ts';

export interface Evaluation {
  readonly loss: number;
  readonly gradient: ArrayLike<number>;
}
export type Objective = (x: Float64Array) => Evaluation | Promise<Evaluation>;

export interface LbfgsOptions extends LineSearchOptions {
  /** Default 200. */
  readonly maxIterations?: number;
  /** Pairs of steps and gradient changes kept; default 10. */
  readonly memory?: number;
  /** Converged where |g| <= gradientTolerance * gradientScale and the last iteration's loss was flat; default 1e-5. */
  readonly gradientTolerance?: number;
  /** What a gradient's length is compared with; default |g| at the start. Give it for warm starts. */
  readonly gradientScale?: number;
  /** An iteration is flat where it lowers the loss by less than this share of it; converged after three in a row. Default 1e-6. */
  readonly lossTolerance?: number;
  readonly signal?: AbortSignal;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly loss: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
  /** `precision`: no step lowers the loss any more, as happens where its noise is larger than what is left to gain. */
  readonly reason: 'gradient' | 'loss' | 'precision' | 'maxIterations' | 'notFinite';
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (change · step) */
  rho: number;
}

/** Minimizes from `initial`, which is not changed. Throws the signal's reason when aborted. */
export async function minimizeLbfgs(
  objective: Objective,
  initial: ArrayLike<number>,
  options: LbfgsOptions = {},
): Promise<Minimum> {
  const { maxIterations = 200, memory = 10, gradientTolerance = 1e-5, lossTolerance = 1e-6, signal } = options;
  let evaluations = 0;
  const evaluate = async (x: Float64Array): Promise<{ loss: number; gradient: Float64Array }> => {
    signal?.throwIfAborted();
    evaluations++;
    const { loss, gradient } = await objective(x);
    return { loss, gradient: Float64Array.from(gradient) };
  };

  let x: Float64Array = Float64Array.from(initial);
  let { loss, gradient } = await evaluate(x);
  const goal = gradientTolerance * (options.gradientScale ?? norm(gradient));
  const pairs: Pair[] = [];
  let iterations = 0;
  let flat = 0;
  const end = (reason: Minimum['reason'], converged: boolean): Minimum => ({
    x,
    loss,
    iterations,
    evaluations,
    converged,
    reason,
  });

  if (!Number.isFinite(loss)) return end('notFinite', false);
  // A small gradient alone proves little in a long flat valley, nor does a start at one: unless it is tiny, a flat step must confirm it.
  while (norm(gradient) > (flat > 0 ? goal : goal / 100)) {
    if (iterations === maxIterations) return end('maxIterations', false);
    const direction = descend(gradient, pairs);
    const slope = dot(gradient, direction);
    const firstStep = pairs.length > 0 ? 1 : Math.min(1, 1 / norm(gradient));
    const found = await searchLine(evaluate, { x, loss, slope, direction, firstStep }, options);
    if (!found) {
      // The curvature that was remembered may be to blame: once more along the bare gradient.
      if (pairs.length === 0) return end('precision', norm(gradient) <= 100 * goal);
      pairs.length = 0;
      continue;
    }
    iterations++;
    flat = loss - found.loss <= lossTolerance * Math.abs(loss) ? flat + 1 : 0;
    remember(pairs, memory, subtract(found.x, x), subtract(found.gradient, gradient));
    ({ x, loss, gradient } = found);
    if (flat === 3) return end('loss', true);
  }
  return end('gradient', true);
}

/** Algorithm 7.4: -H g by two loops over the pairs; H's diagonal from the newest one. */
function descend(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const weights: number[] = [];
  for (const { step, change, rho } of pairs.toReversed()) {
    const weight = rho * dot(step, direction);
    weights.push(weight);
    addScaled(direction, -weight, change);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = 1 / (newest.rho * dot(newest.change, newest.change));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  for (const { step, change, rho } of pairs) {
    const weight = weights.pop() as number;
    addScaled(direction, weight - rho * dot(change, direction), step);
  }
  return direction;
}

/** Pairs without positive curvature would make the next direction point uphill; they are left out. */
function remember(pairs: Pair[], memory: number, step: Float64Array, change: Float64Array): void {
  const curvature = dot(change, step);
  if (curvature <= 1e-10 * norm(change) * norm(step)) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > memory) pairs.shift();
}
