/** @file A threshold's cost and gain are those that counting the pictures by hand gives. */
import { type ClassThresholds, thresholdSteps } from '@tintype/contracts/evaluation-report';
import { expect, test } from 'vitest';
import { findStepFor, readCurves, readOperatingPoint } from './operating-point.ts';

const counts = (at: Record<number, number>): number[] =>
  Array.from({ length: thresholdSteps }, (_, step) => at[step] ?? 0);
const thresholds: ClassThresholds[] = [
  { className: 'cat', pictures: 4, predicted: counts({ 50: 2, 90: 3 }), right: counts({ 50: 1, 90: 3 }) },
  { className: 'dog', pictures: 6, predicted: counts({ 40: 1, 99: 4 }), right: counts({ 99: 4 }) },
];

test('without a threshold nothing is refused', () => {
  const { precision, recall, refused } = readOperatingPoint(thresholds, { step: 0 });

  expect([precision?.share, recall?.share, refused?.share]).toEqual([0.8, 0.8, 0]);
});

test('a threshold refuses the unsure, and what is left is right more often', () => {
  const { precision, recall, refused } = readOperatingPoint(thresholds, { step: 60 });

  expect(precision).toMatchObject({ share: 1, count: 7, of: 7 });
  expect(precision?.interval[0]).toBeCloseTo(0.6457, 3);
  expect([recall?.share, refused?.share]).toEqual([0.7, 0.3]);
});

test('one class has its own precision and recall', () => {
  expect(readOperatingPoint(thresholds, { step: 0, className: 'cat' }).precision).toMatchObject({ count: 4, of: 5 });
  expect(readOperatingPoint(thresholds, { step: 0, className: 'dog' }).recall).toMatchObject({ count: 4, of: 6 });
  expect(readOperatingPoint(thresholds, { step: 95, className: 'cat' }).precision).toBeUndefined();
});

test('curves have a point for every hundredth, and none where nothing is answered', () => {
  const { precision, refused } = readCurves(thresholds, 'cat');

  expect(precision).toHaveLength(thresholdSteps);
  expect(precision.at(-1)).toBeNull();
  expect(refused.at(-1)).toBeCloseTo(0.6, 12);
});

test('the threshold for a wanted precision is the lowest that has it', () => {
  expect(findStepFor(0.9, thresholds)).toBe(51);
  expect(findStepFor(0.8, thresholds)).toBe(0);
  expect(findStepFor(1.1, thresholds)).toBeUndefined();
});
