/** @file What may be chosen on the page that a link opens. */
import { expect, test } from 'vitest';
import { findProblems, parseInvitation } from './join-link.ts';

const good = { name: 'ada', password: 'correct horse battery', repeated: 'correct horse battery' };

test('what stands behind # is the invitation', () => {
  expect(parseInvitation('#inv_0.x')).toBe('inv_0.x');
  expect(parseInvitation('')).toBe('');
});

test.each([
  ['a name and a long password, twice', {}, []],
  ['no name', { name: '' }, ['name']],
  ['a name with a space', { name: 'ada l' }, ['name']],
  ['a password of 11 characters', { password: 'x'.repeat(11), repeated: 'x'.repeat(11) }, ['password']],
  ['another password', { repeated: 'correct horse' }, ['repeated']],
])('%s', (_what, change, wrong) => {
  expect(Object.keys(findProblems({ ...good, ...change }))).toEqual(wrong);
});
