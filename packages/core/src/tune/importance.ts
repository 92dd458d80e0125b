/**
 * @file Which parameters mattered: PED-ANOVA (Watanabe, Bansal, Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance
 * in Arbitrary Subspaces"): how far the density of the good trials along a parameter is from that of all of them.
 */
import type { Parameter, SearchSpace, Setting, Trial } from '@tintype/contracts/tune';
import { estimateDensity } from './parzen.ts';
import { byMerit } from './samplers/tpe.ts';
import { searchInterval } from './search-space.ts';

/** Below this many trials with a value nothing is said. */
export const fewestTrials = 12;
/** γ: the good ones are this share of all. */
const goodShare = 0.25;
const gridSteps = 50;

/** Shares that sum to 1, the largest first; empty where there are too few trials. */
export function computeImportance(
  space: SearchSpace,
  trials: readonly Trial[],
): { parameter: string; share: number }[] {
  const judged = trials.filter(({ value, status }) => value !== null && status !== 'running').toSorted(byMerit);
  if (judged.length < fewestTrials) return [];
  const good = judged.slice(0, Math.ceil(goodShare * judged.length));
  const divergences = space.map((parameter) => ({
    parameter: parameter.name,
    divergence: computeDivergence(parameter, good, judged),
  }));
  const total = divergences.reduce((sum, { divergence }) => sum + divergence, 0);
  if (total === 0) return [];
  return divergences
    .map(({ parameter, divergence }) => ({ parameter, share: divergence / total }))
    .toSorted((a, b) => b.share - a.share || (a.parameter < b.parameter ? -1 : 1));
}

/** Pearson's χ² divergence of the good from all, among trials in which it was active, times the share of good ones in which it was. */
function computeDivergence(parameter: Parameter, good: readonly Trial[], all: readonly Trial[]): number {
  const [chosen, tried] = [valuesOf(parameter, good), valuesOf(parameter, all)];
  if (chosen.length === 0) return 0;
  const [top, whole] = [estimateDensity(parameter, chosen), estimateDensity(parameter, tried)];
  const places = placesOf(parameter);
  const densities = places.map(
    (value) => [Math.exp(top.logDensity(value)), Math.exp(whole.logDensity(value))] as const,
  );
  const [topSum, wholeSum] = [0, 1].map((which) => densities.reduce((sum, one) => sum + (one[which] as number), 0));
  const divergence = densities.reduce((sum, [ofTop, ofWhole]) => {
    const [p, q] = [ofTop / (topSum as number), ofWhole / (wholeSum as number)];
    return q === 0 ? sum : sum + q * (p / q - 1) ** 2;
  }, 0);
  return (divergence * chosen.length) / good.length;
}

const valuesOf = ({ name }: Parameter, trials: readonly Trial[]): Setting[] =>
  trials.toSorted((a, b) => a.number - b.number).flatMap(({ settings }) => settings[name] ?? []);

/** Evenly on the line that the parameter is searched on; every value of what is counted. */
function placesOf(parameter: Parameter): readonly Setting[] {
  if (parameter.kind === 'categorical') return parameter.choices;
  const { kind, low, high, isLog } = parameter;
  if (kind === 'int' && high - low < gridSteps) return Array.from({ length: high - low + 1 }, (_, n) => low + n);
  const line = searchInterval({ ...parameter, kind: 'float' });
  return Array.from({ length: gridSteps }, (_, n) => {
    const place = line.low + ((n + 0.5) / gridSteps) * (line.high - line.low);
    return isLog ? Math.exp(place) : place;
  });
}
