/**
 * @file Asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"), in its stopping form:
 * nothing waits, so a trial that reaches a rung goes on or ends at once, by those that reached the rung before it.
 */

export interface AshaOptions {
  /** η: one of so many goes on; default 3. */
  reductionFactor?: number;
  /** Steps to the first rung; default 1. */
  firstRung?: number;
}

export interface Progressing {
  number: number;
  intermediateValues: readonly { step: number; value: number }[];
}

/** The first rung, and η times as many steps for each next one. */
export function isRung(step: number, { reductionFactor = 3, firstRung = 1 }: AshaOptions = {}): boolean {
  let rung = firstRung;
  while (rung < step) rung *= reductionFactor;
  return rung === step;
}

/**
 * Whether a trial that has just reached `step` ends there: it is on a rung and not among the best 1/η of those that reached it, itself
 * included. While they are fewer than η, only the best so far goes on, as in Optuna, since nobody can be woken later. Larger is better.
 */
export function shouldPrune(
  trial: Progressing,
  step: number,
  { others, ...options }: AshaOptions & { others: readonly Progressing[] },
): boolean {
  const { reductionFactor = 3 } = options;
  const own = valueAt(trial, step);
  if (own === undefined || !isRung(step, options)) return false;
  if (Number.isNaN(own)) return true;
  const reached = others.flatMap((other) => {
    const value = other.number === trial.number ? undefined : valueAt(other, step);
    return value === undefined || Number.isNaN(value) ? [] : [value];
  });
  const promoted = Math.max(1, Math.floor((reached.length + 1) / reductionFactor));
  return reached.filter((value) => value > own).length >= promoted;
}

const valueAt = ({ intermediateValues }: Progressing, at: number): number | undefined =>
  intermediateValues.find(({ step }) => step === at)?.value;
