/** @file Versions are found by number and by alias. */
import type { ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import { expect, test } from 'vitest';
import { chooseOpponent, describeTarget, findChampion, findRollback, parseVersion, sortVersions } from './versions.ts';

const aVersion = (version: number, aliases: string[] = []) => ({ version, aliases }) as unknown as ModelVersion;

test('versions are listed newest first', () => {
  expect(sortVersions([aVersion(1), aVersion(12), aVersion(3)]).map(({ version }) => version)).toEqual([12, 3, 1]);
});

test('the champion is the version with that alias, if any has it', () => {
  const model = { versions: [aVersion(1), aVersion(2, ['champion'])] } as RegisteredModel;

  expect(findChampion(model)?.version).toBe(2);
  expect(findChampion(undefined)).toBeUndefined();
});

test.each([
  ['snap_0123456789abcdef/test', 'the test split of snap_0123456789abcdef'],
  ['/data/new pictures', '/data/new pictures'],
])('what an evaluation ran on, %s, reads %s', (on, words) => {
  expect(describeTarget(on)).toBe(words);
});

test.each([
  ['3', 3],
  ['0', undefined],
  ['3.5', undefined],
  ['champion', undefined],
])('the address part %s means version %s', (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

test('a version is measured against the champion, and the champion against the one before it', () => {
  const [one, two, three] = [aVersion(1), aVersion(2, ['champion']), aVersion(3)];

  expect(chooseOpponent(three, [two, one])?.version).toBe(2);
  expect(chooseOpponent(two, [three, one])?.version).toBe(1);
  expect(chooseOpponent(one, [three])?.version).toBe(3);
  expect(chooseOpponent(one, [])).toBeUndefined();
});

test('rolling back leads to where the champion stood before the last move', () => {
  const move = (at: number, version: number, previous: number | null, alias = 'champion') => ({
    model: 'm',
    alias,
    version,
    previous,
    by: 'ada',
    at,
  });

  expect(findRollback([move(1, 1, null), move(3, 2, 1), move(5, 1, 9, 'other')])).toBe(1);
  expect(findRollback([move(1, 1, null)])).toBeUndefined();
  expect(findRollback([])).toBeUndefined();
});
