/** @file Parity is the largest difference, not a mean that hides it. */
import { expect, test } from 'vitest';
import { compareAnswers, formatDifference, summarizeParity, toLocalPrediction } from './parity.ts';

test('two answers differ by their largest difference, and agree where the best class is the same', () => {
  expect(compareAnswers({ cat: 0.7, dog: 0.3 }, { cat: 0.69, dog: 0.31 })).toEqual({
    agrees: true,
    difference: expect.closeTo(0.01, 12),
  });
  expect(compareAnswers({ cat: 0.51, dog: 0.49 }, { cat: 0.49, dog: 0.51 }).agrees).toBe(false);
  expect(compareAnswers({ cat: 1 }, {}).difference).toBe(1);
});

test('several pictures are summed up by the worst difference and the medians of the times', () => {
  const measured = [
    { agrees: true, difference: 0.001, browserMs: 10, serverMs: 20 },
    { agrees: true, difference: 0.004, browserMs: 40, serverMs: 30 },
    { agrees: false, difference: 0.002, browserMs: 20, serverMs: 50 },
  ];

  expect(summarizeParity([])).toBeUndefined();
  expect(summarizeParity(measured)).toEqual({
    pictures: 3,
    agreeing: 2,
    largestDifference: 0.004,
    browserMs: 20,
    serverMs: 30,
  });
});

test('a difference that is not zero is not written as zero', () => {
  expect([0, 0.00001, 0.00312].map(formatDifference)).toEqual(['0.0000', '< 0.0001', '0.0031']);
});

test('the answer of the browser has the form of the server’s', () => {
  const prediction = toLocalPrediction(
    { probabilities: { cat: 0.2, dog: 0.8 }, durationMs: 3 },
    { model: 'pets', version: 2 },
  );

  expect(prediction).toMatchObject({ prediction: 'dog', confidence: 0.8, error: null, model: 'pets', version: 2 });
});
