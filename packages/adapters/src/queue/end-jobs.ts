/** @file What a person does to jobs: ends them, begins them again, forgets them; their parts go with them. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { Write } from '../catalog/context.ts';
import { findJob, type JobRow } from './job-rows.ts';

const open = ['queued', 'running'] as const;
const retried = ['failed', 'cancelled'] as const;

export async function cancelJob(trx: Write, jobId: string, now: number): Promise<Job> {
  const { code, message, hint } = new TintypeError('CANCELLED', {});
  const error = JSON.stringify({ code, detail: message, hint });
  const end = { status: 'cancelled', error, lease: null, lease_expires_at: null, not_before: null, ended_at: now };
  await changeAll(trx, jobId, { from: open, change: end });
  return findJob(trx, jobId);
}

export async function retryJob(trx: Write, jobId: string): Promise<Job> {
  const job = await findJob(trx, jobId);
  if (job.status !== 'failed' && job.status !== 'cancelled')
    throw new TintypeError('JOB_NOT_ENDED', { job: jobId, status: job.status });
  await assertOnlyOne(trx, jobId);
  const anew = { status: 'queued', error: null, attempts: 0, ended_at: null, not_before: null };
  await changeAll(trx, jobId, { from: retried, change: anew });
  return findJob(trx, jobId);
}

export async function removeJob(trx: Write, jobId: string): Promise<void> {
  const { status } = await findJob(trx, jobId);
  if (status === 'queued' || status === 'running') throw new TintypeError('JOB_NOT_ENDED', { job: jobId, status });
  await trx.deleteFrom('jobs').where('parent', '=', jobId).execute();
  await trx.deleteFrom('jobs').where('id', '=', jobId).execute();
}

async function assertOnlyOne(trx: Write, jobId: string): Promise<void> {
  const { singleton_key: key } = await trx
    .selectFrom('jobs')
    .select('singleton_key')
    .where('id', '=', jobId)
    .executeTakeFirstOrThrow();
  if (key === null) return;
  const others = trx.selectFrom('jobs').select('id').where('singleton_key', '=', key).where('status', 'in', open);
  if (await others.executeTakeFirst()) throw new TintypeError('JOB_NOT_ENDED', { job: jobId, status: 'replaced' });
}

/** The job's own row first: whoever holds it learns of it by its next heartbeat. */
async function changeAll(
  trx: Write,
  jobId: string,
  { from, change }: { from: readonly Job['status'][]; change: Partial<JobRow> },
): Promise<void> {
  for (const column of ['id', 'parent'] as const)
    await trx.updateTable('jobs').set(change).where(column, '=', jobId).where('status', 'in', from).execute();
}
