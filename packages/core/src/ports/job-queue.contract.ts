/** @file What every job queue must do, as one suite for all of them. */
import { describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import type { JobQueue, LeasedJob } from './job-queue.ts';

/** A clock that a test moves. */
export type MovableClock = Clock & { advance(durationMs: number): void };

export function movableClock(): MovableClock {
  let now = 1_000_000;
  let count = 0;
  return {
    now: () => now,
    newId: (prefix) => `${prefix}_${String(++count).padStart(20, '0')}`,
    advance: (durationMs) => {
      now += durationMs;
    },
  };
}

const worker = { worker: 'w1', leaseMs: 1000 };

/** `open` gives a new, empty queue each time, on the clock it is given. */
export function describeJobQueue(name: string, open: (clock: Clock) => Promise<JobQueue & AsyncDisposable>): void {
  describe(`${name}: jobs`, () => {
    test('a job is added, leased once, and finished with its result', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      const added = await queue.add({ kind: 'train', input: { seed: 3 } });

      const job = (await queue.lease(worker)) as LeasedJob;
      const nothing = await queue.lease(worker);
      const isFinished = await queue.finish(job, { result: { version: 1 } });

      expect(added).toMatchObject({
        kind: 'train',
        input: { seed: 3 },
        status: 'queued',
        attempts: 0,
        startedAt: null,
      });
      expect(job).toMatchObject({ id: added.id, status: 'running', attempts: 1, startedAt: clock.now() });
      expect(nothing).toBeUndefined();
      expect(isFinished).toBe(true);
      expect(await queue.get(added.id)).toMatchObject({
        status: 'succeeded',
        result: { version: 1 },
        endedAt: clock.now(),
        error: null,
      });
    });

    test('the oldest job comes first, and the newest is listed first', async () => {
      await using queue = await open(movableClock());
      const first = await queue.add({ kind: 'ingest', input: {} });
      const second = await queue.add({ kind: 'train', input: {} });

      expect((await queue.lease(worker))?.id).toBe(first.id);
      expect((await queue.lease(worker))?.id).toBe(second.id);
      expect((await queue.list()).map(({ id }) => id)).toEqual([second.id, first.id]);
    });

    test('a failure is recorded and not tried again', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      await queue.add({ kind: 'train', input: {} });
      const job = (await queue.lease(worker)) as LeasedJob;
      const error = { code: 'DATASET_EMPTY', detail: 'nothing there', hint: 'ingest' };

      await queue.finish(job, { error });
      clock.advance(5000);

      expect(await queue.get(job.id)).toMatchObject({ status: 'failed', error, result: null });
      expect(await queue.lease(worker)).toBeUndefined();
    });

    test('a renewed lease is kept and carries progress', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      await queue.add({ kind: 'train', input: {} });
      const job = (await queue.lease(worker)) as LeasedJob;

      clock.advance(900);
      const isKept = await queue.renew(job, { leaseMs: 1000, progress: { done: 4 } });
      clock.advance(900);

      expect(isKept).toBe(true);
      expect(await queue.lease({ ...worker, worker: 'w2' })).toBeUndefined();
      expect((await queue.get(job.id)).progress).toEqual({ done: 4 });
    });

    test('an expired lease is taken over, and who lost it can neither renew nor finish', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      await queue.add({ kind: 'train', input: {} });
      const lost = (await queue.lease(worker)) as LeasedJob;
      clock.advance(1001);

      const taken = (await queue.lease({ ...worker, worker: 'w2' })) as LeasedJob;
      const isRenewed = await queue.renew(lost, { leaseMs: 1000, progress: { done: 1 } });
      const isFinished = await queue.finish(lost, { result: { by: 'zombie' } });

      expect(taken).toMatchObject({ id: lost.id, attempts: 2 });
      expect(taken.lease).not.toBe(lost.lease);
      expect([isRenewed, isFinished]).toEqual([false, false]);
      expect(await queue.finish(taken, { result: { by: 'w2' } })).toBe(true);
      expect(await queue.get(lost.id)).toMatchObject({ status: 'succeeded', result: { by: 'w2' }, progress: null });
    });

    test('a finished job cannot be finished again', async () => {
      await using queue = await open(movableClock());
      await queue.add({ kind: 'train', input: {} });
      const job = (await queue.lease(worker)) as LeasedJob;
      await queue.finish(job, { result: {} });

      expect(await queue.finish(job, { error: { code: 'X', detail: 'x', hint: 'x' } })).toBe(false);
      expect((await queue.get(job.id)).status).toBe('succeeded');
    });

    test('a job whose worker died three times is given up and lets the next one through', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      const deadly = await queue.add({ kind: 'train', input: {} });
      const next = await queue.add({ kind: 'ingest', input: {} });

      const leased: (string | undefined)[] = [];
      for (let i = 0; i < 3; i += 1) {
        leased.push((await queue.lease(worker))?.id);
        clock.advance(1001);
      }
      leased.push((await queue.lease(worker))?.id);

      expect(leased).toEqual([deadly.id, deadly.id, deadly.id, next.id]);
      expect(await queue.get(deadly.id)).toMatchObject({
        status: 'failed',
        attempts: 3,
        error: { code: 'JOB_ABANDONED' },
      });
    });

    test('a cancelled job is not leased, and who held it can neither renew nor finish', async () => {
      await using queue = await open(movableClock());
      const waiting = await queue.add({ kind: 'ingest', input: {} });
      const cancelled = await queue.cancel(waiting.id);
      await queue.add({ kind: 'train', input: {} });
      const held = (await queue.lease(worker)) as LeasedJob;

      await queue.cancel(held.id);

      expect(cancelled).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } });
      expect([await queue.renew(held, { leaseMs: 1000 }), await queue.finish(held, { result: {} })]).toEqual([
        false,
        false,
      ]);
      expect((await queue.get(held.id)).status).toBe('cancelled');
      expect(await queue.lease(worker)).toBeUndefined();
    });

    test('a job that has ended is not cancelled any more', async () => {
      await using queue = await open(movableClock());
      await queue.add({ kind: 'train', input: {} });
      const job = (await queue.lease(worker)) as LeasedJob;
      await queue.finish(job, { result: {} });

      expect((await queue.cancel(job.id)).status).toBe('succeeded');
      await expect(queue.cancel('job_x')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    });

    test('many workers lease every job exactly once', async () => {
      await using queue = await open(movableClock());
      for (let i = 0; i < 20; i += 1) await queue.add({ kind: 'ingest', input: { i } });

      const jobs = await Promise.all(Array.from({ length: 30 }, (_, i) => queue.lease({ ...worker, worker: `w${i}` })));

      const ids = jobs.flatMap((job) => (job ? [job.id] : []));
      expect(ids).toHaveLength(20);
      expect(new Set(ids).size).toBe(20);
    });

    test('a job that is not there is JOB_NOT_FOUND', async () => {
      await using queue = await open(movableClock());

      await expect(queue.get('job_x')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    });
  });
}
