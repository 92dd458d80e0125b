/** @file Answers that are kept. */
import { expect, test } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

test('the answer that was not asked for the longest goes first', () => {
  const cache = new AnswerCache<number>({ entries: 2 });
  cache.add('a', 1, 8);
  cache.add('b', 2, 8);

  expect(cache.find('a')).toBe(1);
  cache.add('c', 3, 8);

  expect(['a', 'b', 'c'].map((key) => cache.find(key))).toEqual([1, undefined, 3]);
});

test('large answers are bounded by what they hold together', () => {
  const cache = new AnswerCache<number>({ entries: 100, bytes: 100 });
  for (let n = 0; n < 10; n += 1) cache.add(`key${n}`, n, 40);
  cache.add('key9', 9, 60);

  expect(cache.size).toBe(2);
  expect(cache.find('key8')).toBe(8);
});

test('without entries nothing is kept', () => {
  const cache = new AnswerCache<number>({ entries: 0 });
  cache.add('a', 1, 8);

  expect([cache.size, cache.find('a')]).toEqual([0, undefined]);
});
