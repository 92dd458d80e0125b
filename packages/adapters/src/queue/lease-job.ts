/** @file Leasing: of what nobody holds, one job to one worker. */
import { TintypeError } from '@tintype/contracts/errors';
import type { LeasedJob, LeaseOptions } from '@tintype/core/ports/job-queue';
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import type { Write } from '../catalog/context.ts';
import type { Tables } from '../catalog/schema.ts';
import { toJob } from './job-rows.ts';

/** Times a job is begun before it is given up: a job that kills its worker must not kill every worker. */
const maxAttempts = 3;

export interface LeaseRequest extends LeaseOptions {
  /** The new token. */
  lease: string;
  now: number;
  skipsLocked: boolean;
}

export async function leaseJob(trx: Write, asked: LeaseRequest): Promise<LeasedJob | undefined> {
  await abandonExhausted(trx, asked.now);
  return (await takeFirst(trx, asked, 'expired')) ?? (await takeFirst(trx, asked, 'waiting'));
}

type Free = SelectQueryBuilder<Tables, 'jobs', { sequence: number }>;

/** Each is read along an index of its own. */
const free: Record<'expired' | 'waiting', (jobs: Free, now: number) => Free> = {
  expired: (jobs, now) => jobs.where('status', '=', 'running').where('lease_expires_at', '<=', now),
  waiting: (jobs, now) =>
    jobs
      .where('status', '=', 'queued')
      .where((eb) => eb.or([eb('not_before', 'is', null), eb('not_before', '<=', now)])),
};

async function takeFirst(trx: Write, asked: LeaseRequest, state: keyof typeof free): Promise<LeasedJob | undefined> {
  const { worker, lease, now, leaseMs } = asked;
  const row = await trx
    .updateTable('jobs')
    .set((eb) => ({
      status: 'running',
      attempts: eb('attempts', '+', 1),
      lease,
      lease_expires_at: now + leaseMs,
      not_before: null,
      worker,
      started_at: eb.fn.coalesce('started_at', eb.val(now)),
    }))
    .where('sequence', '=', (eb) => first(eb, asked, state))
    .returningAll()
    .executeTakeFirst();
  return row && { ...toJob(row), lease };
}

function first(
  eb: ExpressionBuilder<Tables, 'jobs'>,
  { job, partOf, machine = '', now, skipsLocked }: LeaseRequest,
  state: keyof typeof free,
): Free {
  let jobs = free[state](eb.selectFrom('jobs').select('sequence'), now);
  if (job !== undefined) jobs = jobs.where('id', '=', job);
  if (partOf !== undefined) jobs = jobs.where('parent', '=', partOf);
  if (job === undefined && partOf === undefined)
    jobs = jobs.where((any) => any.or([any('machine', 'is', null), any('machine', '=', machine)]));
  // Parts of a job are of one priority, and in the order of their index.
  if (partOf === undefined) jobs = jobs.orderBy('priority', 'desc');
  return jobs
    .orderBy('sequence')
    .limit(1)
    .$if(skipsLocked, (locked) => locked.forUpdate().skipLocked());
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
      .set({
        status: 'failed',
        error: JSON.stringify({ code, detail: message, hint }),
        lease: null,
        lease_expires_at: null,
        ended_at: now,
      })
      .where('id', '=', id)
      .where('status', '=', 'running')
      .where('lease_expires_at', '<=', now)
      .execute();
  }
}
