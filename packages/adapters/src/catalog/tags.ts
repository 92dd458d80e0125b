/** @file The tag store: words that people give to samples. A tag is there as long as a sample has it. */
import type { TagCount } from '@tintype/contracts/curation';
import type { TagStore } from '@tintype/core/ports/curation-stores';
import type { Kysely } from 'kysely';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { assertSamplesExist } from './sample-ids.ts';
import type { Tables } from './schema.ts';

const chunkSize = 500;

export function createTagStore(context: StoreContext): TagStore {
  const { db } = context;
  return {
    list: () => listTags(db),
    add: (sampleIds, tag, by) => write(context, (trx) => addTag(trx, sampleIds, { tag, ...by })),
    remove: (sampleIds, tag) => write(context, (trx) => removeTag(trx, sampleIds, tag)),
    async ofSample(sampleId) {
      const rows = await db
        .selectFrom('sample_tags')
        .select('tag')
        .where('sample_id', '=', sampleId)
        .orderBy('tag')
        .execute();
      return rows.map(({ tag }) => tag);
    },
  };
}

export const listTags = (db: Kysely<Tables>): Promise<TagCount[]> =>
  db
    .selectFrom('sample_tags')
    .innerJoin('samples', 'samples.id', 'sample_tags.sample_id')
    .where('samples.removed', '=', 0)
    .select((eb) => ['sample_tags.tag as name', eb.fn.countAll<number>().as('samples')])
    .groupBy('sample_tags.tag')
    .orderBy('sample_tags.tag')
    .execute();

async function addTag(
  trx: Write,
  sampleIds: readonly string[],
  row: { tag: string; annotator: string; at: number },
): Promise<string[]> {
  await assertSamplesExist(trx, sampleIds);
  await trx
    .insertInto('tags')
    .values({ name: row.tag, created_by: row.annotator, created_at: row.at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const added: string[] = [];
  await inChunks([...new Set(sampleIds)], chunkSize, async (chunk) => {
    const inserted = await trx
      .insertInto('sample_tags')
      .values(chunk.map((sampleId) => ({ ...row, sample_id: sampleId })))
      .onConflict((conflict) => conflict.columns(['tag', 'sample_id']).doNothing())
      .returning('sample_id')
      .execute();
    added.push(...inserted.map((one) => one.sample_id));
  });
  return added;
}

async function removeTag(trx: Write, sampleIds: readonly string[], tag: string): Promise<string[]> {
  const removed: string[] = [];
  await inChunks([...new Set(sampleIds)], chunkSize, async (chunk) => {
    const deleted = await trx
      .deleteFrom('sample_tags')
      .where('tag', '=', tag)
      .where('sample_id', 'in', chunk)
      .returning('sample_id')
      .execute();
    removed.push(...deleted.map((one) => one.sample_id));
  });
  const left = await trx.selectFrom('sample_tags').select('tag').where('tag', '=', tag).limit(1).execute();
  if (left.length === 0) await trx.deleteFrom('tags').where('name', '=', tag).execute();
  return removed;
}
