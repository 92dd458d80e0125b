/** @file Draws pictures that somebody is asked about without seeing the label they have. */
import type { BlindDraw } from '@tintype/core/ports/people-store';
import type { ExpressionBuilder } from 'kysely';
import type { Write } from './context.ts';
import { sql } from './kysely.ts';
import type { Tables } from './schema.ts';

/** Labels of one person that are looked through for pictures to ask another about. */
const windowSize = 200;

/** Draws and records in the transaction it is given, so that two who draw at once get different pictures. */
export async function drawBlind(trx: Write, draw: BlindDraw): Promise<string[]> {
  const drawn = draw.kind === 'gold' ? await drawGold(trx, draw) : await drawSecond(trx, draw);
  if (drawn.length === 0) return [];
  const { annotator, kind, at } = draw;
  await trx
    .insertInto('label_asks')
    .values(drawn.map((id) => ({ sample_id: id, annotator, kind, at, answered: 0 })))
    .onConflict((conflict) => conflict.columns(['sample_id', 'annotator']).doUpdateSet({ kind, at, answered: 0 }))
    .execute();
  return drawn;
}

/** Those after `from` first, then the others: one way around. */
async function drawGold(trx: Write, { dataset, annotator, count, staleBefore, from }: BlindDraw): Promise<string[]> {
  const rows = await trx
    .selectFrom('gold_questions')
    .innerJoin('samples', 'samples.id', 'gold_questions.sample_id')
    .select('gold_questions.sample_id as id')
    .where('gold_questions.removed_at', 'is', null)
    .where('gold_questions.created_by', '!=', annotator)
    .where('samples.dataset', '=', dataset)
    .where('samples.removed', '=', 0)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('label_asks')
            .select('label_asks.sample_id')
            .whereRef('label_asks.sample_id', '=', 'gold_questions.sample_id')
            .where('label_asks.annotator', '=', annotator)
            .where((ask) => ask.or([ask('label_asks.answered', '=', 1), ask('label_asks.at', '>=', staleBefore)])),
        ),
      ),
    )
    .execute();
  return takeFrom(
    rows.map((row) => row.id),
    { from, count },
  );
}

async function drawSecond(trx: Write, draw: BlindDraw): Promise<string[]> {
  const drawn: string[] = [];
  for (const other of await listOthers(trx, draw)) {
    if (drawn.length === draw.count) break;
    const window = await labelsOf(trx, other, draw.from);
    const open = window.length === 0 ? [] : await filterOpen(trx, window, { ...draw, other });
    drawn.push(...takeFrom(open, { from: draw.from, count: draw.count - drawn.length }));
  }
  return drawn;
}

function takeFrom(ids: readonly string[], { from, count }: { from: string; count: number }): string[] {
  const sorted = ids.toSorted();
  return [...sorted.filter((id) => id >= from), ...sorted.filter((id) => id < from)].slice(0, count);
}

/** People who label by hand, found by leaps through the index: there may be millions of labels. */
async function listOthers(trx: Write, { annotator, from }: BlindDraw): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive people(name) as (
      select min(annotator) from label_events where source = 'human'
      union all
      select (select min(annotator) from label_events where source = 'human' and annotator > people.name)
      from people where people.name is not null
    )
    select name from people where name is not null and name != ${annotator}`.execute(trx);
  const names = rows.map((row) => row.name);
  const start = Number.parseInt(from.slice(2, 10), 16) % Math.max(1, names.length);
  return [...names.slice(start), ...names.slice(0, start)];
}

async function labelsOf(trx: Write, other: string, from: string): Promise<string[]> {
  const labels = trx
    .selectFrom('label_events')
    .select('sample_id')
    .distinct()
    .where('source', '=', 'human')
    .where('annotator', '=', other)
    .orderBy('sample_id')
    .limit(windowSize);
  const after = await labels.where('sample_id', '>=', from).execute();
  const before = after.length < windowSize ? await labels.where('sample_id', '<', from).execute() : [];
  return [...after, ...before].map((row) => row.sample_id);
}

/** Labeled by `other` alone, by nobody else by hand, asked of nobody, no gold question. */
async function filterOpen(
  trx: Write,
  sampleIds: readonly string[],
  { dataset, other, staleBefore }: BlindDraw & { other: string },
): Promise<string[]> {
  const none = (eb: ExpressionBuilder<Tables, 'samples'>) => [
    eb.not(
      eb.exists(
        eb
          .selectFrom('label_events')
          .select('label_events.sample_id')
          .whereRef('label_events.sample_id', '=', 'samples.id')
          .where('label_events.source', 'in', ['human', 'opinion'])
          .where('label_events.annotator', '!=', other),
      ),
    ),
    eb.not(
      eb.exists(
        eb
          .selectFrom('label_asks')
          .select('label_asks.sample_id')
          .whereRef('label_asks.sample_id', '=', 'samples.id')
          .where((ask) => ask.or([ask('label_asks.answered', '=', 1), ask('label_asks.at', '>=', staleBefore)])),
      ),
    ),
    eb.not(
      eb.exists(
        eb
          .selectFrom('gold_questions')
          .select('gold_questions.sample_id')
          .whereRef('gold_questions.sample_id', '=', 'samples.id')
          .where('gold_questions.removed_at', 'is', null),
      ),
    ),
  ];
  const rows = await trx
    .selectFrom('samples')
    .select('id')
    .where('id', 'in', sampleIds)
    .where('dataset', '=', dataset)
    .where('removed', '=', 0)
    .where('class_name', 'is not', null)
    .where((eb) => eb.and(none(eb)))
    .execute();
  return rows.map((row) => row.id);
}
