/** @file Random numbers: reproducible, unrelated for neighbors, and of the distributions they are said to be of. */
import { expect, test } from 'vitest';
import { below, createRandom, normal, type Random, symmetricBeta } from './random.ts';

const draw = (count: number, next: (random: Random) => number, random = createRandom(7)): number[] =>
  Array.from({ length: count }, () => next(random));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
};

test('the same integers give the same numbers, on every machine', () => {
  const first = draw(3, (random) => random(), createRandom(1, 2, 3));

  expect(draw(3, (random) => random(), createRandom(1, 2, 3))).toEqual(first);
  expect(first).toEqual([0.9771377069409937, 0.32264146371744573, 0.8454008381813765]);
});

test('neighboring seeds, epochs and positions give unrelated numbers', () => {
  const firsts = [];
  for (let seed = 0; seed < 10; seed += 1)
    for (let epoch = 0; epoch < 10; epoch += 1)
      for (let n = 0; n < 100; n += 1) firsts.push(createRandom(seed, epoch, n)());

  expect(new Set(firsts).size).toBeGreaterThan(9_990);
  expect(mean(firsts)).toBeCloseTo(0.5, 1.5);
  expect(variance(firsts)).toBeCloseTo(1 / 12, 2);
  const [seedFirst, epochFirst] = [createRandom(1, 2, 3)(), createRandom(2, 1, 3)()];
  expect(seedFirst).not.toBe(epochFirst);
});

test('seeds above 32 bits count in full', () => {
  expect(createRandom(5 + 2 ** 40)()).not.toBe(createRandom(5)());
});

test('whole numbers come evenly, the end excluded', () => {
  const counts = [0, 0, 0];
  for (const n of draw(3000, (random) => below(random, 3))) counts[n] = (counts[n] as number) + 1;

  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
});

test('normal numbers have mean 0 and variance 1', () => {
  const values = draw(20_000, normal);

  expect(mean(values)).toBeCloseTo(0, 1);
  expect(variance(values)).toBeCloseTo(1, 1);
});

test.each([0.2, 0.8, 1, 5])('Beta(%d) has mean 1/2 and variance 1 / (8 alpha + 4)', (alpha) => {
  const values = draw(20_000, (random) => symmetricBeta(random, alpha));

  expect(mean(values)).toBeCloseTo(0.5, 1.7);
  expect(variance(values)).toBeCloseTo(1 / (8 * alpha + 4), 2);
});
