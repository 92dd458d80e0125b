/** @file Counts by confidence add up to the pictures. */
import { expect, test } from 'vitest';
import { countThresholds } from './thresholds.ts';

test('each picture counts once with its class and once with what was said, at its hundredth', () => {
  const [cat, dog, fox] = countThresholds(
    [
      { className: 'cat', predicted: 'cat', confidence: 0.29 },
      { className: 'cat', predicted: 'dog', confidence: 0.995 },
      { className: 'fox', predicted: 'dog', confidence: 1 },
    ],
    ['cat', 'dog'],
  );

  expect([cat?.pictures, dog?.pictures, fox?.pictures]).toEqual([2, 0, 1]);
  expect([cat?.predicted[29], cat?.right[29]]).toEqual([1, 1]);
  expect([dog?.predicted[99], dog?.right[99]]).toEqual([2, 0]);
});
