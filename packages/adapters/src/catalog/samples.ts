/** @file The sample store: listing by keyset, streaming in pages, trash. */
import { type ListedSample, type Sample, type SampleQuery, sampleQuerySchema } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Page } from '@tintype/contracts/ids';
import type { SampleStore } from '@tintype/core/ports/catalog';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import { ensureDataset } from './datasets.ts';
import { recordIngest } from './ingest-rows.ts';
import { listIssues, recordIssues } from './issues.ts';
import { sql } from './kysely.ts';
import { appendLabelEvents, listLabelEvents } from './label-events.ts';
import { toListedSample, toSample } from './sample-rows.ts';
import type { Tables } from './schema.ts';
import { summarize } from './summary.ts';

const pageOfStream = 1000;
const chunkOfIds = 500;

export function createSampleStore(context: StoreContext): SampleStore {
  const { db } = context;
  return {
    ensureDataset: (name) => write(context, (trx) => ensureDataset(trx, name, context.clock.now())),
    async listDatasets() {
      const rows = await db.selectFrom('datasets').select(['name', 'created_at']).orderBy('name').execute();
      return rows.map((row) => ({ name: row.name, createdAt: row.created_at }));
    },
    async listClasses() {
      return db.selectFrom('classes').selectAll().orderBy('position').orderBy('name').execute();
    },
    summarize: (dataset) => summarize(db, dataset),
    findOrigins: async (dataset, location, paths) => {
      const found = new Map();
      await inChunks(paths, chunkOfIds, async (chunk) => {
        const rows = await db
          .selectFrom('origins')
          .selectAll()
          .where('dataset', '=', dataset)
          .where('location', '=', location)
          .where('path', 'in', chunk)
          .execute();
        for (const row of rows) {
          found.set(row.path, { location, path: row.path, sizeBytes: row.size_bytes, modifiedAt: row.modified_at });
        }
      });
      return found;
    },
    recordIngest: (dataset, rows, by) =>
      write(context, (trx) => recordIngest(trx, context.clock, { dataset, rows, by })),
    list: (query) => listSamples(context, query),
    stream: (query) => streamSamples(context, query),
    async get(sampleId) {
      const row = await db.selectFrom('samples').selectAll().where('id', '=', sampleId).executeTakeFirst();
      if (!row) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId });
      return toListedSample(row);
    },
    remove: (sampleIds, by) => write(context, (trx) => moveToTrash(trx, sampleIds, { ...by, removed: 1 })),
    restore: (sampleIds, by) => write(context, (trx) => moveToTrash(trx, sampleIds, { ...by, removed: 0 })),
    appendLabelEvents: (events) => write(context, (trx) => appendLabelEvents(trx, events)),
    listLabelEvents: (sampleId) => listLabelEvents(db, sampleId),
    recordIssues: (issues, options) => write(context, (trx) => recordIssues(trx, issues, options)),
    listIssues: (query) => listIssues(db, query),
  };
}

type Filter = Omit<SampleQuery, 'cursor' | 'limit'>;

function matches(query: Filter): (eb: ExpressionBuilder<Tables, 'samples'>) => Expression<SqlBool> {
  const { dataset, className, split, removed, text } = sampleQuerySchema.parse(query);
  return (eb) => {
    const conditions: Expression<SqlBool>[] = [eb('removed', '=', removed ? 1 : 0)];
    if (dataset !== undefined) conditions.push(eb('dataset', '=', dataset));
    if (className === '') conditions.push(eb('class_name', 'is', null));
    else if (className !== undefined) conditions.push(eb('class_name', '=', className));
    if (split !== undefined) conditions.push(eb('split', '=', split));
    if (text) conditions.push(sql<SqlBool>`lower(path) like ${likePattern(text)} escape '!'`);
    return eb.and(conditions);
  };
}

function likePattern(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
}

async function listSamples({ db }: StoreContext, query: SampleQuery): Promise<Page<ListedSample>> {
  const { cursor, limit } = sampleQuerySchema.parse(query);
  const filtered = db.selectFrom('samples').where(matches(query));

  const { total } = await filtered.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  let page = filtered
    .selectAll()
    .orderBy('id')
    .limit(limit + 1);
  if (cursor !== undefined) page = page.where('id', '>', parseCursor(cursor, [''] as const)[0]);
  return toPage(await page.execute(), { limit, total, toItem: toListedSample, keyOf: ({ id }) => [id] });
}

async function* streamSamples({ db }: StoreContext, query: Filter): AsyncGenerator<Sample> {
  const filtered = db.selectFrom('samples').selectAll().where(matches(query)).orderBy('id').limit(pageOfStream);
  let after = '';
  while (true) {
    const rows = await filtered.where('id', '>', after).execute();
    for (const row of rows) yield toSample(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageOfStream) return;
    after = last.id;
  }
}

interface Move {
  annotator: string;
  at: number;
  removed: 0 | 1;
}

async function moveToTrash(trx: Write, sampleIds: readonly string[], move: Move): Promise<number> {
  let changed = 0;
  await inChunks([...new Set(sampleIds)], chunkOfIds, async (chunk) => {
    const rows = await trx.selectFrom('samples').select(['id', 'removed']).where('id', 'in', chunk).execute();
    const found = new Map(rows.map((row) => [row.id, row.removed]));
    const missing = chunk.find((id) => !found.has(id));
    if (missing !== undefined) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: missing });

    const moving = chunk.filter((id) => found.get(id) !== move.removed);
    if (moving.length === 0) return;
    await trx
      .updateTable('samples')
      .set({ removed: move.removed, removed_at: move.removed ? move.at : null })
      .where('id', 'in', moving)
      .execute();
    const events = moving.map((id) => ({
      sample_id: id,
      removed: move.removed,
      annotator: move.annotator,
      at: move.at,
    }));
    await trx.insertInto('removal_events').values(events).execute();
    changed += moving.length;
  });
  return changed;
}
