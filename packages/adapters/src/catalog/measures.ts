/** @file The store of what was measured on the pixels of samples. */
import { measureNames, type Sample } from '@tintype/contracts/catalog';
import type { SampleMeasures } from '@tintype/contracts/curation';
import type { MeasureRow, MeasureStore } from '@tintype/core/ports/curation-stores';
import type { Selectable } from 'kysely';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { toSample } from './sample-rows.ts';
import type { SampleMeasureTable } from './schema.ts';

const rowsPerInsert = 500;
const pageOfStream = 1000;

export function createMeasureStore(context: StoreContext): MeasureStore {
  const { db } = context;
  return {
    record: (rows) => write(context, (trx) => recordMeasures(trx, rows)),
    list: (query) => streamMeasures(context, query),
    missing: (query) => streamMissing(context, query),
    async find(sampleId) {
      const row = await db
        .selectFrom('sample_measures')
        .selectAll()
        .where('sample_id', '=', sampleId)
        .executeTakeFirst();
      return row && toMeasures(row);
    },
  };
}

/** Rows that name the same measures are written together; what they do not name stays. */
async function recordMeasures(trx: Write, rows: readonly MeasureRow[]): Promise<void> {
  const alike = new Map<string, MeasureRow[]>();
  for (const row of rows) {
    const key = named(row).join(' ');
    alike.set(key, [...(alike.get(key) ?? []), row]);
  }
  for (const group of alike.values()) {
    const names = named(group[0] as MeasureRow);
    if (names.length === 0) continue;
    // No statement may change a row twice.
    const last = [...new Map(group.map((row) => [row.sampleId, row])).values()];
    await inChunks(last, rowsPerInsert, (chunk) =>
      trx
        .insertInto('sample_measures')
        .values(chunk.map(fromMeasures))
        .onConflict((conflict) =>
          conflict
            .column('sample_id')
            .doUpdateSet((eb) => Object.fromEntries(names.map((name) => [name, eb.ref(`excluded.${name}`)]))),
        )
        .execute(),
    );
  }
}

const named = (row: MeasureRow) => measureNames.filter((name) => row[name] !== undefined);

function fromMeasures({ sampleId, ...row }: MeasureRow): SampleMeasureTable {
  const values = Object.fromEntries(measureNames.map((name) => [name, row[name] ?? null]));
  return { sample_id: sampleId, ...values } as SampleMeasureTable;
}

const toMeasures = ({ sample_id, ...values }: Selectable<SampleMeasureTable>): SampleMeasures => ({
  sampleId: sample_id,
  ...values,
});

async function* streamMeasures(
  { db }: StoreContext,
  { dataset }: { dataset?: string },
): AsyncGenerator<SampleMeasures> {
  let query = db
    .selectFrom('sample_measures as m')
    .innerJoin('samples as s', 's.id', 'm.sample_id')
    .selectAll('m')
    .where('s.removed', '=', 0)
    .orderBy('m.sample_id')
    .limit(pageOfStream);
  if (dataset !== undefined) query = query.where('s.dataset', '=', dataset);
  let after = '';
  while (true) {
    const rows = await query.where('m.sample_id', '>', after).execute();
    for (const row of rows) yield toMeasures(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageOfStream) return;
    after = last.sample_id;
  }
}

async function* streamMissing(
  { db }: StoreContext,
  { dataset, measure }: Parameters<MeasureStore['missing']>[0],
): AsyncGenerator<Sample> {
  let query = db
    .selectFrom('samples as s')
    .leftJoin('sample_measures as m', 'm.sample_id', 's.id')
    .selectAll('s')
    .where('s.removed', '=', 0)
    .where(`m.${measure}`, 'is', null)
    .orderBy('s.id')
    .limit(pageOfStream);
  if (dataset !== undefined) query = query.where('s.dataset', '=', dataset);
  let after = '';
  while (true) {
    const rows = await query.where('s.id', '>', after).execute();
    for (const row of rows) yield toSample(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageOfStream) return;
    after = last.id;
  }
}
