/** @file Which parts of the People screen somebody sees. */
import { roleScopes } from '@tintype/contracts/access';
import { expect, test } from 'vitest';
import { findTab } from './people-tabs.ts';

const labelsOf = (scopes: Parameters<typeof findTab>[1]): string[] =>
  findTab('/people', scopes).tabs.map(({ label }) => label);

test('everybody sees what their rights allow', () => {
  expect(labelsOf(roleScopes.viewer)).toEqual([]);
  expect(labelsOf(roleScopes.annotator)).toEqual(['History']);
  expect(labelsOf(roleScopes.trainer)).toEqual(['Agreement', 'Review', 'Gold', 'History']);
  expect(labelsOf(roleScopes.admin)).toHaveLength(7);
});

test('an address names its part, and the first is shown where it names none or one that is not allowed', () => {
  expect(findTab('/people/history/ada', roleScopes.trainer).current?.label).toBe('History');
  expect(findTab('/people', roleScopes.trainer).current?.label).toBe('Agreement');
  expect(findTab('/people/users', roleScopes.trainer).current?.label).toBe('Agreement');
  expect(findTab('/people/users', roleScopes.viewer).current).toBeUndefined();
});
