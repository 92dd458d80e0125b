/** @file What runs have in common and what not. */
import type { ModelVersion } from '@tintype/contracts/registry';
import { expect, test } from 'vitest';
import { areComparable, findDifferences, judge } from './compare-runs.ts';

test('only settings that differ are told, one that a run does not have among them', () => {
  const differences = findDifferences([
    { options: { epochs: 30, seed: 1, dataset: 'a' } },
    { options: { epochs: 10, seed: 1, dataset: 'b', train: 'all' } },
  ]);

  expect(differences).toEqual([
    { name: 'epochs', values: [30, 10] },
    { name: 'train', values: [undefined, 'all'] },
  ]);
});

test('runs on different snapshots are not comparable', () => {
  expect(areComparable([{ snapshot: 'a' }, { snapshot: 'a' }])).toBe(true);
  expect(areComparable([{ snapshot: 'a' }, { snapshot: 'b' }])).toBe(false);
});

const measured = (accuracy: number, accuracyInterval: [number, number]) =>
  ({ accuracy, accuracyInterval }) as ModelVersion;

test.each([
  ['none', [measured(0.9, [0.88, 0.92]), undefined]],
  ['apart', [measured(0.8, [0.78, 0.82]), measured(0.9, [0.88, 0.92])]],
  ['close', [measured(0.9, [0.88, 0.92]), measured(0.91, [0.89, 0.93]), measured(0.5, [0.4, 0.6])]],
] as const)('the best two are %s', (verdict, versions) => {
  expect(judge(versions)).toBe(verdict);
});
