/** @file The catalog's schema as named migrations, the same for every database. A published migration is never edited. */
import type { CreateTableBuilder, Kysely, Migration } from 'kysely';
import { createAccessTables } from './access-tables.ts';
import { extendClasses } from './class-tables.ts';
import { createCurationTables } from './curation-tables.ts';
import { extendJobs } from './job-tables.ts';
import { createPeopleTables } from './people-tables.ts';
import { followOrigins } from './sync-tables.ts';

/** The few statements that databases spell differently. */
export interface SchemaDialect {
  /** Adds `sequence`: a primary key that grows with every row. */
  addSequence<T extends string>(table: CreateTableBuilder<T>): CreateTableBuilder<T, 'sequence'>;
  /** Makes the database itself refuse to change or delete rows of a table. */
  forbidChanges(db: Kysely<unknown>, table: string): Promise<void>;
}

const appendOnlyTables = ['label_events', 'removal_events', 'model_versions', 'alias_log', 'evaluations'];

/** Migrations by name; names sort in the order of application. */
export function catalogMigrations(dialect: SchemaDialect): Record<string, Migration> {
  return {
    '0001-foundation': {
      async up(db: Kysely<unknown>) {
        await createSampleTables(db, dialect);
        await createSampleIndexes(db);
        await createSnapshotTables(db);
        await createRegistryTables(db, dialect);
        await createJobTable(db, dialect);
        for (const table of appendOnlyTables) await dialect.forbidChanges(db, table);
      },
    },
    '0002-run-metrics': { up: createRunMetricTables },
    '0003-studies': { up: createStudyTables },
    '0004-imported-versions': { up: addIsMeasured },
    '0005-access': { up: (db: Kysely<unknown>) => createAccessTables(db, dialect) },
    '0006-predictions': { up: (db: Kysely<unknown>) => createPredictionTable(db, dialect) },
    '0007-curation': { up: createCurationTables },
    '0008-classes': { up: (db: Kysely<unknown>) => extendClasses(db, dialect) },
    '0009-people': { up: (db: Kysely<unknown>) => createPeopleTables(db, dialect) },
    '0011-sync': { up: followOrigins },
    '0012-jobs': { up: extendJobs },
  };
}

/** Versions that were imported have no figures: the columns, which must not be null, hold zeros, and this one says so. */
async function addIsMeasured(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('model_versions')
    .addColumn('is_measured', 'integer', (c) => c.notNull().defaultTo(1))
    .execute();
}

async function createSampleTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('datasets')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('latest_snapshot', 'text')
    .execute();
  await db.schema
    .createTable('classes')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('samples')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('dataset', 'text', (c) => c.notNull().references('datasets.name'))
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('format', 'text', (c) => c.notNull())
    .addColumn('width_px', 'integer', (c) => c.notNull())
    .addColumn('height_px', 'integer', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('perceptual_hash', 'text', (c) => c.notNull())
    .addColumn('class_name', 'text')
    .addColumn('split', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('removed', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('removed_at', 'bigint')
    .execute();
  await db.schema
    .createTable('origins')
    .addColumn('dataset', 'text', (c) => c.notNull())
    .addColumn('location', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('modified_at', 'double precision', (c) => c.notNull())
    .addPrimaryKeyConstraint('origins_key', ['dataset', 'location', 'path'])
    .execute();
  await dialect
    .addSequence(db.schema.createTable('label_events'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('class_name', 'text')
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await dialect
    .addSequence(db.schema.createTable('removal_events'))
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('removed', 'integer', (c) => c.notNull())
    .addColumn('annotator', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('data_issues')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('dataset', 'text', (c) => c.notNull().references('datasets.name'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('sample_id', 'text')
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .addColumn('score', 'double precision', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
}

/**
 * A listing is ordered by id within what it filters on, so each filter has an index that ends in the id; the columns
 * after the id let the other filters and the counts be answered from the index alone.
 */
const sampleIndexes: Record<string, string[]> = {
  samples_all: ['removed', 'id', 'class_name', 'split', 'path'],
  samples_class: ['removed', 'class_name', 'id', 'split'],
  samples_split: ['removed', 'split', 'id', 'class_name'],
  samples_dataset: ['dataset', 'removed', 'id', 'class_name', 'split', 'path'],
  samples_dataset_class: ['dataset', 'removed', 'class_name', 'id', 'split', 'size_bytes'],
  samples_dataset_split: ['dataset', 'removed', 'split', 'id', 'class_name'],
};

async function createSampleIndexes(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(sampleIndexes)) {
    await db.schema.createIndex(name).on('samples').columns(columns).execute();
  }
  await db.schema.createIndex('label_events_sample').on('label_events').columns(['sample_id', 'sequence']).execute();
  await db.schema
    .createIndex('removal_events_sample')
    .on('removal_events')
    .columns(['sample_id', 'sequence'])
    .execute();
  await db.schema.createIndex('data_issues_order').on('data_issues').columns(['dataset', 'kind', 'at', 'id']).execute();
}

async function createSnapshotTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('snapshots')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('dataset', 'text', (c) => c.notNull().references('datasets.name'))
    .addColumn('seed', 'bigint', (c) => c.notNull())
    .addColumn('shares', 'text', (c) => c.notNull())
    .addColumn('classes', 'text', (c) => c.notNull())
    .addColumn('counts', 'text', (c) => c.notNull())
    .addColumn('class_counts', 'text', (c) => c.notNull())
    .addColumn('groups', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('snapshot_entries')
    .addColumn('snapshot_id', 'text', (c) => c.notNull().references('snapshots.id'))
    .addColumn('sample_id', 'text', (c) => c.notNull().references('samples.id'))
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('class_name', 'text', (c) => c.notNull())
    .addColumn('group_id', 'text', (c) => c.notNull())
    .addColumn('split', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('snapshot_entries_key', ['snapshot_id', 'sample_id'])
    .execute();
}

async function createRegistryTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('runs')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('snapshot', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('options', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await db.schema
    .createTable('models')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('model_versions')
    .addColumn('model', 'text', (c) => c.notNull().references('models.name'))
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('bundle_hash', 'text', (c) => c.notNull())
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('snapshot', 'text', (c) => c.notNull())
    .addColumn('classes', 'text', (c) => c.notNull())
    .addColumn('backbone', 'text', (c) => c.notNull())
    .addColumn('head', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('accuracy', 'double precision', (c) => c.notNull())
    .addColumn('accuracy_lower', 'double precision', (c) => c.notNull())
    .addColumn('accuracy_upper', 'double precision', (c) => c.notNull())
    .addColumn('balanced_accuracy', 'double precision', (c) => c.notNull())
    .addColumn('macro_f1', 'double precision', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('model_versions_key', ['model', 'version'])
    .execute();
  await db.schema
    .createTable('aliases')
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('alias', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('aliases_key', ['model', 'alias'])
    .addForeignKeyConstraint('aliases_version', ['model', 'version'], 'model_versions', ['model', 'version'])
    .execute();
  await dialect
    .addSequence(db.schema.createTable('alias_log'))
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('alias', 'text', (c) => c.notNull())
    .addColumn('version', 'integer')
    .addColumn('previous', 'integer')
    .addColumn('moved_by', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('alias_log_order').on('alias_log').columns(['model', 'alias', 'sequence']).execute();
  await dialect
    .addSequence(db.schema.createTable('evaluations'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addForeignKeyConstraint('evaluations_version', ['model', 'version'], 'model_versions', ['model', 'version'])
    .execute();
  await db.schema
    .createIndex('evaluations_order')
    .on('evaluations')
    .columns(['model', 'version', 'sequence'])
    .execute();
  await db.schema
    .createTable('counters')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();
}

async function createJobTable(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await dialect
    .addSequence(db.schema.createTable('jobs'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('input', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('progress', 'text')
    .addColumn('result', 'text')
    .addColumn('error', 'text')
    .addColumn('lease', 'text')
    .addColumn('lease_expires_at', 'bigint')
    .addColumn('worker', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('jobs_order').on('jobs').columns(['status', 'sequence']).execute();
}

async function createRunMetricTables(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('runs').addColumn('progress', 'text').execute();
  await db.schema
    .createTable('run_epochs')
    .addColumn('run', 'text', (c) => c.notNull().references('runs.id'))
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('metrics', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_epochs_key', ['run', 'epoch'])
    .execute();
  await db.schema
    .createTable('run_artifacts')
    .addColumn('run', 'text', (c) => c.notNull().references('runs.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_artifacts_key', ['run', 'name'])
    .execute();
}

async function createStudyTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('studies')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('budget_ms', 'bigint', (c) => c.notNull())
    .addColumn('spent_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('heartbeat_at', 'bigint')
    .addColumn('ended_because', 'text')
    .execute();
  await db.schema
    .createTable('trials')
    .addColumn('study', 'text', (c) => c.notNull().references('studies.name'))
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('value', 'double precision')
    .addColumn('interval_lower', 'double precision')
    .addColumn('interval_upper', 'double precision')
    .addColumn('intermediate_values', 'text', (c) => c.notNull())
    .addColumn('note', 'text')
    .addColumn('error_code', 'text')
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('trials_key', ['study', 'number'])
    .execute();
}

/** Not append-only: a picture of a person may have to be forgotten. */
async function createPredictionTable(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
  await dialect
    .addSequence(db.schema.createTable('predictions'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('because', 'text', (c) => c.notNull())
    .addColumn('content_hash', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('has_picture', 'integer', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('request_id', 'text', (c) => c.notNull())
    .addColumn('prediction', 'text')
    .addColumn('confidence', 'double precision', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('probabilities', 'text')
    .execute();
  await db.schema.createIndex('predictions_at').on('predictions').columns(['at']).execute();
}
