/** @file Failures as the command line names them. */
import { TintypeError } from '@tintype/contracts/errors';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { expect, test } from 'vitest';
import { asTintypeError } from './as-tintype-error.ts';
import { trainCommand } from './commands/train.ts';

test('a value that a schema refuses is named by its option', () => {
  const { error: refused } = trainOptionsSchema.safeParse({ model: 'a b', classWeights: 'heavy' });

  const error = asTintypeError(refused, trainCommand);

  expect(error).toMatchObject({ code: 'VALIDATION_FAILED', exitCode: 64 });
  expect(error.message).toMatch(/^--model: must be 1 to 64 letters.*; --class-weights: /);
  expect(error.hint).toContain('"tintype train --help"');
});

test('a refusal from inside leads to the help of its command', () => {
  const error = asTintypeError(new TintypeError('USAGE_INVALID', { problem: 'No.' }), trainCommand);

  expect(error.hint).toBe('Run "tintype train --help" to see what it takes.');
});

test('other failures pass through, and the unknown keeps its cause for the log', () => {
  const known = new TintypeError('MODEL_NONE_YET', {});
  const unknown = new Error('secret');

  expect(asTintypeError(known, trainCommand)).toBe(known);
  expect(asTintypeError(unknown, undefined)).toMatchObject({ code: 'INTERNAL', cause: unknown });
  expect(asTintypeError(unknown, undefined).message).not.toContain('secret');
});
