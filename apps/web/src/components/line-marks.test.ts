/** @file Lines can be told apart. */
import { expect, test } from 'vitest';
import { lineMarkAt, lineMarkCount } from './line-marks.ts';

test.each(['light', 'dark'] as const)('no two of the first 36 lines look the same in %s', (scheme) => {
  const marks = Array.from({ length: lineMarkCount ** 2 }, (_, position) =>
    JSON.stringify(lineMarkAt(position, scheme)),
  );

  expect(new Set(marks).size).toBe(marks.length);
});
