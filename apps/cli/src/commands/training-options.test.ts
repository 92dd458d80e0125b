/** @file NAME=VALUE on a command line. */
import { expect, test } from 'vitest';
import { parseAssignments } from './training-options.ts';

test('assignments are numbers, truths or text', () => {
  const words = ['c=0.01', 'k=5', 'gamma=1e-3', 'isFast=true', 'kernel=rbf', 'note=a=b'];

  expect(parseAssignments(words)).toEqual({ c: 0.01, k: 5, gamma: 0.001, isFast: true, kernel: 'rbf', note: 'a=b' });
  expect(parseAssignments()).toEqual({});
});

test.each(['c', '=1', 'c=', '1c=1'])('%s is no assignment', (word) => {
  expect(() => parseAssignments([word])).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});
