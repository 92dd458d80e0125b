/** @file Temperature scaling (Guo et al. 2017): the one divisor of the logits that makes held-out data most likely. */
import { computeNegativeLogLikelihood } from '../model/probabilities.ts';

const lowest = Math.log(0.05);
const highest = Math.log(20);
/** Below this many held-out rows a fitted temperature says more about luck than about the model. */
const fewestRows = 10;
const goldenShare = (Math.sqrt(5) - 1) / 2;

export interface Calibration {
  method: 'temperature';
  /** From 0.05 to 20; 1 leaves the probabilities as they are. */
  temperature: number;
  nllBefore: number;
  nllAfter: number;
}

/**
 * Minimizes the mean negative log-likelihood of `[N, K]` logits over log(temperature) by golden section: it is unimodal there,
 * and the bracket keeps the answer finite where every row is right (temperature to 0) or the logits know nothing (to infinity).
 * Stays at 1 where there are fewer than 10 rows or nothing is gained.
 */
export function calibrateTemperature(logits: Float32Array, truth: Int32Array, classes: number): Calibration {
  const nll = (logTemperature: number): number =>
    computeNegativeLogLikelihood(logits, truth, { classes, temperature: Math.exp(logTemperature) });
  const nllBefore = nll(0);
  const unchanged: Calibration = { method: 'temperature', temperature: 1, nllBefore, nllAfter: nllBefore };
  if (truth.length < fewestRows) return unchanged;

  const best = minimizeUnimodal(nll, { from: lowest, to: highest, tolerance: 1e-4 });
  const nllAfter = nll(best);
  return nllAfter < nllBefore ? { method: 'temperature', temperature: Math.exp(best), nllBefore, nllAfter } : unchanged;
}

/** Golden-section search (Kiefer 1953). */
export function minimizeUnimodal(
  f: (x: number) => number,
  range: { from: number; to: number; tolerance: number },
): number {
  let { from, to } = range;
  let left = to - goldenShare * (to - from);
  let right = from + goldenShare * (to - from);
  let leftValue = f(left);
  let rightValue = f(right);
  while (to - from > range.tolerance) {
    if (leftValue <= rightValue) {
      [to, right, rightValue] = [right, left, leftValue];
      left = to - goldenShare * (to - from);
      leftValue = f(left);
    } else {
      [from, left, leftValue] = [left, right, rightValue];
      right = from + goldenShare * (to - from);
      rightValue = f(right);
    }
  }
  return (from + to) / 2;
}
