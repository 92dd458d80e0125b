/** @file Fewer points while a map moves that is too much for the machine. */
import { expect, test } from 'vitest';
import { thinOut } from './thinning.ts';

test('a map that is drawn in time keeps all of its points while it moves', () => {
  expect(thinOut(1, { frameMs: 17, count: 100_000 })).toBe(1);
});

test('slow frames halve the points until too few would be left', () => {
  let every = 1;
  const seen = [17, 45, 45, 45, 45].map((frameMs) => {
    every = thinOut(every, { frameMs, count: 100_000 });
    return every;
  });

  expect(seen).toEqual([1, 2, 4, 4, 4]);
  expect(thinOut(1, { frameMs: 90, count: 30_000 })).toBe(1);
});

test('once thinned, a fast frame brings nothing back while it moves', () => {
  expect(thinOut(2, { frameMs: 17, count: 100_000 })).toBe(2);
});
