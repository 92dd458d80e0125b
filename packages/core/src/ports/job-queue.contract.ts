/** @file What every job queue must do, as one suite for all of them. */
import type { Job } from '@tintype/contracts/job';
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

      for (const ask of ['get', 'cancel', 'retry', 'remove'] as const)
        await expect(queue[ask]('job_x')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    });
  });
  describeOrder(name, open);
  describeParts(name, open);
}

type Open = (clock: Clock) => Promise<JobQueue & AsyncDisposable>;

const failure = { code: 'STORAGE_FAILED', detail: 'the disk was away', hint: 'wait' };

function describeOrder(name: string, open: Open): void {
  describe(`${name}: order, waits and second chances`, () => {
    test('the highest priority comes first, of equals the oldest', async () => {
      await using queue = await open(movableClock());
      const priorities = [0, -5, 3, 0, 3];
      const jobs: Job[] = [];
      for (const priority of priorities) jobs.push(await queue.add({ kind: 'ingest', input: {}, priority }));

      const leased: (string | undefined)[] = [];
      for (const _ of priorities) leased.push((await queue.lease(worker))?.id);

      expect(leased).toEqual([2, 4, 0, 3, 1].map((n) => jobs[n]?.id));
    });

    test('a job that is let go with a failure waits, and tells why and until when', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      await queue.add({ kind: 'train', input: {} });
      const job = (await queue.lease(worker)) as LeasedJob;

      const isReleased = await queue.release(job, { error: failure, afterMs: 500 });
      const early = await queue.lease(worker);
      const waiting = await queue.get(job.id);
      clock.advance(500);
      const late = await queue.lease(worker);

      expect([isReleased, early]).toEqual([true, undefined]);
      expect(waiting).toMatchObject({ status: 'queued', error: failure, retryAt: clock.now(), attempts: 1 });
      expect(late).toMatchObject({ id: job.id, attempts: 2, retryAt: null });
      expect(await queue.release(job)).toBe(false);
    });

    test('a job that is handed back as it was may be begun any number of times', async () => {
      await using queue = await open(movableClock());
      const { id } = await queue.add({ kind: 'train', input: {} });

      for (let i = 0; i < 5; i += 1) await queue.release((await queue.lease(worker)) as LeasedJob);

      expect(await queue.lease(worker)).toMatchObject({ id, attempts: 1 });
    });

    test('of jobs with one key there is one until it has ended', async () => {
      await using queue = await open(movableClock());
      const same = { kind: 'ingest', input: {}, singletonKey: 'sync s3://photos/' } as const;
      const added = await Promise.all([queue.add(same), queue.add(same), queue.add(same)]);
      const other = await queue.add({ ...same, singletonKey: 'sync s3://other/' });
      const held = (await queue.lease(worker)) as LeasedJob;
      const whileRunning = await queue.add(same);
      await queue.finish(held, { result: {} });

      const after = await queue.add(same);

      expect(new Set([...added, whileRunning].map(({ id }) => id))).toEqual(new Set([held.id]));
      expect([other.id, after.id]).not.toContain(held.id);
      expect(await queue.list()).toHaveLength(3);
    });

    test('a failed job is begun anew with what it had told, and not while another does the same', async () => {
      await using queue = await open(movableClock());
      const same = { kind: 'train', input: {}, singletonKey: 'k' } as const;
      await queue.add(same);
      const job = (await queue.lease(worker)) as LeasedJob;
      await queue.renew(job, { leaseMs: 1000, progress: { run: 'r' } });
      const early = queue.retry(job.id);
      await expect(early).rejects.toMatchObject({ code: 'JOB_NOT_ENDED', details: { status: 'running' } });
      await queue.finish(job, { error: failure });

      const retried = await queue.retry(job.id);
      await queue.cancel(job.id);
      await queue.add(same);

      expect(retried).toMatchObject({ status: 'queued', attempts: 0, error: null, progress: { run: 'r' } });
      await expect(queue.retry(job.id)).rejects.toMatchObject({ code: 'JOB_NOT_ENDED' });
    });

    test('jobs that ended are listed by how, and forgotten when asked', async () => {
      await using queue = await open(movableClock());
      const { id } = await queue.add({ kind: 'train', input: {} });
      const waiting = await queue.add({ kind: 'ingest', input: {} });
      await queue.finish((await queue.lease(worker)) as LeasedJob, { error: failure });

      const failed = await queue.list({ status: 'failed' });
      await queue.remove(id);

      expect(failed.map((job) => job.id)).toEqual([id]);
      expect(await queue.list({ kind: 'train' })).toEqual([]);
      await expect(queue.remove(waiting.id)).rejects.toMatchObject({ code: 'JOB_NOT_ENDED' });
    });

    test('a job of one machine is leased by that machine alone, unless it is asked for by name', async () => {
      await using queue = await open(movableClock());
      const { id } = await queue.add({ kind: 'ingest', input: {}, machine: 'a' });

      const elsewhere = [await queue.lease(worker), await queue.lease({ ...worker, machine: 'b' })];

      expect(elsewhere).toEqual([undefined, undefined]);
      const held = (await queue.lease({ ...worker, machine: 'a' })) as LeasedJob;
      expect(held.id).toBe(id);
      await queue.release(held);
      expect((await queue.lease({ ...worker, job: id }))?.id).toBe(id);
    });
  });
}

function describeParts(name: string, open: Open): void {
  const parts = [1, 2, 3].map((n) => ({ kind: 'ingest', input: { n }, size: 10 * n }) as const);

  async function aWhole(queue: JobQueue): Promise<LeasedJob> {
    await queue.add({ kind: 'train', input: {}, priority: -1, machine: 'm' });
    const whole = (await queue.lease({ ...worker, machine: 'm' })) as LeasedJob;
    await queue.addParts(whole, parts);
    return whole;
  }

  const ofWhole = (whole: LeasedJob) => ({ ...worker, machine: 'm', partOf: whole.id });

  describe(`${name}: parts of a job`, () => {
    test('parts are leased in their order, counted by where they stand, and not listed among jobs', async () => {
      await using queue = await open(movableClock());
      const whole = await aWhole(queue);

      const first = (await queue.lease(ofWhole(whole))) as LeasedJob;
      await queue.lease({ ...worker, machine: 'm' });
      await queue.finish(first, { result: {} });

      expect(first).toMatchObject({ parent: whole.id, priority: -1, input: { n: 1 } });
      expect(await queue.countParts(whole.id)).toEqual({
        queued: { jobs: 1, size: 30 },
        running: { jobs: 1, size: 20 },
        succeeded: { jobs: 1, size: 10 },
        failed: { jobs: 0, size: 0 },
        cancelled: { jobs: 0, size: 0 },
      });
      expect((await queue.list()).map(({ id }) => id)).toEqual([whole.id]);
    });

    test('a worker asks for one job or its parts alone', async () => {
      await using queue = await open(movableClock());
      const other = await queue.add({ kind: 'train', input: {}, priority: 9 });
      const own = await queue.add({ kind: 'train', input: {} });

      const none = await queue.lease({ ...worker, partOf: own.id });
      const leased = await queue.lease({ ...worker, job: own.id });

      expect([none, leased?.id]).toEqual([undefined, own.id]);
      expect((await queue.lease(worker))?.id).toBe(other.id);
    });

    test('parts are paged in the order in which they were added', async () => {
      await using queue = await open(movableClock());
      const whole = await aWhole(queue);

      const [first, second] = await queue.listParts(whole.id, { limit: 2 });
      const rest = await queue.listParts(whole.id, { limit: 2, after: second?.id ?? '' });

      expect([first, second, ...rest].map((part) => part?.input.n)).toEqual([1, 2, 3]);
      expect(await queue.listParts(whole.id, { limit: 2, status: 'failed' })).toEqual([]);
      const [last] = await queue.listParts(whole.id, { limit: 1, newestFirst: true });
      expect(last?.input.n).toBe(3);
    });

    test('who lost the whole neither adds nor forgets parts', async () => {
      const clock = movableClock();
      await using queue = await open(clock);
      const lost = await aWhole(queue);
      clock.advance(1001);
      const taken = (await queue.lease({ ...worker, machine: 'm', job: lost.id })) as LeasedJob;

      const refused = [await queue.addParts(lost, parts), await queue.removeParts(lost)];
      const count = (await queue.countParts(lost.id)).queued.jobs;

      expect([refused, count]).toEqual([[false, false], 3]);
      expect(await queue.removeParts(taken)).toBe(true);
      expect((await queue.countParts(lost.id)).queued.jobs).toBe(0);
    });

    test('cancelled with its parts, a job is begun anew with those that did not succeed', async () => {
      await using queue = await open(movableClock());
      const whole = await aWhole(queue);
      const done = (await queue.lease(ofWhole(whole))) as LeasedJob;
      const held = (await queue.lease(ofWhole(whole))) as LeasedJob;
      await queue.finish(done, { result: {} });

      await queue.cancel(whole.id);
      const isKept = await queue.renew(held, { leaseMs: 1000 });
      const cancelled = await queue.countParts(whole.id);
      await queue.retry(whole.id);

      expect([isKept, cancelled.cancelled.jobs]).toEqual([false, 2]);
      expect(await queue.countParts(whole.id)).toMatchObject({ queued: { jobs: 2 }, succeeded: { jobs: 1 } });
      await queue.cancel(whole.id);
      await queue.remove(whole.id);
      expect(await queue.listParts(whole.id, { limit: 9 })).toEqual([]);
    });
  });
}
