/** @file Tests of the metrics against values worked out by hand. */
import { expect, test } from 'vitest';
import { computeWilsonInterval } from '../model/wilson-interval.ts';
import { type Answers, computeCalibrationError, computeMetrics } from './metrics.ts';

const classes = ['box', 'can', 'jar'];

/** One row per [truth, predicted, confidence]; the rest of the probability is shared by the other two classes. */
function someAnswers(rows: readonly (readonly [number, number, number])[]): Answers {
  const probabilities = new Float32Array(rows.length * 3);
  rows.forEach(([, predicted, confidence], n) => {
    probabilities.fill((1 - confidence) / 2, n * 3, n * 3 + 3);
    probabilities[n * 3 + predicted] = confidence;
  });
  return { classes, probabilities, truth: Int32Array.from(rows, (r) => r[0]), samples: rows.map((_, n) => `s${n}`) };
}

test('metrics of ten answers match the hand-worked ones', () => {
  // box: 5, of them 4 right and 1 called can; can: 3, of them 2 right and 1 called jar; jar: 2, both called box.
  const answers = someAnswers([
    [0, 0, 0.9],
    [0, 0, 0.9],
    [0, 0, 0.9],
    [0, 0, 0.9],
    [0, 1, 0.5],
    [1, 1, 0.9],
    [1, 1, 0.9],
    [1, 2, 0.7],
    [2, 0, 0.8],
    [2, 0, 0.6],
  ]);

  const metrics = computeMetrics(answers);

  expect(metrics.confusion).toEqual([
    [4, 1, 0],
    [0, 2, 1],
    [2, 0, 0],
  ]);
  expect(metrics.accuracy).toBeCloseTo(0.6, 12);
  expect(metrics.balancedAccuracy).toBeCloseTo((4 / 5 + 2 / 3 + 0) / 3, 12);
  expect(metrics.macroF1).toBeCloseTo((8 / 11 + 4 / 6 + 0) / 3, 12);
  expect(metrics.classes[0]).toEqual({ className: 'box', support: 5, precision: 4 / 6, recall: 4 / 5, f1: 8 / 11 });
  expect(metrics.mistakes.map((m) => [m.sample, m.className, m.predicted])).toEqual([
    ['s8', 'jar', 'box'],
    ['s7', 'can', 'jar'],
    ['s9', 'jar', 'box'],
    ['s4', 'box', 'can'],
  ]);
});

test('a class that is absent and never predicted counts in no mean', () => {
  const metrics = computeMetrics(
    someAnswers([
      [0, 0, 0.9],
      [1, 1, 0.9],
    ]),
  );

  expect(metrics.classes[2]).toEqual({ className: 'jar', support: 0, precision: null, recall: null, f1: null });
  expect(metrics.balancedAccuracy).toBe(1);
  expect(metrics.macroF1).toBe(1);
});

test('the Wilson interval matches published values', () => {
  // Newcombe 1998, table I: 81/263 and 15/148; 0/20 and 1/29 at the edge.
  const round = (interval: readonly number[]): number[] => interval.map((value) => Math.round(value * 1e4) / 1e4);

  expect(round(computeWilsonInterval(81, 263))).toEqual([0.2553, 0.3662]);
  expect(round(computeWilsonInterval(15, 148))).toEqual([0.0624, 0.1605]);
  expect(round(computeWilsonInterval(0, 20))).toEqual([0, 0.1611]);
  expect(round(computeWilsonInterval(1, 29))).toEqual([0.0061, 0.1718]);
  expect(computeWilsonInterval(0, 0)).toEqual([0, 1]);
});

test('calibration error weighs the gap of each bin by its rows', () => {
  // Two rows at 0.9, one right: gap |0.9 - 0.5|; two at 0.6, both right: gap |0.6 - 1|; both bins hold half the rows.
  const answers = someAnswers([
    [0, 0, 0.9],
    [0, 1, 0.9],
    [1, 1, 0.6],
    [2, 2, 0.6],
  ]);

  expect(computeCalibrationError(answers)).toBeCloseTo(0.4, 6);
});

test('a perfectly sure and right model has no calibration error', () => {
  expect(computeCalibrationError(someAnswers([[0, 0, 1]]))).toBe(0);
});

test('at most fifty mistakes are listed', () => {
  const answers = someAnswers(Array.from({ length: 60 }, (_, n) => [0, 1, 0.5 + n / 200] as const));

  const { mistakes } = computeMetrics(answers);

  expect(mistakes).toHaveLength(50);
  expect(mistakes[0]?.sample).toBe('s59');
});
