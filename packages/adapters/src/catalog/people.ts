/** @file The people store: who holds, who was asked, who said what, who decided. */
import type { LabelEvent } from '@tintype/contracts/label';
import type { PeopleStore } from '@tintype/core/ports/people-store';
import { drawBlind } from './blind-asks.ts';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import { readFollowClass } from './follow-classes.ts';
import { createGoldQuestions } from './gold-questions.ts';
import { appendLabelEvents } from './label-events.ts';
import { createLeases } from './label-leases.ts';
import { createReviews } from './reviews.ts';
import { toLabelEvent } from './sample-rows.ts';

const chunkOfIds = 500;
/** Of events: those that a person gave by hand. */
const byHand = ['human', 'opinion'] as const;

export function createPeopleStore(context: StoreContext): PeopleStore {
  return {
    ...createLeases(context),
    ...asks(context),
    ...createReviews(context),
    ...createGoldQuestions(context),
    ...sayings(context),
  };
}

function asks(context: StoreContext) {
  const { db } = context;
  return {
    async countGiven(annotator) {
      const { total } = await db
        .selectFrom('label_events')
        .where('source', 'in', byHand)
        .where('annotator', '=', annotator)
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    async countAnswered(annotator, kind) {
      const { total } = await db
        .selectFrom('label_asks')
        .where('annotator', '=', annotator)
        .where('answered', '=', 1)
        .where('kind', '=', kind)
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    async listAsked(dataset, annotator, since) {
      const rows = await db
        .selectFrom('label_asks')
        .innerJoin('samples', 'samples.id', 'label_asks.sample_id')
        .select(['label_asks.sample_id', 'label_asks.kind'])
        .where('label_asks.annotator', '=', annotator)
        .where('label_asks.answered', '=', 0)
        .where('label_asks.at', '>=', since)
        .where('samples.dataset', '=', dataset)
        .where('samples.removed', '=', 0)
        .orderBy('label_asks.at')
        .orderBy('label_asks.sample_id')
        .execute();
      return rows.map((row) => ({ sampleId: row.sample_id, kind: row.kind as 'second' | 'gold' }));
    },
    drawBlind: (draw) => write(context, (trx) => drawBlind(trx, draw)),
    answer: (events, { askedSince }) => write(context, (trx) => answer(trx, events, askedSince)),
  } satisfies Partial<PeopleStore>;
}

const keyOf = ({ sampleId, annotator }: { sampleId: string; annotator: string }): string => `${sampleId} ${annotator}`;

async function answer(trx: Write, events: readonly LabelEvent[], askedSince: number): Promise<void> {
  const asked = new Set<string>();
  await inChunks([...new Set(events.map(({ sampleId }) => sampleId))], chunkOfIds, async (chunk) => {
    const rows = await trx
      .selectFrom('label_asks')
      .select(['sample_id', 'annotator'])
      .where('sample_id', 'in', chunk)
      .where('at', '>=', askedSince)
      .execute();
    for (const row of rows) asked.add(keyOf({ sampleId: row.sample_id, annotator: row.annotator }));
  });
  await appendLabelEvents(
    trx,
    events.map((event) => (asked.has(keyOf(event)) ? { ...event, source: 'opinion' } : event)),
  );
  // The last that is said of a picture decides whether its question is answered.
  const last = new Map(events.filter((event) => asked.has(keyOf(event))).map((event) => [keyOf(event), event]));
  for (const { sampleId, annotator, className } of last.values()) {
    await trx
      .updateTable('label_asks')
      .set({ answered: className === null ? 0 : 1 })
      .where('sample_id', '=', sampleId)
      .where('annotator', '=', annotator)
      .execute();
  }
}

function sayings({ db }: StoreContext) {
  return {
    async listPeople(dataset) {
      const rows = await db
        .selectFrom('label_events')
        .innerJoin('samples', 'samples.id', 'label_events.sample_id')
        .where('samples.dataset', '=', dataset)
        .where('label_events.source', 'in', byHand)
        .groupBy(['label_events.annotator', 'label_events.source'])
        .select((eb) => [
          'label_events.annotator',
          'label_events.source',
          eb.fn.countAll<number>().as('labels'),
          eb.fn.min('label_events.at').as('first_at'),
          eb.fn.max('label_events.at').as('last_at'),
        ])
        .orderBy('label_events.annotator')
        .execute();
      const people = new Map<string, { labels: number; opinions: number; firstAt: number; lastAt: number }>();
      for (const row of rows) {
        const before = people.get(row.annotator);
        people.set(row.annotator, {
          labels: row.labels + (before?.labels ?? 0),
          opinions: (row.source === 'opinion' ? row.labels : 0) + (before?.opinions ?? 0),
          firstAt: Math.min(row.first_at, before?.firstAt ?? row.first_at),
          lastAt: Math.max(row.last_at, before?.lastAt ?? row.last_at),
        });
      }
      return [...people].map(([annotator, count]) => ({ annotator, ...count }));
    },
    async history({ dataset, annotator, cursor, limit }) {
      const filtered = db
        .selectFrom('label_events')
        .innerJoin('samples', 'samples.id', 'label_events.sample_id')
        .where('samples.dataset', '=', dataset)
        .where('label_events.annotator', '=', annotator)
        .where('label_events.source', 'in', byHand);
      const { total } = await filtered.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      let page = filtered
        .selectAll('label_events')
        .select(['samples.path', 'samples.class_name as now'])
        .orderBy('label_events.sequence', 'desc')
        .limit(limit + 1);
      if (cursor !== undefined) page = page.where('label_events.sequence', '<', parseCursor(cursor, [0] as const)[0]);
      return toPage(await page.execute(), {
        limit,
        total,
        toItem: (row) => ({ ...toLabelEvent(row), path: row.path, now: row.now }),
        keyOf: ({ sequence }) => [sequence],
      });
    },
    async listJudged(dataset) {
      const rows = await db
        .selectFrom('label_events')
        .innerJoin('samples', 'samples.id', 'label_events.sample_id')
        .where('samples.dataset', '=', dataset)
        .where('samples.removed', '=', 0)
        .where('label_events.sample_id', 'in', (eb) =>
          eb.selectFrom('label_events as asked').select('asked.sample_id').where('asked.source', '=', 'opinion'),
        )
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('gold_questions')
                .select('gold_questions.sample_id')
                .whereRef('gold_questions.sample_id', '=', 'label_events.sample_id'),
            ),
          ),
        )
        .selectAll('label_events')
        .select(['samples.path', 'samples.class_name as now'])
        .orderBy('label_events.sample_id')
        .orderBy('label_events.sequence')
        .execute();
      const follow = await readFollowClass(db);
      return rows.map((row) => {
        const event = toLabelEvent(row);
        const className = event.className === null ? null : follow(event.className, event.at);
        return { ...event, className, path: row.path, now: row.now };
      });
    },
  } satisfies Partial<PeopleStore>;
}
