/** @file Classes that are renamed, merged and removed, and the record of it. Part of a published migration: never edited. */
import type { Kysely } from 'kysely';
import type { SchemaDialect } from './migrations.ts';

export async function extendClasses(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await db.schema.alterTable('classes').addColumn('key', 'text').execute();
  await db.schema.alterTable('classes').addColumn('removed_at', 'bigint').execute();
  await db.schema.alterTable('classes').addColumn('became', 'text').execute();
  await dialect
    .addSequence(db.schema.createTable('class_events'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('change', 'text', (c) => c.notNull())
    .addColumn('before', 'text', (c) => c.notNull())
    .addColumn('labels', 'integer', (c) => c.notNull())
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await dialect.forbidChanges(db, 'class_events');
}
