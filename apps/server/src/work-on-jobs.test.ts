/** @file The worker's loop over the real queue: finished once, taken over, handed back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { TintypeError } from '@tintype/contracts/errors';
import { jobKinds } from '@tintype/contracts/job';
import type { Workspace } from '@tintype/core/ports/workspace';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type JobRunners, type WorkOptions, workOnJobs } from './work-on-jobs.ts';

let folder: string;
let workspace: Workspace;
let stop: AbortController;
let working: Promise<void>[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-worker-'));
  workspace = await openWorkspace({ folder: await initWorkspace(folder), needs: ['queue', 'catalog'] });
  stop = new AbortController();
  working = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(working);
  await workspace[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const never: JobRunners['train'] = (_input, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new TintypeError('CANCELLED', {})));
  });

function startWork(train: JobRunners['train'], options: Partial<WorkOptions> = {}): void {
  const kinds = jobKinds.map((kind) => [kind, train] as const);
  const runners = Object.fromEntries(kinds) as JobRunners;
  const { queue, clock } = workspace;
  working.push(workOnJobs({ queue, clock, runners, signal: stop.signal, pollMs: 5, ...options }));
}

const add = () => workspace.queue.add({ kind: 'train', input: { seed: 1 } });
const statusOf = async (id: string) => (await workspace.queue.get(id)).status;

test('jobs are worked on one after the other and end with their results', async () => {
  const jobs = [await add(), await add()];

  startWork(async (input, { report }) => {
    report({ done: 1 });
    return { seed: input.seed };
  });

  await vi.waitFor(async () => expect(await statusOf(jobs[1]?.id ?? '')).toBe('succeeded'));
  expect(await workspace.queue.get(jobs[0]?.id ?? '')).toMatchObject({
    status: 'succeeded',
    attempts: 1,
    progress: { done: 1 },
    result: { seed: 1 },
  });
});

test('a job that storage kept from its end is begun again after a while, and fails at the third time', async () => {
  const failing = await add();
  const passing = await workspace.queue.add({ kind: 'train', input: { seed: 2 } });
  let isAway = true;

  startWork(
    async (input, context) => {
      await context.keep({ stage: 'train' });
      if (input.seed === 2 && !isAway) return { done: true };
      isAway &&= input.seed !== 2;
      throw new TintypeError('STORAGE_FAILED', { operation: 'Catalog update', reason: 'the connection was lost' });
    },
    { retryMs: 1 },
  );

  await vi.waitFor(async () => expect(await statusOf(passing.id)).toBe('succeeded'));
  await vi.waitFor(async () => expect(await statusOf(failing.id)).toBe('failed'));
  expect(await workspace.queue.get(failing.id)).toMatchObject({ attempts: 3, error: { code: 'STORAGE_FAILED' } });
});

test('a job that fails ends with its code, sentence and hint, and the next one is taken', async () => {
  const jobs = [await add(), await add()];
  let isFirst = true;

  startWork(async () => {
    if (!isFirst) return {};
    isFirst = false;
    throw new TintypeError('DATASET_EMPTY', { dataset: 'pets' });
  });

  await vi.waitFor(async () => expect(await statusOf(jobs[1]?.id ?? '')).toBe('succeeded'));
  const { status, error } = await workspace.queue.get(jobs[0]?.id ?? '');
  expect(status).toBe('failed');
  expect(error).toMatchObject({ code: 'DATASET_EMPTY', detail: expect.stringContaining('pets') });
});

test('an unexpected failure keeps its text to the log', async () => {
  const { id } = await add();
  const logged: unknown[] = [];

  startWork(
    async () => {
      throw new Error('secret path');
    },
    { logger: { error: (line: unknown) => logged.push(line), warn: () => {} } as never },
  );

  await vi.waitFor(async () => expect(await statusOf(id)).toBe('failed'));
  const { error } = await workspace.queue.get(id);
  expect(error?.code).toBe('INTERNAL');
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(logged).toEqual([
    expect.objectContaining({ job: id, err: expect.objectContaining({ message: 'secret path' }) }),
  ]);
});

test('a worker that is told to end hands its job back, and another one takes it at once', async () => {
  const { id } = await add();
  startWork(never);
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('running'));

  stop.abort();
  await Promise.all(working);
  stop = new AbortController();
  startWork(async () => ({ taken: true }));

  await vi.waitFor(async () => expect(await statusOf(id)).toBe('succeeded'));
  expect((await workspace.queue.get(id)).attempts).toBe(1);
});

test('a job longer than its lease keeps it by heartbeats', async () => {
  const { id } = await add();
  let release = (): void => {};
  startWork(() => new Promise((resolve) => (release = () => resolve({}))), { leaseMs: 90 });
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('running'));

  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await workspace.queue.lease({ worker: 'other', leaseMs: 1000 })).toBeUndefined();

  release();
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('succeeded'));
});

test('what must not be lost is in the queue before the work goes on', async () => {
  const { id } = await add();
  let kept: unknown;

  startWork(async (_input, { keep }) => {
    await keep({ run: 'run_1' });
    kept = (await workspace.queue.get(id)).progress;
    return {};
  });

  await vi.waitFor(async () => expect(await statusOf(id)).toBe('succeeded'));
  expect(kept).toEqual({ run: 'run_1' });
});

test('a job that is cancelled is stopped within a second or two, however long its lease is', async () => {
  const { id } = await add();
  let isStopped = false;
  startWork((input, context) => never(input, context).finally(() => (isStopped = true)), { leaseMs: 600_000 });
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('running'));

  await workspace.queue.cancel(id);

  await vi.waitFor(() => expect(isStopped).toBe(true), { timeout: 3000 });
  expect(await statusOf(id)).toBe('cancelled');
});

test('a worker that lost its lease stops and writes nothing', async () => {
  const { id } = await add();
  const { queue } = workspace;
  let isStopped = false;
  let release = (): void => {};
  let leases = 0;
  const lease: typeof queue.lease = async (options) => (leases++ === 0 ? queue.lease(options) : undefined);
  startWork(
    async (input, context) => {
      await never(input, context).catch(() => (isStopped = true));
      await new Promise<void>((resolve) => (release = resolve));
      return { from: 'the first' };
    },
    { leaseMs: 60, queue: { ...queue, lease, renew: async () => false } },
  );
  await vi.waitFor(async () => expect(await statusOf(id)).toBe('running'));

  const other = await vi.waitFor(async () => {
    const leased = await queue.lease({ worker: 'other', leaseMs: 10_000 });
    expect(leased).toBeDefined();
    return leased;
  });
  await vi.waitFor(() => expect(isStopped).toBe(true));
  release();
  if (other) await queue.finish(other, { result: { from: 'the other' } });

  expect((await queue.get(id)).result).toEqual({ from: 'the other' });
});
