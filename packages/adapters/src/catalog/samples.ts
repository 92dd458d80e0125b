/** @file The sample store: datasets, ingest, lists, labels, groups, trash. */
import { TintypeError } from '@tintype/contracts/errors';
import type { SampleStore } from '@tintype/core/ports/catalog';
import { listChoices, listUses } from './choices.ts';
import { listClasses } from './classes.ts';
import { inChunks, type StoreContext, write } from './context.ts';
import { ensureDataset } from './datasets.ts';
import { recordIngest } from './ingest-rows.ts';
import { listIssues, recordIssues } from './issues.ts';
import { appendLabelEvents, listLabelEvents } from './label-events.ts';
import { createMemory } from './memory.ts';
import { toOrigin } from './origins.ts';
import { setGroup } from './sample-groups.ts';
import { listSampleKeys, listSamples, streamSamples } from './sample-lists.ts';
import { toListedSample } from './sample-rows.ts';
import { summarize } from './summary.ts';
import { listTags } from './tags.ts';
import { moveToTrash } from './trash.ts';

const chunkOfIds = 500;

export function createSampleStore(context: StoreContext): SampleStore {
  const { db } = context;
  const memory = createMemory(context.readMark);
  return {
    ensureDataset: (name) => write(context, (trx) => ensureDataset(trx, name, context.clock.now())),
    async listDatasets() {
      const rows = await db.selectFrom('datasets').select(['name', 'created_at']).orderBy('name').execute();
      return rows.map((row) => ({ name: row.name, createdAt: row.created_at }));
    },
    listClasses: () => listClasses(db),
    summarize: (dataset) => memory.recall(`summary ${dataset ?? ''}`, () => summarize(db, dataset)),
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
        for (const row of rows) found.set(row.path, toOrigin(row));
      });
      return found;
    },
    recordIngest: (dataset, rows, by) =>
      write(context, (trx) => recordIngest(trx, context.clock, { dataset, rows, by })),
    list: (query) => listSamples({ ...context, memory }, query),
    listKeys: (query) => listSampleKeys({ ...context, memory }, query),
    stream: (query) => streamSamples(context, query),
    listChoices: () => memory.recall('choices', async () => ({ tags: await listTags(db), ...(await listChoices(db)) })),
    async get(sampleId) {
      const row = await db.selectFrom('samples').selectAll().where('id', '=', sampleId).executeTakeFirst();
      if (!row) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId });
      return toListedSample(row);
    },
    remove: (sampleIds, by) => write(context, (trx) => moveToTrash(trx, sampleIds, { ...by, removed: 1 })),
    restore: (sampleIds, by) => write(context, (trx) => moveToTrash(trx, sampleIds, { ...by, removed: 0 })),
    setGroup: (sampleIds, group) => write(context, (trx) => setGroup(trx, sampleIds, group)),
    listUses: (sampleId) => listUses(db, sampleId),
    appendLabelEvents: (events) => write(context, (trx) => appendLabelEvents(trx, events)),
    listLabelEvents: (sampleId) => listLabelEvents(db, sampleId),
    recordIssues: (issues, options) => write(context, (trx) => recordIssues(trx, issues, options)),
    listIssues: (query) => listIssues(db, query),
  };
}
