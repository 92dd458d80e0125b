/** @file `tintype models import` as a user runs it: a workspace, real children, exit codes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryFolder, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';

const fixtures = join(repositoryFolder, 'packages/core/src/model/formats/keras/fixtures');
let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let workspace: string[];

beforeAll(async () => {
  scratch = await temporaryFolder();
  const folder = join(scratch.path, 'workspace');
  await tintype(['init', folder]);
  workspace = ['--workspace', folder];
});
afterAll(() => scratch[Symbol.asyncDispose]());

test('a Teachable Machine download becomes a version that says it was not measured', async () => {
  const words = ['models', 'import', join(fixtures, 'converted_keras.zip'), '--model', 'cups', ...workspace];

  const { exitCode, stdout } = await tintype(words);

  expect(exitCode).toBe(0);
  expect(stdout).toContain('cups@1: 3 classes, imported from converted_keras.zip');
  expect((await tintype(['models', ...workspace])).stdout).toContain('not measured');
});

test('--json prints the version', async () => {
  const words = ['models', 'import', join(fixtures, 'teachable-js'), '--model', 'spoons', ...workspace];

  const version = await tintypeJson<Record<string, unknown>>(words);

  expect(version).toMatchObject({ model: 'spoons', version: 1, accuracy: null, run: null });
});

test.each([
  [['functional.keras'], 64, 'USAGE_INVALID'],
  [['functional.keras', '--labels', 'nowhere.txt'], 64, 'USAGE_INVALID'],
  [['nested.h5', '--size', '224'], 65, 'MODEL_FILE_INVALID'],
  [['nothing.h5'], 65, 'MODEL_FILE_INVALID'],
])('import %j ends with exit code %d', async ([file = '', ...options], exitCode, code) => {
  const problem = await tintypeProblem(['models', 'import', join(fixtures, file), ...options, ...workspace]);

  expect(problem).toMatchObject({ exitCode, code });
});

test('a damaged file is refused by the child that reads it, wherever the damage is', async () => {
  const whole = await readFile(join(fixtures, 'nested.h5'));
  const labels = join(scratch.path, 'labels.txt');
  await writeFile(labels, 'a\nb\nc\n');
  for (const at of [9, 100, 700]) {
    const bytes = Uint8Array.from(whole);
    bytes.fill(0xff, at, at + 40);
    const path = join(scratch.path, `damaged-${at}.h5`);
    await writeFile(path, bytes);

    const problem = await tintypeProblem(['models', 'import', path, '--labels', labels, ...workspace]);

    expect(problem).toMatchObject({ exitCode: 65, code: 'MODEL_FILE_INVALID' });
  }
});
