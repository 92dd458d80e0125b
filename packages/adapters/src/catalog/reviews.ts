/** @file Decisions on pictures that people differed on: appended, each with the label it gives, and taken back by appending. */
import type { PeopleStore, Review } from '@tintype/core/ports/people-store';
import type { Selectable } from 'kysely';
import { type StoreContext, type Write, write } from './context.ts';
import { appendLabelEvents } from './label-events.ts';
import { readLabels } from './read-labels.ts';
import type { ReviewTable } from './schema.ts';

export function createReviews(context: StoreContext): Pick<PeopleStore, 'listReviews' | 'review' | 'withdraw'> {
  return {
    async listReviews(dataset) {
      const rows = await context.db
        .selectFrom('reviews')
        .innerJoin('samples', 'samples.id', 'reviews.sample_id')
        .selectAll('reviews')
        .where('samples.dataset', '=', dataset)
        .orderBy('reviews.sequence')
        .execute();
      return rows.map(toReview);
    },
    review: (reviews) => write(context, (trx) => review(trx, reviews)),
    withdraw: (ids, by) => write(context, (trx) => withdraw(trx, ids, by)),
  };
}

async function review(trx: Write, reviews: readonly Omit<Review, 'was'>[]): Promise<number> {
  const fresh = await withoutKnown(trx, reviews);
  if (fresh.length === 0) return 0;
  const labels = await readLabels(
    trx,
    fresh.map(({ sampleId }) => sampleId),
  );
  await trx
    .insertInto('reviews')
    .values(
      fresh.map(({ id, sampleId, className, by, at }) => ({
        id,
        sample_id: sampleId,
        class_name: className,
        was: labels.get(sampleId) ?? null,
        annotator: by,
        at,
      })),
    )
    .execute();
  await appendLabelEvents(
    trx,
    fresh.map(({ by, ...event }) => ({ ...event, annotator: by, source: 'human' })),
  );
  return fresh.length;
}

async function withoutKnown<R extends { id: string }>(trx: Write, reviews: readonly R[]): Promise<R[]> {
  const unique = [...new Map(reviews.map((one) => [one.id, one])).values()];
  const ids = unique.map(({ id }) => id);
  const rows = await trx.selectFrom('reviews').select('id').where('id', 'in', ids).execute();
  const known = new Set(rows.map((row) => row.id));
  return unique.filter(({ id }) => !known.has(id));
}

async function withdraw(
  trx: Write,
  ids: readonly string[],
  { annotator, at }: { annotator: string; at: number },
): Promise<number> {
  let changed = 0;
  for (const id of new Set(ids)) {
    const row = await trx.selectFrom('reviews').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row || row.class_name === null || !(await isLast(trx, row))) continue;
    const undo = { id: `${id}.undo`, annotator, at };
    await trx
      .insertInto('reviews')
      .values({ ...undo, sample_id: row.sample_id, class_name: null, was: row.class_name })
      .execute();
    if (await isLabeledBy(trx, row))
      await appendLabelEvents(trx, [{ ...undo, sampleId: row.sample_id, className: row.was, source: 'human' }]);
    changed += 1;
  }
  return changed;
}

async function isLast(trx: Write, { sample_id, sequence }: Selectable<ReviewTable>): Promise<boolean> {
  const later = trx.selectFrom('reviews').select('id').where('sample_id', '=', sample_id);
  return (await later.where('sequence', '>', sequence).executeTakeFirst()) === undefined;
}

/** Whether the picture's label is still the one that the review gave. */
async function isLabeledBy(trx: Write, { id, sample_id }: Selectable<ReviewTable>): Promise<boolean> {
  const last = await trx
    .selectFrom('label_events')
    .select('id')
    .where('sample_id', '=', sample_id)
    .where('source', '!=', 'opinion')
    .orderBy('sequence', 'desc')
    .executeTakeFirst();
  return last?.id === id;
}

const toReview = (row: Selectable<ReviewTable>): Review => ({
  id: row.id,
  sampleId: row.sample_id,
  className: row.class_name,
  was: row.was,
  by: row.annotator,
  at: row.at,
});
