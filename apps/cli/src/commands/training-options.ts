/** @file Options that commands around training share. */
import { TintypeError } from '@tintype/contracts/errors';
import type { HeadKind } from '@tintype/contracts/model';
import type { OptionRecord } from '../command.ts';

/** Written out, so that help loads no schema. */
export const headKindChoices: readonly HeadKind[] = ['logistic', 'knn', 'svm-linear', 'svm-rbf', 'forest', 'mlp'];

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

export const gateOption: OptionRecord = {
  flags: '--gate <gate...>',
  description: 'what every picture must pass before the model answers, kept in it: person-count=1, unknown=0.99',
};

/** `c=0.01` -> `{ c: 0.01 }`: numbers as numbers, `true` and `false` as such, the rest as text. Throws USAGE_INVALID. */
export function parseAssignments(words: readonly string[] = []): Record<string, string | number | boolean> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, text] = /^([A-Za-z][\w-]*)=(.+)$/.exec(word) ?? [];
      if (name === undefined || text === undefined)
        throw new TintypeError('USAGE_INVALID', { problem: `"${word}" is not NAME=VALUE, such as c=0.01.` });
      if (text === 'true' || text === 'false') return [name, text === 'true'];
      return [name, Number.isNaN(Number(text)) ? text : Number(text)];
    }),
  );
}
