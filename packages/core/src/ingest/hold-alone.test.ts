/** @file One process at a time, whoever dies. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteQueue } from '@tintype/adapters/queue/open-sqlite-queue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { movableClock } from '../ports/job-queue.contract.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import { holdAlone } from './hold-alone.ts';

const clock = movableClock();
let queue: JobQueue & AsyncDisposable;
beforeAll(async () => {
  queue = await openSqliteQueue({
    path: join(await mkdtemp(join(tmpdir(), 'tintype-alone-')), 'catalog.sqlite'),
    clock,
  });
});
afterAll(() => queue[Symbol.asyncDispose]());

const photos = { place: 's3://photos/', dataset: 'photos', signal: new AbortController().signal };

test('a second one is refused while the first works, another place is not, and afterwards nothing is left', async () => {
  const seen = await holdAlone({ queue, clock }, photos, async () => {
    const second = holdAlone({ queue, clock }, photos, async () => 'second').catch((error: unknown) => error);
    const other = holdAlone({ queue, clock }, { ...photos, dataset: 'other' }, async () => 'other');
    return [await second, await other, (await queue.list()).length];
  });

  expect(seen).toMatchObject([{ code: 'SYNC_RUNNING' }, 'other', 1]);
  expect(await queue.list()).toEqual([]);
});

test('work that fails lets go', async () => {
  const failing = holdAlone({ queue, clock }, photos, () => Promise.reject(new Error('away')));
  await expect(failing).rejects.toThrow('away');

  expect(await holdAlone({ queue, clock }, photos, async () => 'again')).toBe('again');
});

test('no worker gets it, and one that died is succeeded when its lease has run out', async () => {
  const { id } = await queue.add({
    kind: 'sync',
    input: {},
    singletonKey: 'sync photos s3://photos/',
    machine: 'none',
  });
  await queue.lease({ worker: 'dead', leaseMs: 15_000, job: id });
  const early = await holdAlone({ queue, clock }, photos, async () => 'early').catch((error: unknown) => error);
  clock.advance(15_001);
  const asWorker = await queue.lease({ worker: 'w', leaseMs: 1000, machine: 'here' });

  const late = await holdAlone({ queue, clock }, photos, async () => 'late');

  expect([early, asWorker, late]).toMatchObject([{ code: 'SYNC_RUNNING' }, undefined, 'late']);
});
