/** @file A network trained by the command a user types: what it says, what it leaves, and that neither Ctrl+C nor kill -9 loses it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrainEvent } from '@tintype/contracts/train-events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTintype, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;
let workspace: string[];
let snapshot: string[];

beforeAll(async () => {
  scratch = await temporaryFolder();
  folder = join(scratch.path, 'workspace');
  workspace = ['--workspace', folder];
  const pictures = join(scratch.path, 'pictures');
  await writePictures(pictures, { count: 120, seed: 5, sizePx: 64, layout: 'folders', dirt: false });
  await tintypeJson(['init', folder]);
  await tintypeJson(['ingest', pictures, ...workspace]);
  const { id } = await tintypeJson<{ id: string }>(['snapshot', ...workspace]);
  snapshot = ['--snapshot', id];
});

afterAll(() => scratch[Symbol.asyncDispose]());

const small = ['--architecture', 'cnn-small', '--size-px', '24', '--batch', '16', '--epochs', '4', '--threads', '1'];

interface Summary {
  run: string;
  model: string;
  version: number;
  accuracy: number;
}

/** SHA-256 of the graph that a version's bundle holds. */
async function graphOf({ model, version }: Summary): Promise<string> {
  const shown = await tintypeJson<{ bundleHash: string }>(['models', 'show', `${model}@${version}`, ...workspace]);
  const bytes = readFileSync(join(folder, '.tintype/store/models', shown.bundleHash, 'model.onnx'));
  return createHash('sha256').update(bytes).digest('hex');
}

const readEvents = (path: string): TrainEvent[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as TrainEvent)
    : [];

/** Starts a training and ends it by the signal at the first event for which `isIt`; its run. */
async function interrupt(
  signal: NodeJS.Signals,
  isIt: (event: TrainEvent) => boolean,
): Promise<{ run: string; exitCode: number | null }> {
  const events = join(scratch.path, `events-${signal}.jsonl`);
  const child = startTintype(['train', ...small, ...snapshot, ...workspace, '--events', events]);
  child.stderr.resume();
  const closed = once(child, 'close') as Promise<[number | null]>;
  while (child.exitCode === null && !readEvents(events).some(isIt)) await delay(20);
  child.kill(signal);
  const [exitCode] = await closed;
  return { run: readEvents(events)[0]?.run ?? '', exitCode };
}

test('a network is trained, told epoch by epoch, registered, and answers', { timeout: 300_000 }, async () => {
  const events = join(scratch.path, 'events.jsonl');
  const picture = join(scratch.path, 'pictures/boxes', readdirSync(join(scratch.path, 'pictures/boxes'))[0] ?? '');

  const shown = await tintype(['train', ...small, ...snapshot, ...workspace, '--events', events]);
  const predicted = await tintypeJson<{ probabilities: Record<string, number> }>(['predict', picture, ...workspace]);

  expect(shown.exitCode).toBe(0);
  expect(shown.stderr).toMatch(/epoch 4\/4 {2}train \d/);
  expect(shown.stderr).toContain('contact-sheet.jpg');
  expect(shown.stdout).toMatch(/@1: accuracy \d/);
  const told = readEvents(events);
  expect(told.filter(({ type }) => type === 'epoch')).toHaveLength(4);
  expect(told.at(-1)).toMatchObject({ type: 'ended', reason: 'epochs' });
  const run = join(folder, '.tintype/runs', told[0]?.run ?? '');
  expect(readdirSync(run).filter((name) => /checkpoint|best|holder/.test(name))).toEqual([]);
  expect(Object.values(predicted.probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
});

test('killed or cancelled and resumed, it ends with the same graph as a run that was not', {
  timeout: 600_000,
}, async () => {
  const straight = await tintypeJson<Summary>(['train', ...small, ...snapshot, ...workspace]);
  const expected = await graphOf(straight);

  const killed = await interrupt('SIGKILL', (event) => event.type === 'epoch' && event.epoch === 2);
  const first = await tintypeJson<Summary>(['train', '--resume', killed.run, ...workspace]);
  const cancelled = await interrupt('SIGINT', (event) => event.type === 'step' && event.epoch === 3);
  const second = await tintypeJson<Summary>(['train', '--resume', cancelled.run, ...workspace]);

  expect([killed.exitCode, cancelled.exitCode]).toEqual([null, 130]);
  expect([first.run, second.run]).toEqual([killed.run, cancelled.run]);
  expect(await graphOf(first)).toBe(expected);
  expect(await graphOf(second)).toBe(expected);
  expect((await tintypeProblem(['train', '--resume', killed.run, ...workspace])).code).toBe('RUN_NOT_RESUMABLE');
});

test('what a training would need is explained without one, and options do not mix with a resumed run', async () => {
  const explained = await tintypeJson<Record<string, unknown>>(['train', ...small, ...workspace, '--explain']);
  const mixed = await tintypeProblem(['train', '--resume', 'run_1', '--epochs', '3', ...workspace]);

  expect(explained).toMatchObject({ network: 'cnn-small', settings: { epochs: 4 }, stepsPerEpoch: expect.any(Number) });
  expect(mixed).toMatchObject({ exitCode: 64, code: 'USAGE_INVALID' });
  expect(mixed.detail).toContain('--epochs');
  const forHeads = await tintypeProblem(['train', '--require', 'min-size=64', ...workspace]);
  expect([forHeads.exitCode, forHeads.detail]).toEqual([64, expect.stringContaining('--require is for networks')]);
});
