/** @file `tintype augment` as a user runs it: no workspace, real children, exit codes. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let pictures: string;

beforeAll(async () => {
  scratch = await temporaryFolder();
  pictures = join(scratch.path, 'pictures');
  await writePictures(pictures, { count: 20, seed: 5, sizePx: 64, layout: 'folders', dirt: true });
});

afterAll(() => scratch[Symbol.asyncDispose]());

test('variations of a folder are written beside one another, and damaged pictures are listed', async () => {
  const out = join(scratch.path, 'out');

  const { exitCode, stdout } = await tintype(['augment', pictures, '--out', out, '--count', '2']);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\d+ variations of \d+ pictures in /);
  expect(stdout).toContain('rejected');
  const names = await readdir(out, { recursive: true });
  expect(names.filter((name) => /_aug_0[12]\.jpg$/.test(name)).length).toBeGreaterThanOrEqual(40);
  expect(names.every((name) => !name.includes('partial'))).toBe(true);
});

test('a repeated call writes nothing', async () => {
  const words = [
    'augment',
    pictures,
    '--out',
    join(scratch.path, 'again'),
    '--count',
    '1',
    '--policy',
    'light,flip=off',
  ];
  const first = await tintypeJson<{ written: number }>(words);

  const second = await tintypeJson<{ written: number; kept: number }>(words);

  expect(second).toMatchObject({ written: 0, kept: first.written });
});

test.each([
  [['augment', 'PICTURES'], 64, 'USAGE_INVALID'],
  [['augment', 'PICTURES', '--out', 'PICTURES/out'], 64, 'USAGE_INVALID'],
  [['augment', 'PICTURES', '--out', 'OUT', '--policy', 'wild'], 64, 'USAGE_INVALID'],
  [['augment', 'PICTURES/nothing', '--out', 'OUT'], 66, 'SOURCE_NOT_FOUND'],
])('%j ends with exit code %d', async (words, exitCode, code) => {
  const named = words.map((word) => word.replace('PICTURES', pictures).replace('OUT', join(scratch.path, 'none')));

  const problem = await tintypeProblem(named);

  expect(problem).toMatchObject({ exitCode, code });
});
