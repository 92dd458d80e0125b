/**
 * @file Tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization"), with Optuna's choices:
 * the best tenth of the trials (at most 25) against the rest, each parameter for itself, the best of 24 draws.
 */
import type { Parameter, Setting, Settings, Trial } from '@tintype/contracts/tune';
import { estimateDensity } from '../parzen.ts';
import type { Random } from '../random.ts';
import type { SampleRequest } from '../sampler.ts';
import { fillSettings } from '../search-space.ts';
import { suggestRandomly } from './random.ts';

/** Trials with a value before the estimators are trusted. */
export const startupTrials = 10;
const draws = 24;

/** γ: how many of `count` trials are the good ones. */
export const countGood = (count: number): number => Math.min(Math.ceil(0.1 * count), 25);

/**
 * A parameter with a condition is judged by the trials in which it was active. Running trials count as bad ones, so that those beside
 * them look elsewhere ("constant liar"). Random for the first 10 trials.
 */
export function suggestByTpe({ space, trials, random }: Omit<SampleRequest, 'seed'>): Settings {
  const judged = trials.filter((trial) => trial.value !== null && trial.status !== 'running');
  if (judged.length < startupTrials) return suggestRandomly({ space, random });
  const ranked = judged.toSorted(byMerit);
  const good = byNumber(ranked.slice(0, countGood(judged.length)));
  const rest = byNumber([
    ...ranked.slice(good.length),
    ...trials.filter(({ status }) => status === 'running' || status === 'failed'),
  ]);
  return fillSettings(space, (parameter) => suggest(parameter, { good, rest, random }));
}

/** Complete trials by value; then pruned ones, those that came farther first. */
export function byMerit(a: Trial, b: Trial): number {
  const steps = (trial: Trial): number =>
    trial.status === 'complete' ? Number.MAX_SAFE_INTEGER : (trial.intermediateValues.at(-1)?.step ?? 0);
  return steps(b) - steps(a) || (b.value ?? 0) - (a.value ?? 0) || a.number - b.number;
}

const byNumber = (trials: readonly Trial[]): Trial[] => trials.toSorted((a, b) => a.number - b.number);

interface Divided {
  good: readonly Trial[];
  rest: readonly Trial[];
  random: Random;
}

/** The draw from l, the density of the good, at which l/g is largest: that maximizes the expected improvement (Bergstra, eq. 4). */
function suggest(parameter: Parameter, { good, rest, random }: Divided): Setting {
  const valuesOf = (trials: readonly Trial[]): Setting[] =>
    trials.flatMap(({ settings }) => settings[parameter.name] ?? []);
  const l = estimateDensity(parameter, valuesOf(good));
  const g = estimateDensity(parameter, valuesOf(rest));
  let best = { value: undefined as Setting | undefined, score: Number.NEGATIVE_INFINITY };
  for (let n = 0; n < draws; n += 1) {
    const value = l.sample(random);
    const score = l.logDensity(value) - g.logDensity(value);
    if (best.value === undefined || score > best.score) best = { value, score };
  }
  return best.value as Setting;
}
