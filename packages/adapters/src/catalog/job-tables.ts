/** @file What batches add to the queue: order, waits, keys that only one open job has, and jobs that are parts of another. Part of a published migration: never edited. */
import type { Kysely } from 'kysely';
import { sql } from './kysely.ts';

export async function extendJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('jobs')
    .addColumn('priority', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  for (const column of ['singleton_key', 'parent', 'machine'] as const)
    await db.schema.alterTable('jobs').addColumn(column, 'text').execute();
  await db.schema.alterTable('jobs').addColumn('not_before', 'bigint').execute();
  await db.schema
    .alterTable('jobs')
    .addColumn('size', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.dropIndex('jobs_order').execute();
  await db.schema.createIndex('jobs_order').on('jobs').columns(['status', 'priority desc', 'sequence']).execute();
  await db.schema.createIndex('jobs_listed').on('jobs').columns(['parent', 'sequence']).execute();
  await db.schema.createIndex('jobs_parts').on('jobs').columns(['parent', 'status', 'sequence', 'size']).execute();
  await sql`create unique index jobs_singleton on jobs (singleton_key)
    where singleton_key is not null and status in ('queued', 'running')`.execute(db);
}
