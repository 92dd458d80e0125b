/** @file The record of changes in words. */
import { expect, test } from 'vitest';
import { describeAction, describeDetails } from './audit-words.ts';

test('operations are read as words', () => {
  expect(describeAction('revokeToken')).toBe('revoke token');
  expect(describeAction('addGoldQuestions')).toBe('add gold questions');
  expect(describeAction('POST /api/old')).toBe('post /api/old');
});

test('details are read as words and values', () => {
  expect(describeDetails({ labels: 12, isDisabled: true, role: 'viewer' })).toBe(
    'labels 12, is disabled true, role viewer',
  );
  expect(describeDetails({ before: null, scopes: ['read', 'label'], kept: { a: 1 } })).toBe(
    'before none, scopes read label, kept {"a":1}',
  );
  expect(describeDetails(null)).toBe('');
});
