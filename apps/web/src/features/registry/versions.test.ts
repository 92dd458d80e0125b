/** @file Versions are found by number and by alias. */
import type { ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import { expect, test } from 'vitest';
import { describeTarget, findChampion, parseVersion, sortVersions } from './versions.ts';

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
