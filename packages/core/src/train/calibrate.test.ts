/** @file Tests of temperature scaling against values worked out by hand. */
import { expect, test } from 'vitest';
import { calibrateTemperature } from './calibrate.ts';

/** Two classes, logit gap `gap`, right in `right` of `rows`: the best temperature is gap / log(right / (rows - right)). */
function aGap(gap: number, right: number, rows: number): { logits: Float32Array; truth: Int32Array } {
  const logits = new Float32Array(rows * 2);
  for (let n = 0; n < rows; n += 1) logits[n * 2] = gap;
  return { logits, truth: Int32Array.from({ length: rows }, (_, n) => (n < right ? 0 : 1)) };
}

test('the temperature of an overconfident model matches the closed form', () => {
  const { logits, truth } = aGap(6, 75, 100);

  const calibration = calibrateTemperature(logits, truth, 2);

  expect(calibration.temperature).toBeCloseTo(6 / Math.log(3), 3);
  expect(calibration.nllAfter).toBeLessThan(calibration.nllBefore);
});

test('an underconfident model is sharpened', () => {
  const { logits, truth } = aGap(0.5, 90, 100);

  expect(calibrateTemperature(logits, truth, 2).temperature).toBeCloseTo(0.5 / Math.log(9), 3);
});

test('a model that is always right gets a finite temperature', () => {
  const { logits, truth } = aGap(1, 100, 100);

  const { temperature } = calibrateTemperature(logits, truth, 2);

  expect(temperature).toBeGreaterThanOrEqual(0.05);
  expect(temperature).toBeLessThan(0.06);
});

test('a model that is worse than chance is flattened, never turned around', () => {
  const { logits, truth } = aGap(3, 20, 100);

  const { temperature } = calibrateTemperature(logits, truth, 2);

  expect(temperature).toBeGreaterThan(19);
  expect(temperature).toBeLessThanOrEqual(20);
});

test('too few rows leave the probabilities alone', () => {
  const { logits, truth } = aGap(6, 5, 9);

  expect(calibrateTemperature(logits, truth, 2).temperature).toBe(1);
});
