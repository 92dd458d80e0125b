/** @file Learning curves: laws that are known, and forecasts beside what more labels really bring. */
import { expect, test } from 'vitest';
import { forecastLabels } from './forecast-labels.ts';
import { fitPowerLaw, valueAt } from './power-law.ts';
import { fitSuggestionHead, meanConfidence, suggest } from './suggestion-head.ts';
import { somePoints } from './testing.ts';

test('a curve that is a power law is found again', () => {
  const points = [50, 100, 200, 400].map((labels) => ({ labels, value: 0.9 - 2 * labels ** -0.5, weight: 1 }));

  const law = fitPowerLaw(points);

  expect(law?.rate).toBe(0.5);
  expect(law?.ceiling).toBeCloseTo(0.9, 10);
  expect(law && valueAt(law, 500)).toBeCloseTo(0.9 - 2 / Math.sqrt(500), 10);
});

test('a curve that falls is taken for flat, and none ends above 1', () => {
  const falling = fitPowerLaw([10, 20, 40].map((labels, n) => ({ labels, value: 0.8 - 0.1 * n, weight: 1 })));
  const steep = fitPowerLaw([10, 20, 40].map((labels, n) => ({ labels, value: 0.4 + 0.25 * n, weight: 1 })));

  expect(falling?.drop).toBe(0);
  expect(steep?.ceiling).toBeLessThanOrEqual(1);
});

test('one size makes no curve', () => {
  expect(fitPowerLaw([{ labels: 10, value: 0.5, weight: 1 }])).toBeUndefined();
});

test('a forecast of the next labels is near what they bring', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [600, 600, 600], spread: 1, dimensions: 20 });
  const order = Array.from(truth.keys()).sort((a, b) => ((a * 7919) % 1801) - ((b * 7919) % 1801));
  const [labeled, more] = [order.slice(0, 100), order.slice(0, 200)];
  const rest = order.slice(200);
  const classOf = (some: readonly number[]): number[] => some.map((row) => truth[row] as number);
  const accuracy = (some: readonly number[]): number => {
    const head = fitSuggestionHead({ rows, dimensions, labeled: some, classIndices: classOf(some), classCount });
    const found = suggest(head as NonNullable<typeof head>, rows, rest);
    return (
      rest.filter((row, n) => indexOfHighest(found.subarray(n * classCount, (n + 1) * classCount)) === truth[row])
        .length / rest.length
    );
  };

  const forecast = forecastLabels({
    rows,
    dimensions,
    labeled,
    classIndices: classOf(labeled),
    classCount,
    groups: labeled.map(String),
    seed: 1,
  });

  const gain = accuracy(more) - accuracy(labeled);
  expect(Math.abs((forecast?.gain ?? 1) - gain)).toBeLessThan(0.04);
  expect(forecast?.gainInterval[0]).toBeLessThanOrEqual(forecast?.gain ?? 0);
  expect(forecast?.classes).toHaveLength(3);
  expect(forecast?.curve.at(-1)?.labels).toBe(80);
});

test('where confidences say that the pictures are easier than the labels, errors and gains are smaller by the same share', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [40, 40], spread: 0.8 });
  const labeled = Array.from(truth.keys());
  const set = { rows, dimensions, labeled, classIndices: truth, classCount, groups: labeled.map(String), seed: 1 };

  const plain = forecastLabels(set);
  const sure = forecastLabels({ ...set, expectedAccuracy: 0.99 });

  const errorOf = (forecast: typeof plain): number => 1 - (forecast?.curve.at(-1)?.accuracy ?? 0);
  expect(errorOf(sure)).toBeLessThan(errorOf(plain) / 2);
  expect((sure?.gain ?? 0) / (plain?.gain ?? 1)).toBeCloseTo(errorOf(sure) / errorOf(plain), 6);
});

test('a handful of labels has no forecast', () => {
  const { rows, dimensions, truth } = somePoints({ sizes: [4, 4] });

  expect(
    forecastLabels({
      rows,
      dimensions,
      labeled: [0, 5],
      classIndices: [0, 1],
      classCount: 2,
      groups: ['a', 'b'],
      seed: 1,
    }),
  ).toBeUndefined();
  expect(truth).toHaveLength(8);
});

test('the mean confidence is the accuracy to expect', () => {
  expect(meanConfidence(Float32Array.of(0.9, 0.1, 0.3, 0.7), 2)).toBeCloseTo(0.8, 6);
  expect(meanConfidence(new Float32Array(0), 2)).toBe(0);
});

const indexOfHighest = (values: Float32Array): number => values.indexOf(Math.max(...values));
