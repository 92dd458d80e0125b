/** @file Gold questions: pictures whose class is known, asked blind among others. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PeopleStore } from '@tintype/core/ports/people-store';
import type { Kysely } from 'kysely';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { readFollowClass } from './follow-classes.ts';
import { ensureClasses } from './label-events.ts';
import { readLabels } from './read-labels.ts';
import type { Tables } from './schema.ts';

const chunkSize = 200;

type Answer = Awaited<ReturnType<PeopleStore['listGoldAnswers']>>[number];

export function createGoldQuestions(
  context: StoreContext,
): Pick<PeopleStore, 'addGold' | 'removeGold' | 'listGold' | 'listGoldAnswers'> {
  const { db } = context;
  return {
    addGold: (questions, by) => write(context, (trx) => addGold(trx, questions, by)),
    removeGold: (sampleIds, { at }) =>
      write(context, async (trx) => {
        const open = trx.updateTable('gold_questions').set({ removed_at: at }).where('removed_at', 'is', null);
        const { numUpdatedRows } = await open.where('sample_id', 'in', sampleIds).executeTakeFirst();
        return Number(numUpdatedRows);
      }),
    async listGold(dataset) {
      const answers = await listAnswers(db, dataset);
      const rows = await db
        .selectFrom('gold_questions')
        .innerJoin('samples', 'samples.id', 'gold_questions.sample_id')
        .selectAll('gold_questions')
        .select('samples.path')
        .where('gold_questions.removed_at', 'is', null)
        .where('samples.dataset', '=', dataset)
        .orderBy('gold_questions.created_at', 'desc')
        .orderBy('gold_questions.sample_id')
        .execute();
      const follow = await readFollowClass(db);
      return rows.map((row) => {
        const own = answers.filter(({ sampleId }) => sampleId === row.sample_id);
        return {
          sampleId: row.sample_id,
          path: row.path,
          className: follow(row.class_name, row.created_at),
          createdBy: row.created_by,
          createdAt: row.created_at,
          asked: own.length,
          right: own.filter(({ className, known }) => className === known).length,
        };
      });
    },
    listGoldAnswers: (dataset) => listAnswers(db, dataset),
  };
}

async function addGold(
  trx: Write,
  questions: readonly { sampleId: string; className?: string | undefined }[],
  { annotator, at }: { annotator: string; at: number },
): Promise<number> {
  const labels = await readLabels(
    trx,
    questions.map(({ sampleId }) => sampleId),
  );
  const known = new Map(
    questions.map(({ sampleId, className = labels.get(sampleId) }) => {
      if (!className) throw new TintypeError('GOLD_CLASS_MISSING', { sampleId });
      return [sampleId, className];
    }),
  );
  await ensureClasses(trx, [...known.values()]);
  const made = { created_by: annotator, created_at: at, removed_at: null };
  await inChunks([...known], chunkSize, (chunk) =>
    trx
      .insertInto('gold_questions')
      .values(chunk.map(([sampleId, className]) => ({ sample_id: sampleId, class_name: className, ...made })))
      .onConflict((conflict) =>
        conflict.column('sample_id').doUpdateSet((eb) => ({ class_name: eb.ref('excluded.class_name'), ...made })),
      )
      .execute(),
  );
  return known.size;
}

/** The last that each said of each since it became a question; what was taken back is no answer. */
async function listAnswers(db: Kysely<Tables>, dataset: string): Promise<Answer[]> {
  const rows = await db
    .selectFrom('gold_questions')
    .innerJoin('samples', 'samples.id', 'gold_questions.sample_id')
    .innerJoin('label_events', 'label_events.sample_id', 'gold_questions.sample_id')
    .select([
      'label_events.sample_id',
      'label_events.annotator',
      'label_events.class_name',
      'label_events.at',
      'gold_questions.class_name as known',
      'gold_questions.created_at',
    ])
    .where('gold_questions.removed_at', 'is', null)
    .where('samples.dataset', '=', dataset)
    .where('label_events.source', '=', 'opinion')
    .whereRef('label_events.at', '>=', 'gold_questions.created_at')
    .orderBy('label_events.sequence')
    .execute();
  const last = new Map(rows.map((row) => [`${row.sample_id} ${row.annotator}`, row]));
  const follow = await readFollowClass(db);
  return [...last.values()].flatMap(({ class_name: said, known, ...row }) =>
    said === null
      ? []
      : [
          {
            sampleId: row.sample_id,
            annotator: row.annotator,
            className: follow(said, row.at),
            known: follow(known, row.created_at),
          },
        ],
  );
}
