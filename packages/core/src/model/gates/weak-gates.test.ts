/** @file Whether a gate can refuse anything. */
import { parseGates } from '@tintype/contracts/gate';
import { expect, test } from 'vitest';
import { describeWeakGates } from './weak-gates.ts';

test.each([
  ['unknown=0.99', 99, 0],
  ['unknown=0.99', 98, 1],
  ['unknown=0.9', 9, 0],
  ['unknown=0.9', 8, 1],
  ['unknown=0.5', 1, 0],
  ['confidence=0.9', 0, 0],
])('%s with %d validation pictures', (text, pictures, sentences) => {
  expect(describeWeakGates(parseGates([text]), pictures)).toHaveLength(sentences);
});

test('what is missing is said in numbers', () => {
  expect(describeWeakGates(parseGates(['unknown=0.99']), 18)).toEqual([
    'The gate unknown=0.99 needs 99 validation pictures to refuse any; there are 18.',
  ]);
});
