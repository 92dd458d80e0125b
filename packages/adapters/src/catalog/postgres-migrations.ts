/** @file What PostgreSQL needs beside the schema of every database. A published migration is never edited. */
import type { Kysely, Migration } from 'kysely';
import { sql } from './kysely.ts';

export const postgresMigrations: Record<string, Migration> = {
  '0007-curation-postgres': { up: orderNullsFirst },
};

/** Pictures without a label stand before all classes, as on SQLite; an index must have them in the same place to be read along. */
async function orderNullsFirst(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('samples_by_label').execute();
  await sql`create index samples_by_label on samples
    (removed, class_name nulls first, id, dataset, split, labeled_by, label_source, group_name, created_at, path)`.execute(
    db,
  );
}
