/** @file Verdicts follow the interval, never the middle alone. */
import type { VersionComparison } from '@tintype/contracts/evaluation-report';
import { expect, test } from 'vitest';
import { formatP, formatPointsInterval, judgeComparison, judgeForecast } from './verdict.ts';

const aForecast = (gain: number, gainInterval: [number, number]) => ({
  curve: [],
  nextLabels: 100,
  gain,
  gainInterval,
  classes: [
    { className: 'cans', recall: 0.7, gain: 0.04 },
    { className: 'boxes', recall: 0.9, gain: 0.01 },
  ],
});

test.each([
  [0.002, [-0.003, 0.008], 'good', 'You have labeled enough'],
  [0.03, [0.01, 0.05], 'warn', 'More labels will help'],
  [0.02, [-0.01, 0.05], 'open', 'More labels may help'],
  [0.005, [0.001, 0.02], 'open', 'More labels may help'],
] as const)('a gain of %d within %j is %s: %s', (gain, [low, high], tone, title) => {
  expect(judgeForecast(aForecast(gain, [low, high]))).toMatchObject({ tone, title });
});

test('the class that gains most is named', () => {
  expect(judgeForecast(aForecast(0.03, [0.01, 0.05])).words).toContain('“cans”');
});

const aComparison = (onlyOwnRight: number, onlyOtherRight: number, p: number): VersionComparison => ({
  version: 3,
  other: 2,
  pictures: 120,
  own: { accuracy: 0.9, interval: [0.8, 0.95] },
  others: { accuracy: 0.8, interval: [0.7, 0.9] },
  bothRight: 90,
  onlyOwnRight,
  onlyOtherRight,
  bothWrong: 5,
  p,
  won: [],
  lost: [],
  unanswered: [],
});

test.each([
  [0, 0, 1, 'No difference'],
  [6, 4, 0.75, 'No difference that can be told from chance'],
  [20, 4, 0.0015, 'Version 3 is better'],
  [2, 14, 0.004, 'Version 3 is worse'],
])('%i won and %i lost, p %d: %s', (won, lost, p, title) => {
  expect(judgeComparison(aComparison(won, lost, p)).title).toBe(title);
});

test('small numbers are written as people do', () => {
  expect([formatP(0.00001), formatP(0.2)]).toEqual(['p < 0.001', 'p = 0.200']);
  expect(formatPointsInterval([-0.001, 0.021])).toBe('−0.1 to +2.1 points');
});
