/** @file Ingest killed with SIGKILL at random moments ends as if it had never been killed, and so does a move; `tests/faults` kills it at every named point. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import type { IngestReport } from '@tintype/contracts/ingest';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';

const entry = fileURLToPath(new URL('./fixtures/run-ingest.mjs', import.meta.url));

/** Pictures, exact duplicates with other classes, and files that are rejected, in an order that mixes them. */
async function makeSource(folder: string): Promise<void> {
  for (let number = 0; number < 150; number += 1) {
    const data = new Uint8Array(48 * 32 * 3).map((_, index) => (index * (number + 3) * 7 + number * 31) % 256);
    const bytes = await encodeJpeg({ data, widthPx: 48, heightPx: 32 }, 80);
    write(folder, `class-${number % 3}/${number}.jpg`, bytes);
    if (number % 20 === 0) write(folder, `class-${(number + 1) % 3}/again-${number}.jpg`, bytes);
    if (number % 25 === 0) write(folder, `class-0/bad-${number}.jpg`, bytes.subarray(0, 300));
  }
}

function write(folder: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

const root = mkdtempSync(join(tmpdir(), 'tintype-kill-'));
const source = join(root, 'source');
let expected: Outcome;

beforeAll(async () => {
  await makeSource(source);
  const state = aState();
  await finish(start(state));
  expected = await readOutcome(state);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function aState(): string {
  return mkdtempSync(join(root, 'state-'));
}

interface RunOptions {
  crashAt?: string;
  /** Deletes originals, and takes them from here. */
  moveFrom?: string;
}

function start(state: string, { crashAt, moveFrom }: RunOptions = {}): ChildProcess {
  const request = {
    sources: [moveFrom ?? source],
    dataset: 'd',
    labels: 'folder',
    annotator: 'a',
    move: moveFrom !== undefined,
    limits: defaultPictureLimits,
  };
  return spawn(process.execPath, [entry, state, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...(crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt }) },
  });
}

/** The report of a run to the end. */
async function finish(run: ChildProcess): Promise<IngestReport> {
  let output = '';
  run.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  expect(await once(run, 'close')).toEqual([0, null]);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as IngestReport;
}

async function crash(state: string, options: RunOptions): Promise<void> {
  const run = start(state, options);
  run.stdout?.resume();
  expect(await once(run, 'close')).toEqual([null, 'SIGKILL']);
}

interface Outcome {
  samples: unknown[];
  labels: unknown[];
  issues: unknown[];
  objects: unknown[];
}

/** Everything that catalog and store hold, without times and random ids. */
async function readOutcome(state: string): Promise<Outcome> {
  await using catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  const store = await openFileStore({ folder: join(state, 'objects') });
  const outcome: Outcome = { samples: [], labels: [], issues: [], objects: [] };
  for await (const { createdAt: _, ...sample } of catalog.samples.stream({ dataset: 'd' })) {
    outcome.samples.push(sample);
    const events = await catalog.samples.listLabelEvents(sample.id);
    outcome.labels.push(...events.map(({ sampleId, className }) => ({ sampleId, className })));
  }
  const { items } = await catalog.samples.listIssues({ dataset: 'd', limit: 1000 });
  outcome.issues = items.map(({ kind, path, sampleId, detail }) => `${kind} ${path} ${sampleId} ${detail}`).toSorted();
  for await (const object of store.list('')) outcome.objects.push(object);
  return outcome;
}

/** The one state that may never be, whenever the process died. */
async function expectNoRowWithoutBytes(state: string): Promise<void> {
  await using catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  const store = await openFileStore({ folder: join(state, 'objects') });
  for await (const { contentHash, sizeBytes } of catalog.samples.stream({ dataset: 'd' })) {
    expect(await store.find(objectKeys.source(contentHash))).toMatchObject({ sizeBytes });
    expect(await store.find(objectKeys.thumbnail(contentHash))).toBeDefined();
  }
}

test('a run that is killed at any moment ends as if never killed', { timeout: 180_000 }, async () => {
  const state = aState();

  for (const afterMs of Array.from({ length: 4 }, () => Math.random() * 350)) {
    const run = start(state);
    await once(run.stdout as Readable, 'data');
    await delay(afterMs);
    run.kill('SIGKILL');
    await once(run, 'close');
    await expectNoRowWithoutBytes(state);
  }
  await finish(start(state));

  expect(await readOutcome(state)).toEqual(expected);
});

test('a move that is killed loses no picture, and its next run deletes what was left', {
  timeout: 180_000,
}, async () => {
  const state = aState();
  const moveFrom = join(state, 'source');
  cpSync(source, moveFrom, { recursive: true, preserveTimestamps: true });

  for (const crashAt of ['ingest.recorded', 'ingest.removed:5']) await crash(state, { crashAt, moveFrom });
  await expectNoRowWithoutBytes(state);
  await finish(start(state, { moveFrom }));

  expect(await readOutcome(state)).toEqual(expected);
  const left = readdirSync(moveFrom, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  expect(left.map(({ name }) => name).toSorted()).toEqual([
    'bad-0.jpg',
    'bad-100.jpg',
    'bad-125.jpg',
    'bad-25.jpg',
    'bad-50.jpg',
    'bad-75.jpg',
  ]);
});
