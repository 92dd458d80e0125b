/** @file A study as people read it. */
import type { Study, Trial } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import { countTrials, renderLiveStudy, settingsText, trialValue } from './study-lines.ts';

const aTrial = (number: number, change: Partial<Trial>): Trial => ({
  study: 'scenes-1',
  number,
  settings: { model: '/m/mobilenetv2.onnx', head: 'logistic', 'logistic.c': 0.03, classWeights: 'none' },
  status: 'complete',
  value: 0.9,
  interval: [0.88, 0.92],
  intermediateValues: [],
  note: null,
  errorCode: null,
  startedAt: 0,
  endedAt: 1200,
  ...change,
});

const trials = [
  aTrial(0, { value: 0.85, interval: [0.83, 0.87] }),
  aTrial(1, { status: 'pruned', value: 0.5, interval: null, intermediateValues: [{ step: 1, value: 0.5 }] }),
  aTrial(2, {}),
  aTrial(3, { status: 'running', value: null, endedAt: null, intermediateValues: [{ step: 2, value: 0.875 }] }),
];

test('settings are short: names without their head, files without their folder, nothing that is usual', () => {
  expect(settingsText(aTrial(0, {}).settings)).toBe('logistic c=0.03 mobilenetv2.onnx');
  expect(settingsText({ model: 'hub:a/b', head: 'knn', 'knn.k': 7, classWeights: 'balanced' })).toBe(
    'knn k=7 balanced hub:a/b',
  );
});

test('a running trial is shown by its last step', () => {
  expect(trialValue(trials[3] as Trial)).toBe('87.5 %');
  expect(trialValue(aTrial(4, { value: null, interval: null }))).toBe('-');
  expect(countTrials(trials)).toBe('4 trials: 2 complete, 1 pruned, 1 running');
});

test('live, the best come first and what runs last, and every line is narrower than a terminal', () => {
  const study = { name: 'scenes-1', metric: 'accuracy', scoring: 'folds' } as Study;

  const lines = renderLiveStudy({ study, trials, spentMs: 65_000, budgetMs: 600_000, now: 2000 });

  expect(lines).toEqual([
    'scenes-1  1 min 05 s of 10 min 00 s  4 trials: 2 complete, 1 pruned, 1 running',
    '#  accuracy (folds)         time  settings',
    '2  90.0 % (88.0 to 92.0)   1.2 s  logistic c=0.03 mobilenetv2.onnx',
    '0  85.0 % (83.0 to 87.0)   1.2 s  logistic c=0.03 mobilenetv2.onnx',
    '3  87.5 % running, step 2  2.0 s  logistic c=0.03 mobilenetv2.onnx',
  ]);
});
