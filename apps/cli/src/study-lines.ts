/** @file A study as lines of text: live while it runs, and as it ended. Pure. */
import { stripVTControlCharacters } from 'node:util';
import type { Settings, Study, Trial } from '@tintype/contracts/tune';
import { counted, duration, percent, percentWithInterval, table } from './format.ts';

const shownBest = 8;

/** `svm-rbf c=0.03 gammaScale=0.5 mobilenetv2.onnx`: names of heads' parameters without the head, what is usual left out, the model last. */
export function settingsText(settings: Settings): string {
  const { model, ...rest } = settings;
  const words = Object.entries(rest).flatMap(([name, value]) => {
    if (name === 'head') return [String(value)];
    if (name === 'classWeights') return value === 'balanced' ? ['balanced'] : [];
    return [`${name.replace(/^[^.]*\./, '')}=${String(value)}`];
  });
  return [...words, String(model).replace(/^.*[\\/](?=[^\\/]+\.onnx(\+[\w:]+)?$)/, '')].join(' ');
}

export function trialValue({ value, interval, intermediateValues }: Trial): string {
  const known = value ?? intermediateValues.at(-1)?.value;
  if (known === undefined) return '-';
  return interval && value !== null ? percentWithInterval(known, interval) : percent(known);
}

/** `41 trials: 28 complete, 11 pruned, 2 running`. */
export function countTrials(trials: readonly Trial[]): string {
  const words = (['complete', 'pruned', 'failed', 'running'] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return [counted(trials.length, 'trial'), words.join(', ')].filter(Boolean).join(': ');
}

/** Best first. */
export const rankTrials = (trials: readonly Trial[]): Trial[] =>
  trials
    .filter(({ status, value }) => status === 'complete' && value !== null)
    .toSorted((a, b) => (b.value as number) - (a.value as number) || a.number - b.number);

export interface LiveStudy {
  study: Study;
  trials: readonly Trial[];
  spentMs: number;
  budgetMs: number;
  now: number;
}

/** The head line, the best so far, and what runs now. */
export function renderLiveStudy({ study, trials, spentMs, budgetMs, now }: LiveStudy): string[] {
  const running = trials.filter(({ status }) => status === 'running');
  const best = rankTrials(trials).slice(0, shownBest);
  const head = `${study.name}  ${duration(spentMs)} of ${duration(budgetMs)}  ${countTrials(trials)}`;
  const rows = [...best, ...running].map((trial) => trialRow(trial, now));
  // Colors are the terminal's, and lines that are cut must not end inside one.
  const lines = rows.length === 0 ? [] : stripVTControlCharacters(table(trialHeaders(study), rows)).split('\n');
  return [head, ...lines];
}

export const trialHeaders = ({ metric, scoring }: Study): string[] => [
  '>#',
  `${metric} (${scoring})`,
  '>time',
  'settings',
];

export function trialRow(trial: Trial, now: number): (string | number)[] {
  const { status, startedAt, endedAt, intermediateValues, settings, number } = trial;
  const step = intermediateValues.at(-1)?.step;
  const state = { complete: '', pruned: ' pruned', failed: ' failed', running: ' running' }[status];
  const value =
    status === 'complete' ? trialValue(trial) : `${trialValue(trial)}${state}${step ? `, step ${step}` : ''}`;
  return [number, value, duration((endedAt ?? now) - startedAt), settingsText(settings)];
}
