/** @file Suspected label errors: by hand on four labels, and on labels that were turned wrong on purpose. */
import { expect, test } from 'vitest';
import { crossValidate } from './cross-validate.ts';
import { findSuspects } from './find-suspects.ts';
import { somePoints } from './testing.ts';

test('four labels are ranked and judged as by hand', () => {
  const probabilities = Float32Array.from(
    [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.3, 0.7],
      [0.45, 0.55],
    ].flat(),
  );

  const suspects = findSuspects({ probabilities, classIndices: [0, 0, 1, 0], classCount: 2 });

  // Usual confidence of class 1 is 0.7: label 1 (0.8) is counted an error, label 3 (0.55) is only doubtful.
  expect(suspects.map((one) => one.position)).toEqual([1, 3, 2, 0]);
  expect(suspects.map((one) => one.isLikelyWrong)).toEqual([true, false, false, false]);
  expect(suspects[0]).toMatchObject({ suggested: 1, confidence: expect.closeTo(0.2, 6) });
});

test('labels that were turned wrong are the most doubtful', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [60, 60, 60], spread: 0.3 });
  const wrong = [3, 50, 70, 110, 130, 175];
  const classIndices = truth.map((own, n) => (wrong.includes(n) ? (own + 1) % classCount : own));
  const labeled = Array.from(truth.keys());

  const groups = labeled.map(String);
  const probabilities = crossValidate({ rows, dimensions, labeled, classIndices, classCount, groups, seed: 1 });
  const suspects = findSuspects({ probabilities, classIndices, classCount });

  const first = suspects.slice(0, wrong.length).map((one) => one.position);
  expect(first.filter((position) => wrong.includes(position)).length).toBeGreaterThanOrEqual(5);
  expect(suspects[0]?.isLikelyWrong).toBe(true);
});

test('a near-duplicate with the same wrong label does not vouch for it', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [30, 30], spread: 0.25 });
  rows.copyWithin(dimensions, 0, dimensions);
  const classIndices = truth.map((own, n) => (n < 2 ? 1 : own));
  const set = { rows, dimensions, labeled: Array.from(truth.keys()), classIndices, classCount, seed: 1 };

  const together = crossValidate({
    ...set,
    groups: truth.length > 0 ? Array.from(truth, (_, n) => String(n < 2 ? 0 : n)) : [],
  });
  const apart = crossValidate({ ...set, groups: Array.from(truth, (_, n) => String(n)), folds: 60 });

  expect(together[1]).toBeLessThan(apart[1] as number);
});

test('where there is one group alone nothing is known', () => {
  const probabilities = crossValidate({
    rows: Float32Array.of(0, 1),
    dimensions: 1,
    labeled: [0, 1],
    classIndices: [0, 1],
    classCount: 2,
    groups: ['a', 'a'],
    seed: 1,
  });

  expect([...probabilities]).toEqual([0, 0, 0, 0]);
});
