/** @file What is wrong with a field, in words for it. */
import { trainOptionsSchema } from '@tintype/contracts/train';
import { expect, test } from 'vitest';
import { describeIssues, splitList } from './form-text.ts';

test.each([
  [{ epochs: 0 }, { epochs: 'Must be at least 1.' }],
  [{ learningRate: 0 }, { learningRate: 'Must be more than 0.' }],
  [{ dropout: 1 }, { dropout: 'Must be less than 1.' }],
  [{ threads: 5000 }, { threads: 'Must be at most 1024.' }],
  [{ epochs: 2.5 }, { epochs: 'Must be a whole number.' }],
  [{ learningRate: Number.NaN }, { learningRate: 'Must be a number.' }],
  [{ optimizer: 'adam' }, { optimizer: 'Must be one of sgd, adamw.' }],
  [{ train: 'first' }, { train: 'Must be head, last:K or all.' }],
  [{ gates: ['sharp'] }, { gates: 'Is not a gate, such as min-size=64, person-count=1 or unknown=0.99.' }],
])('%j is told as %j', (options, told) => {
  const parsed = trainOptionsSchema.safeParse(options);

  expect(describeIssues(parsed.error?.issues ?? [])).toEqual(told);
});

test('a list is what stands between its commas', () => {
  expect(splitList(' a, b c ,,')).toEqual(['a', 'b c']);
});
