/** @file Tables of several people on one dataset. Part of a published migration: never edited. */
import type { Kysely } from 'kysely';
import type { SchemaDialect } from './migrations.ts';

export async function createPeopleTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('label_leases')
    .addColumn('sample_id', 'text', (c) => c.primaryKey().notNull().references('samples.id'))
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('until', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('label_leases_until').on('label_leases').columns(['until']).execute();
  await db.schema
    .createTable('label_asks')
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('answered', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('label_asks_key', ['sample_id', 'annotator'])
    .execute();
  await db.schema.createIndex('label_asks_person').on('label_asks').columns(['annotator', 'answered', 'at']).execute();
  await db.schema
    .createTable('gold_questions')
    .addColumn('sample_id', 'text', (c) => c.primaryKey().notNull().references('samples.id'))
    .addColumn('class_name', 'text', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('removed_at', 'bigint')
    .execute();
  await dialect
    .addSequence(db.schema.createTable('reviews'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('class_name', 'text')
    .addColumn('was', 'text')
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('reviews_sample').on('reviews').columns(['sample_id', 'sequence']).execute();
  await dialect.forbidChanges(db, 'reviews');
  // What one person said, and who said anything.
  await db.schema
    .createIndex('label_events_person')
    .on('label_events')
    .columns(['source', 'annotator', 'sample_id', 'sequence'])
    .execute();
}
