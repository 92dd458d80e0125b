/** @file The worker's loop: lease a job, renew the lease while it runs, finish it once, or hand it back. */
import { setTimeout as delay } from 'node:timers/promises';
import { type TintypeError, toTintypeError } from '@tintype/contracts/errors';
import type { WorkedJobKind } from '@tintype/contracts/job';
import type { Clock } from '@tintype/core/ports/clock';
import type { JobQueue, LeasedJob } from '@tintype/core/ports/job-queue';
import type { FastifyBaseLogger } from 'fastify';

export interface JobContext {
  /** Aborted when the worker is to end, or when the lease was lost and another worker may have the job. */
  signal: AbortSignal;
  /** What the queue is told at the next heartbeat. */
  report: (progress: Record<string, unknown>) => void;
  /** The same, durable when it resolves: what the next worker must know if this one is killed. */
  keep: (progress: Record<string, unknown>) => Promise<void>;
  /** What a worker that had the job before had told last. */
  before: Record<string, unknown> | null;
  /** The job itself, with the token under which it is held. */
  job: LeasedJob;
  /** Leases a part of the job and works on it to its end; false where none waits. */
  workOnPart: () => Promise<boolean>;
}

/** One per kind; what it returns is the job's result. */
export type JobRunners = Record<
  WorkedJobKind,
  (input: Record<string, unknown>, context: JobContext) => Promise<Record<string, unknown>>
>;

export interface WorkOptions {
  queue: JobQueue;
  clock: Clock;
  runners: JobRunners;
  /** Ends the loop; the job under way is handed back. */
  signal: AbortSignal;
  logger?: Pick<FastifyBaseLogger, 'error' | 'warn'>;
  /** Wait between two looks at an empty queue; default 500. */
  pollMs?: number;
  /** Name of this machine, for jobs that are for one machine alone. */
  machine?: string;
  /** After this long without a heartbeat another worker takes the job over; default 30,000. */
  leaseMs?: number;
  /** Before a job that a database, a disk or a network kept from its end is begun again, the first time; doubled each time; default 5,000. */
  retryMs?: number;
}

const defaults = { pollMs: 500, leaseMs: 30_000, retryMs: 5000 };
/** Begun so often before it fails of what passes. */
const mostAttempts = 3;
/** Often enough for who watches, and for a job that is cancelled. */
const beatMs = 1000;

/** Resolves when `signal` is aborted and nothing is under way. A queue that fails is asked again. */
export async function workOnJobs(options: WorkOptions): Promise<void> {
  const { queue, clock, signal, machine, pollMs = defaults.pollMs, leaseMs = defaults.leaseMs } = options;
  const worker = clock.newId('worker');
  while (!signal.aborted) {
    try {
      const job = await queue.lease({ worker, leaseMs, ...(machine === undefined ? {} : { machine }) });
      if (job) {
        await workOn(job, { ...options, worker });
        continue;
      }
    } catch (error) {
      options.logger?.error({ err: error }, 'The job queue does not answer.');
    }
    await delay(pollMs, undefined, { signal }).catch(() => {});
  }
}

export interface WorkOnOptions extends Omit<WorkOptions, 'runners'> {
  /** As the queue is told. */
  worker: string;
  /** At least those of the kinds that are leased. */
  runners: Partial<JobRunners>;
}

/** Throws where the queue itself fails; then the lease runs out. */
export async function workOn(job: LeasedJob, options: WorkOnOptions): Promise<void> {
  const { queue, worker, runners, logger, leaseMs = defaults.leaseMs } = options;
  const lost = new AbortController();
  let progress: Record<string, unknown> | undefined;
  const beat = async (): Promise<void> => {
    const isHeld = await queue.renew(job, { leaseMs, ...(progress ? { progress } : {}) });
    if (!isHeld) lost.abort();
  };
  const heart = setInterval(
    () => {
      // A missed beat is no harm: the lease outlives many.
      beat().catch((error: unknown) => logger?.warn({ err: error, job: job.id }, 'A heartbeat failed.'));
    },
    Math.min(beatMs, leaseMs / 3),
  );
  try {
    const signal = AbortSignal.any([options.signal, lost.signal]);
    const run = job.kind === 'sync' ? undefined : runners[job.kind];
    if (!run) throw new Error(`this worker does not know ${job.kind}`);
    const result = await run(job.input, {
      job,
      async workOnPart() {
        const part = await queue.lease({ worker, leaseMs, partOf: job.id });
        if (part) await workOn(part, { ...options, signal });
        return part !== undefined;
      },
      signal,
      report: (next) => (progress = next),
      keep(next) {
        progress = next;
        return beat();
      },
      before: job.progress,
    });
    if (progress) await beat();
    await queue.finish(job, { result });
  } catch (thrown) {
    if (!lost.signal.aborted) await end(job, thrown, options);
  } finally {
    clearInterval(heart);
  }
}

const isPassing = ({ kind }: TintypeError): boolean => kind === 'storage' || kind === 'unavailable';

async function end(job: LeasedJob, thrown: unknown, options: WorkOnOptions): Promise<void> {
  const { queue, clock, signal, logger, retryMs = defaults.retryMs } = options;
  if (signal.aborted) {
    await queue.release(job);
    return;
  }
  const error = toTintypeError(thrown, clock.newId('error'));
  const told = { code: error.code, detail: error.message, hint: error.hint };
  if (isPassing(error) && job.attempts < mostAttempts) {
    logger?.warn({ err: error.cause ?? error, job: job.id, code: error.code }, 'The job is begun again in a while.');
    await queue.release(job, { error: told, afterMs: retryMs * 2 ** (job.attempts - 1) });
    return;
  }
  // What a user can mend is told in the job; the log is for what only an operator can.
  if (error.kind === 'internal' || error.kind === 'storage') {
    logger?.error({ err: error.cause ?? error, job: job.id, code: error.code }, error.message);
  }
  await queue.finish(job, { error: told });
}
