/** @file Which trial comes next: what was cut goes first, then the usual settings of every kind of model, then what the sampler suggests. */
import type { Settings, Study, Trial } from '@tintype/contracts/tune';
import { createRandom } from './random.ts';
import { samplers } from './sampler.ts';
import { listGrid } from './samplers/grid.ts';
import { settingsKey, usualSettings } from './search-space.ts';

export type Next = { settings: Settings } | { none: 'exhausted' | 'budget' };

export interface NextOptions {
  /** Time that is left for trials. */
  leftMs: number;
  /** Trials of equal names take about equally long. */
  costOf: (settings: Settings) => string;
}

/** Suggestions that are looked at before the space counts as tried out. */
const attempts = 40;

/**
 * Never settings that a trial has already. Settings that by the trials like them would not end in time are passed over. Given equal
 * study, trials and time, the same.
 */
export function chooseNext(study: Study, trials: readonly Trial[], { leftMs, costOf }: NextOptions): Next {
  if (leftMs <= 0) return { none: 'budget' };
  const tried = new Set(trials.map(({ settings }) => settingsKey(settings)));
  let isTimeShort = false;
  for (const settings of suggestions(study, trials)) {
    if (tried.has(settingsKey(settings))) continue;
    if ((expectMs(trials, settings, costOf) ?? 0) <= leftMs) return { settings };
    isTimeShort = true;
  }
  return { none: isTimeShort ? 'budget' : 'exhausted' };
}

function* suggestions(study: Study, trials: readonly Trial[]): Generator<Settings> {
  const { space, seed, sampler } = study;
  if (sampler !== 'grid') yield* listUsual(study);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const random = createRandom(seed, trials.length, attempt);
    const settings = samplers[sampler]({ space, trials, seed, random });
    if (!settings) return;
    yield settings;
    if (sampler === 'grid') return;
  }
}

/** The usual settings of every combination of choices that other parameters depend on: each model with each head, say. */
export function listUsual({ space }: Pick<Study, 'space'>): Settings[] {
  const deciding = new Set(space.flatMap(({ when }) => when?.parameter ?? []));
  const combinations = listGrid(space.filter(({ name, kind }) => kind === 'categorical' && deciding.has(name)));
  return combinations.map((given) => usualSettings(space, given));
}

/** Median time of the trials like it that came to their end; undefined where there is none yet. */
export function expectMs(
  trials: readonly Trial[],
  settings: Settings,
  costOf: (settings: Settings) => string,
): number | undefined {
  const cost = costOf(settings);
  const times = trials
    .filter((trial) => trial.status === 'complete' && costOf(trial.settings) === cost)
    .map(({ startedAt, endedAt }) => (endedAt ?? startedAt) - startedAt)
    .toSorted((a, b) => a - b);
  return times[times.length >> 1];
}
