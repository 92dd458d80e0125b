/** @file Importance finds the parameter that decides. */
import { categorical, float, int } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import { computeImportance, fewestTrials } from './importance.ts';
import { search } from './testing.ts';

const space = [
  categorical('model', ['a', 'b']),
  float('rate', [1e-4, 1], { isLog: true }),
  int('nothing', [1, 20]),
  float('depth', [0, 1], { when: { parameter: 'model', values: ['b'] } }),
];

test('what decides comes first, and shares sum to 1', () => {
  const value = ({ rate }: Record<string, unknown>): number => -Math.abs(Math.log10(rate as number) + 2);
  const trials = search('random', { space, value }, { trials: 80, seed: 4 });

  const importance = computeImportance(space, trials);

  expect(importance[0]?.parameter).toBe('rate');
  expect(importance[0]?.share).toBeGreaterThan(0.6);
  expect(importance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(importance).toHaveLength(4);
});

test('a choice can decide', () => {
  const value = ({ model }: Record<string, unknown>): number => (model === 'a' ? 1 : 0);
  const trials = search('random', { space, value }, { trials: 80, seed: 5 });

  expect(computeImportance(space, trials)[0]?.parameter).toBe('model');
});

test('nothing is said of a few trials', () => {
  const trials = search('random', { space, value: () => 0 }, { trials: fewestTrials - 1, seed: 1 });

  expect(computeImportance(space, trials)).toEqual([]);
});
