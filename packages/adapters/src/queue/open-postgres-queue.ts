/** @file The job queue in the catalog's PostgreSQL database: many machines lease at once, and nobody waits for who writes the catalog. */
import type { Clock } from '@tintype/core/ports/clock';
import type { JobQueue } from '@tintype/core/ports/job-queue';
import { openPostgresDatabase } from '../catalog/postgres-database.ts';
import { createQueue, type QueueContext } from './create-queue.ts';

/** Throws WORKSPACE_UNREADABLE or CATALOG_TOO_NEW. */
export async function openPostgresQueue(options: { url: string; clock: Clock }): Promise<JobQueue & AsyncDisposable> {
  const { db, writer } = await openPostgresDatabase(options);
  return {
    ...createPostgresQueue({ db, clock: options.clock }),
    async [Symbol.asyncDispose]() {
      await Promise.all([db.destroy(), writer.destroy()]);
    },
  };
}

/** Beside the catalog's own writes, which follow one another: a heartbeat must not wait for a long one of them. */
export function createPostgresQueue({ db, clock }: Pick<QueueContext, 'db' | 'clock'>): JobQueue {
  return createQueue({ db, clock, skipsLocked: true });
}
