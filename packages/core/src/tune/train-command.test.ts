/** @file A trial as a command line. */
import { expect, test } from 'vitest';
import { renderTrainCommand } from './train-command.ts';

test('settings become options, hyperparameters assignments, and what is usual nothing', () => {
  const command = renderTrainCommand({
    snapshot: 'snap_1',
    backbone: 'hub:a/b@c',
    head: 'logistic',
    hyperparameters: { c: 0.03162, kernel: 'rbf' },
    classWeights: 'balanced',
    without: ['a b', "it's"],
    seed: 7,
  });

  expect(command).toBe(
    "tintype train --snapshot snap_1 --backbone hub:a/b@c --head logistic --set c=0.03162 kernel=rbf --class-weights balanced --without 'a b' 'it'\\''s' --seed 7",
  );
  expect(renderTrainCommand({ hyperparameters: {}, without: [] })).toBe('tintype train');
});

test('gates are asked for by the word of the command line', () => {
  expect(renderTrainCommand({ gates: ['min-size=64', 'unknown=0.9'] })).toBe(
    'tintype train --gate min-size=64 unknown=0.9',
  );
});
