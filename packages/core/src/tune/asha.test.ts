/** @file ASHA stops what falls behind early, and seldom the best. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRung, shouldPrune } from './asha.ts';
import { createRandom } from './random.ts';

const reached = (number: number, ...values: number[]) => ({
  number,
  intermediateValues: values.map((value, n) => ({ step: n + 1, value })),
});

test('rungs are powers of the reduction factor', () => {
  const rungs = (options: Parameters<typeof isRung>[1]): number[] =>
    Array.from({ length: 30 }, (_, n) => n + 1).filter((step) => isRung(step, options));

  expect(rungs({})).toEqual([1, 3, 9, 27]);
  expect(rungs({ reductionFactor: 4, firstRung: 2 })).toEqual([2, 8]);
});

test('the first to reach a rung goes on, and of the next only who is better, until a third may', () => {
  const decide = (own: number, others: number[]): boolean =>
    shouldPrune(reached(9, own), 1, { others: others.map((value, n) => reached(n, value)) });

  expect(decide(0.1, [])).toBe(false);
  expect(decide(0.4, [0.5])).toBe(true);
  expect(decide(0.5, [0.5])).toBe(false);
  expect(decide(0.6, [0.5])).toBe(false);
  expect(decide(0.55, [0.1, 0.2, 0.3, 0.5, 0.6])).toBe(false);
  expect(decide(0.55, [0.1, 0.2, 0.3, 0.6, 0.7])).toBe(true);
});

test('between rungs nothing is pruned, and a value that is no number is pruned on the next', () => {
  const others = [reached(0, 0.9, 0.9, 0.9), reached(1, 0.9, 0.9, 0.9)];

  expect(shouldPrune(reached(2, 0.9, 0.1), 2, { others })).toBe(false);
  expect(shouldPrune(reached(2, 0.9, 0.1, Number.NaN), 3, { others: [] })).toBe(true);
});

test('the best at a rung is never pruned there', () => {
  const law = fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (values) => {
    const others = values.map((value, n) => reached(n, value));

    expect(shouldPrune(reached(99, Math.max(0, ...values)), 1, { others })).toBe(false);
  });

  fc.assert(law);
});

test('a third of the epochs find a curve that ends among the best', () => {
  const random = createRandom('curves');
  const curves = Array.from({ length: 100 }, (_, number) => {
    const [end, speed] = [random(), 0.1 + random()];
    return { number, end, values: Array.from({ length: 27 }, (_unused, n) => end * (1 - Math.exp(-speed * (n + 1)))) };
  });
  const done: ReturnType<typeof reached>[] = [];
  let epochs = 0;

  for (const { number, values } of curves) {
    const trial = reached(number);
    for (const [n, value] of values.entries()) {
      trial.intermediateValues.push({ step: n + 1, value });
      epochs += 1;
      if (shouldPrune(trial, n + 1, { others: done })) break;
    }
    done.push(trial);
  }

  const finished = done.filter((trial) => trial.intermediateValues.length === 27).map(({ number }) => number);
  const ranked = curves.toSorted((a, b) => b.end - a.end).map(({ number }) => number);
  expect(epochs).toBeLessThan((100 * 27) / 3);
  expect(Math.min(...finished.map((number) => ranked.indexOf(number)))).toBeLessThan(5);
});
