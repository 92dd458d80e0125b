/** @file Tables of tags, views, predictions and measures of samples, and what listings of 100,000 need. Part of a published migration: never edited. */
import type { Kysely } from 'kysely';
import { sql } from './kysely.ts';

export async function createCurationTables(db: Kysely<unknown>): Promise<void> {
  await addSampleColumns(db);
  await createSampleIndexes(db);
  await createTagTables(db);
  await createViewTables(db);
  await createPredictionTable(db);
  await createMeasureTable(db);
}

/** Of the label that counts, repeated on the sample as its class is: who gave it, how, when. */
const labelColumns = { labeled_by: 'annotator', label_source: 'source', labeled_at: 'at' } as const;

async function addSampleColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('samples').addColumn('group_name', 'text').execute();
  await db.schema.alterTable('samples').addColumn('labeled_by', 'text').execute();
  await db.schema.alterTable('samples').addColumn('label_source', 'text').execute();
  await db.schema.alterTable('samples').addColumn('labeled_at', 'bigint').execute();
  for (const [column, from] of Object.entries(labelColumns)) {
    await sql`update samples set ${sql.ref(column)} =
      (select ${sql.ref(from)} from label_events e where e.sample_id = samples.id order by e.sequence desc limit 1)
      where class_name is not null`.execute(db);
  }
}

/** Every column that a list filters on: an index that holds them all is read alone, whatever is asked. */
const filtered = [
  'dataset',
  'class_name',
  'split',
  'labeled_by',
  'label_source',
  'group_name',
  'created_at',
  'path',
] as const;

/** A list is read along the index of its order, from the first to the last page without sorting. */
const orders: Record<string, readonly string[]> = {
  samples_by_id: ['id'],
  samples_by_label: ['class_name', 'id'],
  samples_by_added: ['created_at', 'id'],
  samples_by_path: ['path', 'id'],
  samples_by_size: ['size_bytes', 'id'],
};

async function createSampleIndexes(db: Kysely<unknown>): Promise<void> {
  // Their places are taken by samples_by_id and samples_by_label.
  for (const old of ['samples_all', 'samples_class']) await db.schema.dropIndex(old).execute();
  for (const [name, order] of Object.entries(orders)) {
    const rest = filtered.filter((column) => !order.includes(column));
    await db.schema
      .createIndex(name)
      .on('samples')
      .columns(['removed', ...order, ...rest])
      .execute();
  }
  await index(db, 'samples_annotator', 'samples', ['labeled_by', 'removed', 'id']);
  await index(db, 'samples_source', 'samples', ['label_source', 'removed', 'id']);
  await index(db, 'samples_group', 'samples', ['group_name', 'removed', 'id']);
  await index(db, 'data_issues_samples', 'data_issues', ['kind', 'sample_id']);
  await index(db, 'snapshot_entries_sample', 'snapshot_entries', ['sample_id', 'snapshot_id']);
}

const index = (db: Kysely<unknown>, name: string, table: string, columns: string[]): Promise<void> =>
  db.schema.createIndex(name).on(table).columns(columns).execute();

async function createTagTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tags')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('sample_tags')
    .addColumn('tag', 'text', (c) => c.notNull().references('tags.name'))
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('sample_tags_key', ['tag', 'sample_id'])
    .execute();
  await index(db, 'sample_tags_sample', 'sample_tags', ['sample_id', 'tag']);
}

async function createViewTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('views')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', (c) => c.unique())
    .addColumn('query', 'text')
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('forgotten_at', 'bigint')
    .execute();
  await db.schema
    .createTable('view_samples')
    .addColumn('view_id', 'text', (c) => c.notNull().references('views.id'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addPrimaryKeyConstraint('view_samples_key', ['view_id', 'sample_id'])
    .execute();
  await index(db, 'view_samples_order', 'view_samples', ['view_id', 'position', 'sample_id']);
}

async function createPredictionTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sample_predictions')
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('class_name', 'text')
    .addColumn('predicted', 'text', (c) => c.notNull())
    .addColumn('confidence', 'double precision', (c) => c.notNull())
    .addColumn('probabilities', 'text')
    .addPrimaryKeyConstraint('sample_predictions_key', ['model', 'version', 'sample_id'])
    .execute();
  const columns = ['model', 'version'];
  await index(db, 'sample_predictions_by_id', 'sample_predictions', [
    ...columns,
    'sample_id',
    'predicted',
    'confidence',
  ]);
  await index(db, 'sample_predictions_by_class', 'sample_predictions', [
    ...columns,
    'predicted',
    'sample_id',
    'confidence',
  ]);
  await index(db, 'sample_predictions_by_confidence', 'sample_predictions', [
    ...columns,
    'confidence',
    'sample_id',
    'predicted',
  ]);
  await index(db, 'sample_predictions_sample', 'sample_predictions', ['sample_id', 'model', 'version']);
}

const measures = ['brightness', 'contrast', 'sharpness', 'saturation', 'colorfulness', 'entropy', 'outlier'] as const;

async function createMeasureTable(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('sample_measures')
    .addColumn('sample_id', 'text', (c) => c.primaryKey().notNull().references('samples.id'));
  for (const name of measures) table = table.addColumn(name, 'double precision');
  await table.execute();
  for (const name of measures) await index(db, `sample_measures_by_${name}`, 'sample_measures', [name, 'sample_id']);
}
