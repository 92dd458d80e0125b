/** @file Parzen estimators of one parameter, with a prior, as Optuna's TPE makes them (Bergstra et al. 2011; Watanabe 2023, arXiv:2304.11127). */
import type { Parameter, Setting } from '@tintype/contracts/tune';
import { chooseWeighted, type Random } from './random.ts';
import { fromSearch, type NumericParameter, searchInterval, toSearch } from './search-space.ts';
import { type TruncatedNormal, truncatedLogDensity, truncatedMass, truncatedQuantile } from './truncated-normal.ts';

type CategoricalParameter = Extract<Parameter, { kind: 'categorical' }>;

/** A mixture: one kernel for each observation and one for the prior. */
export interface ParzenEstimator {
  sample(random: Random): Setting;
  /** log density of a number, log probability of an integer or a choice. */
  logDensity(value: Setting): number;
}

/** Observations are in the order in which they were made; the oldest of many weigh least. */
export function estimateDensity(parameter: Parameter, observations: readonly Setting[]): ParzenEstimator {
  const weights = weighObservations(observations.length);
  return parameter.kind === 'categorical'
    ? categoricalEstimator(parameter, observations, weights)
    : numericEstimator(parameter, observations as readonly number[], weights);
}

const fullWeights = 25;

/** 1 for the newest 25, falling in a line to 1/n for the oldest; the prior, last, weighs 1. They sum to 1. */
export function weighObservations(count: number): number[] {
  const older = Math.max(0, count - fullWeights);
  const weights = Array.from({ length: count + 1 }, (_, n) => {
    if (n >= older) return 1;
    return older === 1 ? 1 / count : 1 / count + (n / (older - 1)) * (1 - 1 / count);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function categoricalEstimator(
  { choices }: CategoricalParameter,
  observations: readonly Setting[],
  weights: readonly number[],
): ParzenEstimator {
  // Each kernel is its observation, smoothed by the prior's share; the prior's own kernel is even.
  const smoothing = 1 / weights.length;
  const sum = 1 + choices.length * smoothing;
  const probabilities = choices.map((choice) =>
    weights.reduce((total, weight, n) => {
      if (n === observations.length) return total + weight / choices.length;
      return total + (weight * (smoothing + (observations[n] === choice ? 1 : 0))) / sum;
    }, 0),
  );
  return {
    sample: (random) => choices[chooseWeighted(random, probabilities)] as Setting,
    logDensity: (value) => Math.log(probabilities[choices.indexOf(value)] ?? 0),
  };
}

function numericEstimator(
  parameter: NumericParameter,
  observations: readonly number[],
  weights: readonly number[],
): ParzenEstimator {
  const kernels = placeKernels(
    observations.map((value) => toSearch(parameter, value)),
    searchInterval(parameter),
  );
  return {
    sample: (random) => {
      const kernel = kernels[chooseWeighted(random, weights)] as TruncatedNormal;
      return fromSearch(parameter, truncatedQuantile(kernel, random()));
    },
    logDensity: (value) => logMixture(weights, kernels, (kernel) => logKernel(parameter, kernel, value as number)),
  };
}

/** Of an integer, the share between its neighbors' halfway points. */
function logKernel(parameter: NumericParameter, kernel: TruncatedNormal, value: number): number {
  if (parameter.kind === 'float') return truncatedLogDensity(kernel, toSearch(parameter, value));
  const [from, to] = [toSearch(parameter, value - 0.5), toSearch(parameter, value + 0.5)];
  return Math.log(Math.max(truncatedMass(kernel, from, to), Number.MIN_VALUE));
}

/**
 * A normal around each observation, as wide as the gap to its farther neighbor (the prior's middle counts as one), but at least
 * 1/min(100, n + 2) of the interval ("magic clip"); and last the prior: the middle of the interval, as wide as all of it.
 */
function placeKernels(places: readonly number[], { low, high }: { low: number; high: number }): TruncatedNormal[] {
  const width = high - low || 1;
  const least = width / Math.min(100, places.length + 2);
  const means = [...places, (low + high) / 2];
  const deviations = means.map(() => width);
  const order = [...means.keys()].sort((a, b) => (means[a] as number) - (means[b] as number));
  order.forEach((at, rank) => {
    if (at === places.length) return;
    const own = means[at] as number;
    const toLeft = own - (means[order[rank - 1] ?? at] as number);
    const toRight = (means[order[rank + 1] ?? at] as number) - own;
    deviations[at] = Math.min(width, Math.max(least, toLeft, toRight));
  });
  return means.map((mean, n) => ({ mean, deviation: deviations[n] as number, low, high }));
}

/** log Σ w exp(l), without overflow. */
function logMixture<K>(weights: readonly number[], kernels: readonly K[], logOf: (kernel: K) => number): number {
  const logs = kernels.map((kernel, n) => Math.log(weights[n] as number) + logOf(kernel));
  const highest = Math.max(...logs);
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0));
}
