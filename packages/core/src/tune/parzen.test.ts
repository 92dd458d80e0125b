/** @file Parzen estimators are densities: they sum to 1, sit where the observations are, and draw what they say. */
import { categorical, float, int } from '@tintype/contracts/tune';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateDensity, weighObservations } from './parzen.ts';
import { createRandom } from './random.ts';
import { searchInterval } from './search-space.ts';
import { normalCdf, normalQuantile, truncatedQuantile } from './truncated-normal.ts';

test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.96, 0.024997895148220435],
  [-6, 9.865876450376981e-10],
])('Φ(%d) is %d (tables)', (z, share) => {
  expect(normalCdf(z) / share).toBeCloseTo(1, 12);
  expect(normalQuantile(share)).toBeCloseTo(z, 10);
});

test('draws of a cut normal stay inside and rise with u', () => {
  const law = fc.property(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 1e-3, max: 10, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    (mean, deviation, u) => {
      const cut = { mean, deviation, low: 0, high: 1 };
      const x = truncatedQuantile(cut, u);

      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1);
      expect(truncatedQuantile(cut, u / 2)).toBeLessThanOrEqual(x + 1e-12);
    },
  );

  fc.assert(law);
});

test('the density of a number integrates to 1 on its line', () => {
  const law = fc.property(
    fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { maxLength: 40 }),
    fc.boolean(),
    (values, isLog) => {
      const parameter = float('x', [1e-3, 1], { isLog }) as Parameters<typeof searchInterval>[0];
      const density = estimateDensity(parameter, values);
      const { low, high } = searchInterval(parameter);
      const steps = 4000;
      let sum = 0;
      for (let n = 0; n < steps; n += 1) {
        const place = low + ((n + 0.5) / steps) * (high - low);
        sum += (Math.exp(density.logDensity(isLog ? Math.exp(place) : place)) * (high - low)) / steps;
      }

      expect(sum).toBeCloseTo(1, 3);
    },
  );

  fc.assert(law, { numRuns: 20 });
});

test.each([
  ['integers', int('n', [1, 12]), Array.from({ length: 12 }, (_, n) => n + 1)],
  ['integers on a logarithm', int('n', [1, 12], { isLog: true }), Array.from({ length: 12 }, (_, n) => n + 1)],
  ['choices', categorical('n', ['a', 2, true]), ['a', 2, true]],
])('the probabilities of %s sum to 1, and draws follow them', (_, parameter, all) => {
  const density = estimateDensity(parameter, [all[1] as number, all[1] as number, all[2] as number]);
  const probabilities = all.map((value) => Math.exp(density.logDensity(value)));
  const random = createRandom('draws');
  const counts = new Map<unknown, number>();
  for (let n = 0; n < 20_000; n += 1) {
    const value = density.sample(random);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }

  expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
  all.forEach((value, n) => expect((counts.get(value) ?? 0) / 20_000).toBeCloseTo(probabilities[n] as number, 1));
});

test('without an observation every choice is as likely', () => {
  const density = estimateDensity(categorical('a', [1, 2, 3, 4]), []);

  expect(Math.exp(density.logDensity(3))).toBeCloseTo(0.25, 12);
});

test('the newest 25 observations weigh alike, older ones less, and the prior like a new one', () => {
  const weights = weighObservations(40);

  expect(weights).toHaveLength(41);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect((weights[0] as number) / (weights[40] as number)).toBeCloseTo(1 / 40, 12);
  expect(new Set(weights.slice(15).map((weight) => weight.toFixed(12))).size).toBe(1);
  expect(weighObservations(0)).toEqual([1]);
});
