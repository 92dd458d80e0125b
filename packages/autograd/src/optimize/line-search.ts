/** @file Line search for the strong Wolfe conditions, and near the minimum for the approximate ones (Hager and Zhang 2005, CG_DESCENT). */
import { dot } from './vector.ts';

export interface LineSearchOptions {
  /** Differences of the loss below this share of it say nothing; default 1e-6, for sums in float32. */
  readonly lossNoise?: number;
  /** Default 20. */
  readonly maxLineSearchEvaluations?: number;
}

export interface LineSearchStart {
  readonly x: Float64Array;
  readonly loss: number;
  readonly direction: Float64Array;
  /** gradient · direction, below 0. */
  readonly slope: number;
  readonly firstStep: number;
}

export interface LinePoint {
  readonly x: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
}

/** Nocedal and Wright's constants for quasi-Newton directions. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;

/**
 * A point along the direction that is good enough, or undefined where none was found. Where losses differ by less than their noise,
 * comparing them is a coin toss and a plain Wolfe search thrashes; there the slopes alone decide, which keep their precision.
 */
export async function searchLine(
  evaluate: (x: Float64Array) => Promise<{ loss: number; gradient: Float64Array }>,
  { x, loss, direction, slope, firstStep }: LineSearchStart,
  { lossNoise = 1e-6, maxLineSearchEvaluations = 20 }: LineSearchOptions = {},
): Promise<LinePoint | undefined> {
  if (!(slope < 0)) return undefined;
  const noise = lossNoise * Math.abs(loss);
  let low = { step: 0, slope };
  let high: { step: number; slope: number } | undefined;
  let step = firstStep;

  for (let trial = 0; trial < maxLineSearchEvaluations; trial++) {
    const at = x.map((value, i) => value + step * (direction[i] as number));
    const point = { x: at, ...(await evaluate(at)) };
    const steepness = dot(point.gradient, direction);

    const isLower = point.loss <= loss + sufficientDecrease * step * slope;
    if (isLower && Math.abs(steepness) <= curvature * -slope) return point;
    const isAsLow = point.loss <= loss + noise;
    if (isAsLow && steepness >= curvature * slope && steepness <= (2 * sufficientDecrease - 1) * slope) return point;

    const isFinite = Number.isFinite(point.loss) && Number.isFinite(steepness);
    if (!isFinite || !isAsLow || steepness >= 0) high = { step, slope: isFinite ? steepness : Number.NaN };
    else low = { step, slope: steepness };
    step = high ? between(low, high) : low.step * extrapolate(low, slope);
  }
  return undefined;
}

/** Where a parabola with these two slopes has its minimum, kept off the ends; the middle where the slopes do not tell. */
function between(low: { step: number; slope: number }, high: { step: number; slope: number }): number {
  const width = high.step - low.step;
  const share = high.slope > 0 ? low.slope / (low.slope - high.slope) : 0.5;
  return low.step + Math.min(0.9, Math.max(0.1, share)) * width;
}

/** How far beyond a step that still goes down: where the slope would reach 0, between twice and ten times the step. */
function extrapolate(low: { slope: number }, slopeAtStart: number): number {
  const factor = slopeAtStart / (slopeAtStart - low.slope);
  return factor > 0 ? Math.min(10, Math.max(2, factor)) : 10;
}
