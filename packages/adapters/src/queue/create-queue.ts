/** @file The job queue in the catalog's database: one statement leases a job, a token fences off who lost it. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { JobQueue, LeasedJob } from '@tintype/core/ports/job-queue';
import type { Selectable } from 'kysely';
import { fromJson, type StoreContext, type Write, write } from '../catalog/context.ts';
import { sql } from '../catalog/kysely.ts';
import type { JobTable } from '../catalog/schema.ts';

/** Times a job is started before it is given up: a job that kills its worker must not kill every worker. */
const maxAttempts = 3;
const listed = 100;

export interface QueueContext extends StoreContext {
  /** Where others write at the same time: a job that another process is just leasing is passed over. Default false. */
  skipsLocked?: boolean;
}

/** The queue over an open database. */
export function createQueue(context: QueueContext): JobQueue {
  const { db, clock, skipsLocked = false } = context;
  return {
    add: (job) =>
      write(context, async (trx) => {
        const values = {
          id: clock.newId('job'),
          kind: job.kind,
          input: JSON.stringify(job.input),
          created_at: clock.now(),
        };
        const row = trx.insertInto('jobs').values({ ...values, status: 'queued', attempts: 0 });
        return toJob(await row.returningAll().executeTakeFirstOrThrow());
      }),
    lease: ({ worker, leaseMs }) =>
      write(context, async (trx) => {
        await abandonExhausted(trx, clock.now());
        return leaseOldest(trx, { worker, lease: clock.newId('lease'), now: clock.now(), leaseMs, skipsLocked });
      }),
    renew: (job, { leaseMs, progress }) =>
      whileHeld(context, job, {
        lease_expires_at: clock.now() + leaseMs,
        ...(progress ? { progress: JSON.stringify(progress) } : {}),
      }),
    finish: (job, end) => whileHeld(context, job, finished(end, clock.now())),
    async cancel(jobId) {
      const { code, message, hint } = new TintypeError('CANCELLED', {});
      const error = JSON.stringify({ code, detail: message, hint });
      return write(context, async (trx) => {
        const end = { status: 'cancelled', error, lease: null, lease_expires_at: null, ended_at: clock.now() };
        await trx
          .updateTable('jobs')
          .set(end)
          .where('id', '=', jobId)
          .where('status', 'in', ['queued', 'running'])
          .execute();
        const row = await trx.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirst();
        if (!row) throw new TintypeError('JOB_NOT_FOUND', { job: jobId });
        return toJob(row);
      });
    },
    async get(jobId) {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirst();
      if (!row) throw new TintypeError('JOB_NOT_FOUND', { job: jobId });
      return toJob(row);
    },
    async list() {
      const rows = await db.selectFrom('jobs').selectAll().orderBy('sequence', 'desc').limit(listed).execute();
      return rows.map(toJob);
    },
  };
}

interface Lease {
  worker: string;
  lease: string;
  now: number;
  leaseMs: number;
  skipsLocked: boolean;
}

async function leaseOldest(trx: Write, asked: Lease): Promise<LeasedJob | undefined> {
  const { worker, lease, now, leaseMs, skipsLocked } = asked;
  const row = await trx
    .updateTable('jobs')
    .set((eb) => ({
      status: 'running',
      attempts: eb('attempts', '+', 1),
      lease,
      lease_expires_at: now + leaseMs,
      worker,
      started_at: eb.fn.coalesce('started_at', eb.val(now)),
    }))
    .where('sequence', '=', (eb) =>
      eb
        .selectFrom('jobs')
        .select('sequence')
        .where((free) =>
          free.or([
            free('status', '=', 'queued'),
            free.and([free('status', '=', 'running'), free('lease_expires_at', '<=', now)]),
          ]),
        )
        .orderBy('sequence')
        .limit(1)
        .$if(skipsLocked, (free) => free.forUpdate().skipLocked()),
    )
    .returningAll()
    .executeTakeFirst();
  return row && { ...toJob(row), lease };
}

async function abandonExhausted(trx: Write, now: number): Promise<void> {
  const lost = await trx
    .selectFrom('jobs')
    .select(['id', 'attempts'])
    .where('status', '=', 'running')
    .where('lease_expires_at', '<=', now)
    .where('attempts', '>=', maxAttempts)
    .execute();
  for (const { id, attempts } of lost) {
    const { code, message, hint } = new TintypeError('JOB_ABANDONED', { job: id, attempts });
    await trx
      .updateTable('jobs')
      .set(finished({ error: { code, detail: message, hint } }, now))
      .where('id', '=', id)
      .where('status', '=', 'running')
      .where('lease_expires_at', '<=', now)
      .execute();
  }
}

function finished(end: Parameters<JobQueue['finish']>[1], now: number): Partial<Selectable<JobTable>> {
  const outcome =
    'error' in end
      ? { status: 'failed', error: JSON.stringify(end.error) }
      : { status: 'succeeded', result: JSON.stringify(end.result) };
  return { ...outcome, lease: null, lease_expires_at: null, ended_at: now };
}

/** Changes the job only under the token it was leased with. */
function whileHeld(context: StoreContext, job: LeasedJob, change: Partial<Selectable<JobTable>>): Promise<boolean> {
  return write(context, async (trx) => {
    const held = trx.updateTable('jobs').set(change).where('id', '=', job.id).where('lease', '=', job.lease);
    return (await held.returning(sql<number>`1`.as('held')).executeTakeFirst()) !== undefined;
  });
}

function toJob(row: Selectable<JobTable>): Job {
  return {
    id: row.id,
    kind: row.kind as Job['kind'],
    input: fromJson(row.input),
    status: row.status as Job['status'],
    attempts: row.attempts,
    progress: row.progress === null ? null : fromJson(row.progress),
    result: row.result === null ? null : fromJson(row.result),
    error: row.error === null ? null : fromJson(row.error),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
