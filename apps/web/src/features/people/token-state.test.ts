/** @file How a token is described. */
import { expect, test } from 'vitest';
import { describeToken, isWorking } from './token-state.ts';

const at = new Date(2026, 10, 26, 9, 30).getTime();

test.each([
  [{ revokedAt: null, expiresAt: null }, true, 'for ever'],
  [{ revokedAt: null, expiresAt: at }, true, 'until 2026-11-26 09:30'],
  [{ revokedAt: at, expiresAt: null }, false, 'revoked 2026-11-26 09:30'],
  [{ revokedAt: null, expiresAt: at - 60_000 * 60 * 24 }, false, 'ended 2026-11-25 09:30'],
])('%j works: %s, and is said to be so: %s', (token, works, words) => {
  expect(isWorking(token, at - 1000)).toBe(works);
  expect(describeToken(token, at - 1000)).toBe(words);
});
