/** @file A job as a row, and back. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { Kysely, Selectable } from 'kysely';
import { fromJson } from '../catalog/context.ts';
import type { JobTable, Tables } from '../catalog/schema.ts';

export type JobRow = Selectable<JobTable>;

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind as Job['kind'],
    input: fromJson(row.input),
    status: row.status as Job['status'],
    priority: row.priority,
    attempts: row.attempts,
    retryAt: row.status === 'queued' ? row.not_before : null,
    parent: row.parent,
    progress: row.progress === null ? null : fromJson(row.progress),
    result: row.result === null ? null : fromJson(row.result),
    error: row.error === null ? null : fromJson(row.error),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

/** Throws JOB_NOT_FOUND. */
export async function findJob(db: Kysely<Tables>, jobId: string): Promise<Job> {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirst();
  if (!row) throw new TintypeError('JOB_NOT_FOUND', { job: jobId });
  return toJob(row);
}
