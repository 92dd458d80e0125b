/** @file The strip says what the next labels would bring, and never more than is known. */
import type { LabelForecast } from '@tintype/contracts/label-assist';
import { expect, test } from 'vitest';
import { describeForecast, formatPoints } from './enough.ts';

const aForecast = (gain: number): LabelForecast => ({
  curve: [
    { labels: 50, accuracy: 0.7, interval: [0.66, 0.74] },
    { labels: 200, accuracy: 0.87, interval: [0.84, 0.9] },
  ],
  nextLabels: 100,
  gain,
  gainInterval: [gain - 0.02, gain + 0.02],
  classes: [
    { className: 'glass', recall: 0.9, gain: 0 },
    { className: 'paper', recall: 0.7, gain: 2 * gain },
  ],
});

test.each([
  [0.031, 'on', 'Worth going on'],
  [0.012, 'on', 'A little to gain'],
  [0.004, 'enough', 'Probably enough'],
] as const)('a gain of %d is %s: %s', (gain, tone, title) => {
  expect(describeForecast(aForecast(gain))).toMatchObject({ tone, title });
});

test('the sentence has the accuracy of now, the gain, their intervals and the class with most to gain', () => {
  const sentence = describeForecast(aForecast(0.012)).sentence.replaceAll('\u00a0', ' ');

  expect(sentence).toBe(
    'Suggestions are right for 87 % of the pictures (84 % to 90 %). The next 100 labels would bring +1.2 points (−0.8 to +3.2), most of it in paper.',
  );
});

test('with too few labels it says so', () => {
  expect(describeForecast(null)).toMatchObject({ tone: 'early', title: 'Too early to tell' });
});

test.each([
  [0.0123, '+1.2'],
  [-0.02, '−2.0'],
  [-0.0001, '0.0'],
])('%d is %s points', (gain, expected) => {
  expect(formatPoints(gain)).toBe(expected);
});
