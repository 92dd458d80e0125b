/** @file The diagram counts every picture once, and calibration can be taken back. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeProbabilities } from '../model/probabilities.ts';
import { computeReliability, undoTemperature } from './reliability.ts';

test('pictures are binned by their confidence, and each bin has its mean, its share and its interval', () => {
  const judgments = [
    { confidence: 0.81, isRight: true },
    { confidence: 0.85, isRight: false },
    { confidence: 0.9, isRight: true },
    { confidence: 1, isRight: true },
  ];

  const [lower, upper, ...rest] = computeReliability(judgments);

  expect(rest).toEqual([]);
  expect(lower).toMatchObject({ from: 0.8, to: 0.9, pictures: 2, accuracy: 0.5 });
  expect(lower?.confidence).toBeCloseTo(0.83, 12);
  expect(lower?.interval.map((end) => end.toFixed(3))).toEqual(['0.095', '0.905']);
  expect(upper).toMatchObject({ from: 0.9, to: 1, pictures: 2, accuracy: 1 });
});

test('every picture is in exactly one bin', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), isRight: fc.boolean() })),
      (all) => {
        expect(computeReliability(all).reduce((sum, bin) => sum + bin.pictures, 0)).toBe(all.length);
      },
    ),
  );
});

test.each([0.4, 1, 2.5])('the confidence before a temperature of %d is found again', (temperature) => {
  const logits = Float32Array.of(2, -1, 0.5);
  const [before] = [Math.max(...computeProbabilities(logits, { classes: 3 }))];
  const [a, b, c] = computeProbabilities(logits, { classes: 3, temperature });

  expect(undoTemperature({ a: a as number, b: b as number, c: c as number }, temperature)).toBeCloseTo(
    before as number,
    5,
  );
});
