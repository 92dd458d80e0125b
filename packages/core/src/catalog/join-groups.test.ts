/** @file What belongs together stays together, whoever says so. */
import { expect, test } from 'vitest';
import { joinGroups } from './join-groups.ts';

const idOf = (letter: string): string => `s_${letter.repeat(20)}`;
const aGroup = (...letters: string[]) => ({
  samples: letters.map((letter) => ({ id: idOf(letter), contentHash: letter, path: letter, perceptualHash: '0' })),
  similarity: 1,
});
const declare = (groups: Record<string, string | null>) =>
  Object.entries(groups).map(([letter, group]) => ({ id: idOf(letter), group }));

test('without declared groups those of near-duplicates are named after their first sample', () => {
  const joined = joinGroups([aGroup('a', 'c'), aGroup('b')], declare({ a: null, b: null, c: null }));

  expect(joined).toEqual(
    new Map([
      [idOf('a'), `g_${'a'.repeat(20)}`],
      [idOf('c'), `g_${'a'.repeat(20)}`],
      [idOf('b'), `g_${'b'.repeat(20)}`],
    ]),
  );
});

test('a declared group joins everything that its samples resemble', () => {
  const groups = [aGroup('a', 'd'), aGroup('b'), aGroup('c', 'e'), aGroup('f')];

  const joined = joinGroups(groups, declare({ a: null, b: 'left', c: null, d: 'left', e: 'left', f: null }));

  expect(new Set(['a', 'b', 'c', 'd', 'e'].map((letter) => joined.get(idOf(letter)))).size).toBe(1);
  expect(joined.get(idOf('f'))).toBe(`g_${'f'.repeat(20)}`);
});

test('two declared groups that share near-duplicates are one', () => {
  const groups = [aGroup('a'), aGroup('b', 'c'), aGroup('d')];

  const joined = joinGroups(groups, declare({ a: 'left', b: 'left', c: 'right', d: 'right' }));

  expect(new Set(joined.values()).size).toBe(1);
});
