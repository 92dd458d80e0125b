/** @file What takes a change of a user back. */
import { expect, test } from 'vitest';
import { invertChange } from './use-access.ts';

test('undo gives a user the role and the access from before', () => {
  const user = { role: 'annotator', disabledAt: null } as const;

  expect(invertChange(user, { role: 'admin' })).toEqual({ role: 'annotator' });
  expect(invertChange(user, { isDisabled: true })).toEqual({ isDisabled: false });
  expect(invertChange({ ...user, disabledAt: 5 }, { isDisabled: false })).toEqual({ isDisabled: true });
});
