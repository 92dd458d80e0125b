/** @file Some people who label at once, in one process: node people-main.mjs DATABASE PLACE NUMBER PEOPLE CONTESTED. Tells what each was given and what was confirmed. */
import { openPostgresCatalog } from '@tintype/adapters/catalog/open-postgres-catalog';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { addLabels, giveOut } from '@tintype/core/label/give-out';

const [, , database, place, number, people, contestedText] = process.argv;
const contested = JSON.parse(contestedText);
const classes = ['cat', 'dog', 'bird'];
const pageSize = 500;
const catalog = await (database === 'postgres'
  ? openPostgresCatalog({ url: place, clock })
  : openSqliteCatalog({ path: place, clock }));

/** The same order for everybody, so that they reach for the same pictures. */
const labels = {
  async next({ dataset, count, without }) {
    const page = await catalog.samples.listKeys({ dataset, class: '', limit: pageSize });
    const left = new Set(without);
    const free = page.items.filter(({ id }) => !left.has(id)).slice(0, count);
    const progress = { labeled: 0, unlabeled: page.total, unreadable: 0, classes: [] };
    return {
      items: free.map(({ id }) => ({ sampleId: id, reason: 'random', wanted: null, suggestion: null })),
      progress,
    };
  },
  suggest: async () => new Map(),
};

process.on('disconnect', () => process.exit());
let last = Promise.resolve();
const turns = {
  take(work) {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  },
};

async function label(who, sampleId, n) {
  const event = { id: clock.newId('label'), sampleId, className: classes[n % classes.length] };
  const begun = performance.now();
  await addLabels({ catalog, clock }, { annotator: who, events: [event] });
  process.send({ kind: 'kept', id: event.id, ms: performance.now() - begun });
  // A confirmation that got lost on the way: sent again.
  if (n % 7 === 0) await addLabels({ catalog, clock }, { annotator: who, events: [event] });
}

async function work(who, seed) {
  for (let n = seed; ; ) {
    const request = { annotator: who, dataset: 'pictures', seed, count: 5, shares: { second: 0, gold: 0 } };
    const { items, progress } = await giveOut({ catalog, clock, labels, turns }, request);
    for (const { sampleId } of items) process.send({ kind: 'given', sampleId, who });
    for (const { sampleId } of items) {
      await label(who, sampleId, n);
      n += 1;
    }
    if (progress.unlabeled === 0 || items.length === 0) return;
  }
}

async function contest(who, seed) {
  const { items } = await catalog.samples.listKeys({ dataset: 'pictures', limit: contested.pictures });
  for (let round = 0; round < contested.rounds; round += 1)
    for (const { id } of items) await label(who, id, seed + round);
}

const names = Array.from({ length: Number(people) }, (_, n) => `person-${number}-${n}`);
await Promise.all(names.map((who, n) => work(who, n)));
await Promise.all(names.map((who, n) => contest(who, n)));
await catalog[Symbol.asyncDispose]();
process.disconnect();
