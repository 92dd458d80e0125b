/** @file The job queue on the catalog's SQLite file. */
import type { Clock } from '@tintype/core/ports/clock';
import type { JobQueue } from '@tintype/core/ports/job-queue';
import { openSqliteDatabase } from '../catalog/sqlite-database.ts';
import { createQueue } from './create-queue.ts';

/** Throws WORKSPACE_UNREADABLE or CATALOG_TOO_NEW. */
export async function openSqliteQueue(options: { path: string; clock: Clock }): Promise<JobQueue & AsyncDisposable> {
  const db = await openSqliteDatabase(options);
  return { ...createQueue({ db, clock: options.clock }), [Symbol.asyncDispose]: () => db.destroy() };
}
