/** @file The job queue in the catalog's database: one statement leases a job, a token fences off who lost it. */
import type { Job } from '@tintype/contracts/job';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { JobQueue, LeasedJob, NewJob } from '@tintype/core/ports/job-queue';
import { type StoreContext, type Write, write } from '../catalog/context.ts';
import { sql } from '../catalog/kysely.ts';
import { cancelJob, removeJob, retryJob } from './end-jobs.ts';
import { findJob, type JobRow, toJob } from './job-rows.ts';
import { leaseJob } from './lease-job.ts';
import { createParts } from './parts.ts';

const listed = 100;

export interface QueueContext extends StoreContext {
  /** Where others write at the same time: a job that another process is just leasing is passed over. Default false. */
  skipsLocked?: boolean;
}

/** The queue over an open database. */
export function createQueue(context: QueueContext): JobQueue {
  const { db, clock, skipsLocked = false } = context;
  return {
    add: (job) => write(context, (trx) => addJob(trx, job, { id: clock.newId('job'), now: clock.now() })),
    async lease(options) {
      const job = await write(context, (trx) =>
        leaseJob(trx, { ...options, lease: clock.newId('lease'), now: clock.now(), skipsLocked }),
      );
      if (job) crashPoint('job.leased');
      return job;
    },
    renew: (job, { leaseMs, progress }) =>
      whileHeld(context, job, {
        lease_expires_at: clock.now() + leaseMs,
        ...(progress ? { progress: JSON.stringify(progress) } : {}),
      }),
    async finish(job, end) {
      const isHeld = await whileHeld(context, job, finished(end, clock.now()));
      crashPoint('job.finished');
      return isHeld;
    },
    release: (job, because) =>
      whileHeld(context, job, {
        status: 'queued',
        lease: null,
        lease_expires_at: null,
        ...(because
          ? { error: JSON.stringify(because.error), not_before: clock.now() + because.afterMs }
          : { attempts: job.attempts - 1 }),
      }),
    cancel: (jobId) => write(context, (trx) => cancelJob(trx, jobId, clock.now())),
    retry: (jobId) => write(context, (trx) => retryJob(trx, jobId)),
    remove: (jobId) => write(context, (trx) => removeJob(trx, jobId)),
    get: (jobId) => findJob(db, jobId),
    async list({ status, kind } = {}) {
      let query = db.selectFrom('jobs').selectAll().where('parent', 'is', null);
      if (status) query = query.where('status', '=', status);
      if (kind) query = query.where('kind', '=', kind);
      return (await query.orderBy('sequence', 'desc').limit(listed).execute()).map(toJob);
    },
    ...createParts(context),
  };
}

async function addJob(
  trx: Write,
  { kind, input, priority = 0, singletonKey, machine }: NewJob,
  { id, now }: { id: string; now: number },
): Promise<Job> {
  const values = {
    id,
    kind,
    input: JSON.stringify(input),
    status: 'queued',
    attempts: 0,
    priority,
    singleton_key: singletonKey ?? null,
    machine: machine ?? null,
    created_at: now,
  };
  const added = trx
    .insertInto('jobs')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll();
  const row = await added.executeTakeFirst();
  if (row) return toJob(row);
  const open = trx
    .selectFrom('jobs')
    .selectAll()
    .where('singleton_key', '=', singletonKey ?? '');
  return toJob(await open.where('status', 'in', ['queued', 'running']).executeTakeFirstOrThrow());
}

function finished(end: Parameters<JobQueue['finish']>[1], now: number): Partial<JobRow> {
  const outcome =
    'error' in end
      ? { status: 'failed', error: JSON.stringify(end.error) }
      : { status: 'succeeded', result: JSON.stringify(end.result), error: null };
  return { ...outcome, lease: null, lease_expires_at: null, not_before: null, ended_at: now };
}

/** Changes the job only under the token it was leased with. */
function whileHeld(context: StoreContext, job: LeasedJob, change: Partial<JobRow>): Promise<boolean> {
  return write(context, async (trx) => {
    const held = trx.updateTable('jobs').set(change).where('id', '=', job.id).where('lease', '=', job.lease);
    return (await held.returning(sql<number>`1`.as('held')).executeTakeFirst()) !== undefined;
  });
}
