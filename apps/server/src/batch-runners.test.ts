/** @file Batches over a real queue and real folders: one row a picture, whoever works, whoever dies, whatever fails on the way. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutputOpener } from '@tintype/adapters/buckets/open-output';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { createSourceOpener } from '@tintype/adapters/sources/open-bucket-source';
import { makeZip } from '@tintype/adapters/sources/testing';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import type { BatchRow } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { inProcessPool } from '@tintype/core/model/testing';
import type { JobQueue } from '@tintype/core/ports/job-queue';
import type { Workspace } from '@tintype/core/ports/workspace';
import { type AddBatchRequest, addBatch } from '@tintype/core/serve/batch/add-batch';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBatchRunners, workOnBatch } from './batch-runners.ts';
import { anIngestedPicture, aPublishedVersion } from './testing/a-server.ts';

let folder: string;
let photos: string;
let workspace: Workspace;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-batch-'));
  workspace = await openWorkspace({ folder: await initWorkspace(join(folder, 'workspace')) });
  photos = join(folder, 'photos');
  await aPublishedVersion(workspace);
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function fill(count: number): Promise<void> {
  for (const part of ['a', 'b']) await mkdir(join(photos, part), { recursive: true });
  for (let n = 0; n < count; n += 1) await writeFile(join(photos, n % 2 ? 'a' : 'b', `${n}.jpg`), `picture ${n}`);
}

type Classify = (text: string) => Promise<number[]>;
const sure: Classify = async () => [0.25, 0.75];

interface Worker {
  classify: Classify;
  signal: AbortSignal;
  leaseMs: number;
  queue: JobQueue;
}

const never = new AbortController().signal;

/** Works on the batch until it has ended, as a process of its own would. */
async function work(
  { id }: Job,
  { classify = sure, signal = never, leaseMs = 30_000, queue = workspace.queue }: Partial<Worker> = {},
): Promise<Job> {
  const pool = inProcessPool<PictureTasks>({
    openBundle: async () => ({ classes: ['cat', 'dog'] }) as never,
    classify: async ({ bytes }) => {
      const probabilities = Float32Array.from(await classify(Buffer.from(bytes).toString()));
      return { probabilities, logits: probabilities };
    },
  });
  const { clock, catalog, store, config, hub, folder: home } = workspace;
  const runners = createBatchRunners({
    workspace: { catalog, store, clock, config, hub, folder: home, queue },
    pool,
    openSource: createSourceOpener(config),
  });
  return workOnBatch(id, { queue, clock, runners, pollMs: 5, retryMs: 1, leaseMs, signal });
}

function ask(out: string, request: Partial<AddBatchRequest> = {}): Promise<Job> {
  const { catalog, queue } = workspace;
  const needs = { catalog, queue, openOutput: createOutputOpener(workspace.config) };
  return addBatch(needs, { sources: [photos], out: out.startsWith('s3:') ? out : join(folder, out), ...request });
}

const readRows = async (name: string): Promise<BatchRow[]> =>
  (await readFile(join(folder, name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BatchRow);

test('a folder becomes one row a picture, in its order, and nothing else is left', async () => {
  await fill(100);

  const job = await work(await ask('rows.jsonl'));

  expect(job).toMatchObject({ status: 'succeeded', result: { pictures: 100, failed: 0, model: 'pets', version: 1 } });
  const rows = await readRows('rows.jsonl');
  const names = [1, 0].flatMap((odd) =>
    Array.from({ length: 50 }, (_, n) => `${odd ? 'a' : 'b'}/${2 * n + odd}.jpg`).toSorted(),
  );
  expect(rows.map(({ path }) => path)).toEqual(names);
  expect(rows[0]).toEqual({
    path: 'a/1.jpg',
    prediction: 'dog',
    confidence: 0.75,
    error: null,
    reason: null,
    model: 'pets',
    version: 1,
    probabilities: { dog: 0.75, cat: 0.25 },
  });
  expect((await readdir(folder)).toSorted()).toEqual(['photos', 'rows.jsonl', 'workspace']);
  expect((await workspace.queue.countParts(job.id)).succeeded.jobs).toBe(0);
});

test('a picture that cannot be read has a row with its reason, in a table that no spreadsheet takes for a formula', async () => {
  await fill(2);
  await writeFile(join(photos, '=1+1.jpg'), 'broken');
  const classify: Classify = async (text) => {
    if (text === 'broken') throw new TintypeError('IMAGE_EMPTY', {});
    return [0.25, 0.75];
  };

  const job = await work(await ask('rows.csv'), { classify });

  expect(job.result).toMatchObject({ pictures: 3, failed: 1 });
  const [header, broken, second] = (await readFile(join(folder, 'rows.csv'), 'utf8')).split('\n');
  expect(header).toBe('path,prediction,confidence,error,reason,model,version,p:cat,p:dog');
  expect(broken).toMatch(/^'=1\+1\.jpg,,0,The file has no bytes\..*,IMAGE_EMPTY,pets,1,,$/);
  expect(second).toBe('a/1.jpg,dog,0.75,,,pets,1,0.25,0.75');
});

test('the pictures of a dataset have their ids and labels in their rows', async () => {
  const id = await anIngestedPicture(workspace, { bytes: Buffer.from('one'), path: 'cat/one.jpg', className: 'cat' });

  await work(await ask('rows.jsonl', { sources: [] }));

  expect(await readRows('rows.jsonl')).toMatchObject([{ path: 'cat/one.jpg', sample_id: id, label: 'cat' }]);
});

test('a bucket becomes an object beside it, a row for each of its keys in their order', async () => {
  await using cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  workspace.config.s3.endpoint = cloud.endpoint;
  const keys = ['100%.jpg', 'a+b.jpg', 'sub/c d.jpg', 'ü.jpg'];
  for (const key of keys) cloud.put(`photos/new/${key}`, `picture ${key}`);

  const job = await work(await ask('s3://photos/rows.jsonl', { sources: ['s3://photos/new'] }));
  vi.unstubAllEnvs();

  expect(job).toMatchObject({ status: 'succeeded', result: { pictures: 4 } });
  const text = Buffer.from(cloud.objects.get('photos/rows.jsonl')?.bytes ?? []).toString();
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as BatchRow).path),
  ).toEqual(keys);
  expect([...cloud.objects.keys()].filter((key) => key.includes('.parts/'))).toEqual([]);
});

test('pictures of an archive have a row each, read shard by shard', async () => {
  await mkdir(photos);
  const entries = Array.from({ length: 100 }, (_, n) => ({ name: `in/${n}.jpg`, bytes: Buffer.from(`picture ${n}`) }));
  await writeFile(join(photos, 'set.zip'), makeZip(entries));
  const stop = new AbortController();
  const job = await ask('rows.jsonl', { sources: [join(photos, 'set.zip')] });
  await work(job, { signal: stop.signal, classify: async () => (stop.abort(), [0.25, 0.75]) });

  await work(job);

  expect((await readRows('rows.jsonl')).map(({ path }) => path)).toEqual(entries.map(({ name }) => name));
});

test('several workers share a batch, and every picture is asked about once', async () => {
  await fill(300);
  const asked: string[] = [];
  const classify: Classify = async (text) => {
    asked.push(text);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return [0.25, 0.75];
  };
  const job = await ask('rows.jsonl');

  await Promise.all([work(job, { classify }), work(job, { classify }), work(job, { classify })]);

  expect(asked).toHaveLength(300);
  expect(new Set((await readRows('rows.jsonl')).map(({ path }) => path)).size).toBe(300);
});

test('the output is not there until it is whole, and a batch that was left goes on with what it has', async () => {
  await fill(200);
  const stop = new AbortController();
  const asked: string[] = [];
  const classify: Classify = async (text) => {
    asked.push(text);
    if (asked.length === 100) stop.abort();
    return [0.25, 0.75];
  };
  const job = await ask('rows.jsonl');

  const left = await work(job, { classify, signal: stop.signal });
  const isThere = existsSync(join(folder, 'rows.jsonl'));
  const again = await ask('rows.jsonl');
  const ended = await work(again, { classify });

  expect([left.status, isThere, again.id, ended.status]).toEqual(['queued', false, job.id, 'succeeded']);
  expect(new Set((await readRows('rows.jsonl')).map(({ path }) => path)).size).toBe(200);
  expect(asked.length).toBeLessThan(200 + 64 + 20);
});

test('a worker that stands still loses its shard, and what it writes afterwards is in no row', async () => {
  await fill(64);
  const job = await ask('rows.jsonl');
  let release = (): void => {};
  const stalled = new Promise<void>((resolve) => (release = resolve));
  const saysCat: Classify = async () => {
    await stalled;
    return [1, 0];
  };
  // Its heartbeats do not arrive.
  const queue = { ...workspace.queue, renew: async () => true };
  const zombie = work(job, { classify: saysCat, leaseMs: 300, queue });
  await vi.waitFor(async () => expect((await workspace.queue.countParts(job.id)).running.jobs).toBe(1));

  const ended = await work(job);
  release();
  await zombie;

  expect(ended.status).toBe('succeeded');
  const rows = await readRows('rows.jsonl');
  expect(rows.map(({ prediction }) => prediction)).toEqual(rows.map(() => 'dog'));
  expect(rows).toHaveLength(64);
});

test('a shard that fails ends the batch with its reason, and is begun again when the same is asked', async () => {
  await fill(100);
  let isBroken = true;
  const classify: Classify = async (text) => {
    if (isBroken && text === 'picture 1')
      throw new TintypeError('STORAGE_FAILED', { operation: 'Reading', reason: 'the disk is away' });
    return [0.25, 0.75];
  };
  const failed = await work(await ask('rows.jsonl'), { classify });
  isBroken = false;

  const again = await ask('rows.jsonl');
  const ended = await work(again, { classify });

  expect(failed).toMatchObject({ status: 'failed', error: { code: 'BATCH_INCOMPLETE' } });
  expect(failed.error?.detail).toContain('the disk is away');
  expect([again.id, ended.status]).toEqual([failed.id, 'succeeded']);
  expect(await readRows('rows.jsonl')).toHaveLength(100);
});

test('a list that was cut off goes on behind its last shard', async () => {
  await fill(200);
  const job = await ask('rows.jsonl');
  let added = 0;
  const addParts: JobQueue['addParts'] = async (...words) => {
    added += 1;
    if (added === 2) throw new TintypeError('STORAGE_FAILED', { operation: 'Catalog insert', reason: 'it was away' });
    return workspace.queue.addParts(...words);
  };

  const ended = await work(job, { queue: { ...workspace.queue, addParts } });

  expect(ended.status).toBe('succeeded');
  expect(new Set((await readRows('rows.jsonl')).map(({ path }) => path)).size).toBe(200);
});

test('nothing is written over, one output has one batch, and a place without pictures is said', async () => {
  await fill(1);
  await writeFile(join(folder, 'there.csv'), 'mine');
  await ask('rows.csv');
  await mkdir(join(folder, 'empty'));

  await expect(ask('there.csv')).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  await expect(ask('rows.csv', { sources: [folder] })).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
  const empty = await work(await ask('none.csv', { sources: [join(folder, 'empty')] }));
  expect(empty).toMatchObject({ status: 'failed', error: { code: 'SOURCE_EMPTY' } });
});

test('a batch that is cancelled is not gone on with', async () => {
  await fill(10);
  const job = await ask('rows.csv');

  await workspace.queue.cancel(job.id);

  expect((await work(job)).status).toBe('cancelled');
  expect((await ask('rows.csv')).id).not.toBe(job.id);
});
