/** @file What sync adds to the schema: which sample a file is, in which version, and whether it is still there. */
import type { Kysely } from 'kysely';

export async function followOrigins(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('origins').addColumn('etag', 'text').execute();
  await db.schema.alterTable('origins').addColumn('sample_id', 'text').execute();
  await db.schema.alterTable('origins').addColumn('deleted_at', 'bigint').execute();
  await db.schema.createIndex('origins_sample').on('origins').columns(['sample_id', 'deleted_at']).execute();
}
