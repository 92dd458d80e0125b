/** @file Options that `snapshot` and `train` share. */
import type { OptionRecord } from '../command.ts';

export const trainingOptions: readonly OptionRecord[] = [
  { flags: '--dataset <name>', description: 'dataset to use; needed where there are several' },
  { flags: '--without <class...>', description: 'classes to leave out' },
  {
    flags: '--seed <number>',
    description: 'seed of the split and of training; equal seeds give equal results',
    range: [0, Number.MAX_SAFE_INTEGER],
    default: 1,
  },
];
