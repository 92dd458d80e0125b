/** @file A study and its trials as a page or a table shows them. */
import type { ListedStudy } from '@tintype/contracts/api';
import type { Study, StudyReport, Trial } from '@tintype/contracts/tune';
import { computeImportance } from './importance.ts';
import { findBest } from './run-study.ts';
import { toTrainOptions } from './spaces.ts';
import { renderTrainCommand } from './train-command.ts';

export function reportStudy(study: Study, trials: readonly Trial[]): StudyReport {
  return {
    study,
    trials: trials.map((trial) => ({ ...trial, command: renderTrialCommand(study, trial) })),
    best: findBest(trials)?.number ?? null,
    importance: computeImportance(study.space, trials),
    coordinates: {
      axes: [...study.space],
      lines: trials
        .filter(({ value }) => value !== null)
        .map(({ number, status, value, settings }) => ({ number, status, value, settings })),
    },
  };
}

/** A study in a list. */
export function summarizeStudy(study: Study, trials: readonly Trial[]): Omit<ListedStudy, 'isLive'> {
  const count = (status: Trial['status']): number => trials.filter((trial) => trial.status === status).length;
  const best = findBest(trials);
  return {
    study,
    trials: {
      running: count('running'),
      complete: count('complete'),
      pruned: count('pruned'),
      failed: count('failed'),
    },
    best: best ? { number: best.number, value: best.value, interval: best.interval, settings: best.settings } : null,
  };
}

/** Trains on the training split what the trial tried. */
export function renderTrialCommand(study: Study, { settings }: Pick<Trial, 'settings'>): string {
  return renderTrainCommand({ ...study.common, ...toTrainOptions(settings) });
}
