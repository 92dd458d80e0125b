/** @file The view store: saved queries and lists of samples. */
import type { SampleFilter } from '@tintype/contracts/catalog';
import type { View } from '@tintype/contracts/curation';
import { TintypeError } from '@tintype/contracts/errors';
import type { NewView, ViewStore } from '@tintype/core/ports/curation-stores';
import type { Kysely, Selectable } from 'kysely';
import { fromJson, inChunks, type StoreContext, type Write, write } from './context.ts';
import { assertSamplesExist } from './sample-ids.ts';
import type { Tables, ViewTable } from './schema.ts';

const chunkSize = 1000;
/** How long a view without a name is kept. */
export const unnamedViewMs = 7 * 86_400_000;

export function createViewStore(context: StoreContext): ViewStore {
  const { db } = context;
  return {
    create: (view) => write(context, (trx) => createView(trx, view)),
    async list() {
      const rows = await db.selectFrom('views').selectAll().where('name', 'is not', null).orderBy('name').execute();
      return Promise.all(rows.map((row) => toView(db, row)));
    },
    get: (viewId) => getView(db, viewId),
    rename: (viewId, name, at) =>
      write(context, async (trx) => {
        await getView(trx, viewId);
        if (name !== null) await assertNameIsFree(trx, { name, id: viewId });
        const forgottenAt = name === null ? at + unnamedViewMs : null;
        await trx.updateTable('views').set({ name, forgotten_at: forgottenAt }).where('id', '=', viewId).execute();
        return getView(trx, viewId);
      }),
  };
}

/** Throws VIEW_NOT_FOUND. */
export async function getView(db: Kysely<Tables>, viewId: string): Promise<View> {
  const row = await db.selectFrom('views').selectAll().where('id', '=', viewId).executeTakeFirst();
  if (!row) throw new TintypeError('VIEW_NOT_FOUND', { view: viewId });
  return toView(db, row);
}

async function createView(trx: Write, view: NewView): Promise<View> {
  const { id, name, createdBy, createdAt } = view;
  await forgetViews(trx, createdAt);
  if (name !== null) await assertNameIsFree(trx, { name, id });
  await trx
    .insertInto('views')
    .values({
      id,
      name,
      query: 'query' in view ? JSON.stringify(view.query) : null,
      created_by: createdBy,
      created_at: createdAt,
      forgotten_at: name === null ? createdAt + unnamedViewMs : null,
    })
    .execute();
  if ('sampleIds' in view) await insertSamples(trx, id, view.sampleIds);
  return getView(trx, id);
}

/** A sample that is named twice is in the list once. */
async function insertSamples(trx: Write, viewId: string, sampleIds: readonly string[]): Promise<void> {
  const unique = [...new Set(sampleIds)];
  await assertSamplesExist(trx, unique);
  const rows = unique.map((sampleId, position) => ({ view_id: viewId, position, sample_id: sampleId }));
  await inChunks(rows, chunkSize, (chunk) =>
    trx
      .insertInto('view_samples')
      .values([...chunk])
      .execute(),
  );
}

async function forgetViews(trx: Write, now: number): Promise<void> {
  const old = await trx.selectFrom('views').select('id').where('forgotten_at', '<', now).execute();
  for (const { id } of old) {
    await trx.deleteFrom('view_samples').where('view_id', '=', id).execute();
    await trx.deleteFrom('views').where('id', '=', id).execute();
  }
}

async function assertNameIsFree(trx: Write, { name, id }: { name: string; id: string }): Promise<void> {
  const other = await trx
    .selectFrom('views')
    .select('id')
    .where('name', '=', name)
    .where('id', '!=', id)
    .executeTakeFirst();
  if (other) throw new TintypeError('VIEW_EXISTS', { name });
}

async function toView(db: Kysely<Tables>, row: Selectable<ViewTable>): Promise<View> {
  const counted =
    row.query === null
      ? await db
          .selectFrom('view_samples')
          .where('view_id', '=', row.id)
          .select((eb) => eb.fn.countAll<number>().as('samples'))
          .executeTakeFirstOrThrow()
      : null;
  return {
    id: row.id,
    name: row.name,
    query: row.query === null ? null : fromJson<SampleFilter>(row.query),
    samples: counted?.samples ?? null,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
