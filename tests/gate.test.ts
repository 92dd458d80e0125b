/** @file `tintype gate` as a user runs it: a list, lines of JSON, the trash, exit codes. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let workspace: string;

beforeAll(async () => {
  scratch = await temporaryFolder();
  workspace = join(scratch.path, 'workspace');
  for (const [name, sizePx] of [
    ['small', 64],
    ['large', 96],
  ] as const)
    await writePictures(join(scratch.path, 'pictures', name), { count: 8, seed: sizePx, sizePx, layout: 'folders' });
  await tintype(['init', workspace]);
  await tintype(['ingest', join(scratch.path, 'pictures'), '--labels', 'folder', '--workspace', workspace]);
});
afterAll(() => scratch[Symbol.asyncDispose]());

const gate = (...words: string[]): string[] => ['gate', '--workspace', workspace, ...words];

test('pictures that fail are listed with their reason, and counted', async () => {
  const { exitCode, stdout } = await tintype(gate('--require', 'min-size=60'));

  expect(exitCode).toBe(0);
  expect(stdout).toContain('TOO_SMALL');
  expect(stdout).toMatch(/8 of 16 pictures of "\w+" fail\./);
  expect(stdout).toContain('--drop');
});

test('as JSON, every picture that fails is a line, and the last one sums up', async () => {
  const { stdout } = await tintype([...gate('--require', 'min-size=60', 'blur=1'), '--json']);

  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(9);
  expect(lines[0]).toMatchObject({ reason: 'TOO_SMALL', sample: expect.stringMatching(/^s_/) as string });
  expect(lines.at(-1)).toMatchObject({ summary: { checked: 16, refused: 8, reasons: { TOO_SMALL: 8 } } });
});

test.each([
  [[], 64, 'USAGE_INVALID'],
  [['--require', 'sharpness=3'], 64, 'USAGE_INVALID'],
  [['--require', 'unknown=0.99'], 64, 'USAGE_INVALID'],
  [['--require', 'person-count=1'], 78, 'DETECTOR_MISSING'],
  [['--require', 'min-size=1', '--dataset', 'nothing'], 66, 'DATASET_NOT_FOUND'],
])('%j ends with exit code %d', async (words, exitCode, code) => {
  expect(await tintypeProblem(gate(...words))).toMatchObject({ exitCode, code });
});

test('what fails goes to the trash and is not looked at again', async () => {
  const dropped = await tintype(gate('--require', 'min-size=60', '--drop'));
  const again = await tintypeJson<{ summary: object }>(gate('--require', 'min-size=60'));

  expect(dropped.stdout).toContain('8 moved to the trash');
  expect(again.summary).toMatchObject({ checked: 8, refused: 0 });
});
