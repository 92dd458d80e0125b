/** @file Times on a command line. */
import { expect, test } from 'vitest';
import { parseDuration } from './parse-duration.ts';

test.each([
  ['90s', 90_000],
  ['20m', 1_200_000],
  ['1.5h', 5_400_000],
  ['30d', 2_592_000_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text, '--budget')).toBe(ms);
});

test.each(['', '20', 'm', '-1m', '20 m', '1w', '1e3s'])("'%s' is no time", (text) => {
  expect(() => parseDuration(text, '--budget')).toThrow(
    expect.objectContaining({ code: 'USAGE_INVALID', message: expect.stringContaining('90s, 20m, 1.5h or 30d') }),
  );
});
