/** @file Giving pictures out to many people at once: nobody gets what another holds, nothing is lost, and blind questions keep their share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock } from '@tintype/adapters/clock';
import { createRandom } from '@tintype/autograd/random';
import type { LabelPick } from '@tintype/contracts/label-assist';
import { afterEach, expect, test } from 'vitest';
import type { Catalog } from '../ports/catalog.ts';
import { aRow, by } from '../ports/catalog-builders.contract.ts';
import { addLabels, type GiveOutNeeds, type GiveOutRequest, giveOut } from './give-out.ts';
import { readAgreement } from './people.ts';

const shares = { second: 0.1, gold: 0.05 };
const classes = ['cat', 'dog'];

let folder: string | undefined;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

interface Desk extends AsyncDisposable {
  needs: GiveOutNeeds;
  catalog: Catalog;
  /** Lets time pass. */
  pass: (ms: number) => void;
  ask: (annotator: string, change?: Partial<GiveOutRequest>) => Promise<LabelPick[]>;
  say: (annotator: string, sampleId: string, className: string | null) => Promise<void>;
  truthOf: (sampleId: string) => string;
}

/** Over a real catalog; the engine names unlabeled pictures in order of their ids, and takes its time. */
async function openDesk(count: number): Promise<Desk> {
  folder = await mkdtemp(join(tmpdir(), 'tintype-give-out-'));
  let now = 1_000_000;
  let events = 0;
  const clock = { now: () => now, newId: (prefix: string) => systemClock.newId(prefix) };
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  const paths = Array.from({ length: count }, (_, n) => `${classes[n % 2]}/${n}.jpg`);
  await catalog.samples.recordIngest(
    'pets',
    paths.map((path) => aRow(path, { className: null })),
    by,
  );
  const truth = new Map<string, string>();
  for await (const { id, path } of catalog.samples.stream({})) truth.set(id, path.split('/')[0] as string);
  const labels: GiveOutNeeds['labels'] = {
    async next({ count: wanted, without = [] }) {
      const hidden = new Set(without);
      const { items, total } = await catalog.samples.list({ className: '', limit: 1000 });
      await wait(Math.random() * 3);
      const open = items.filter(({ id }) => !hidden.has(id)).slice(0, wanted);
      const picks = open.map(({ id: sampleId }) => ({ sampleId, reason: 'typical', wanted: null, suggestion: null }));
      return { items: picks as LabelPick[], progress: { labeled: 0, unlabeled: total, unreadable: 0, classes: [] } };
    },
    suggest: async ({ sampleIds }) => new Map(sampleIds.map((id) => [id, { className: 'cat', confidence: 0.5 }])),
  };
  let last: Promise<unknown> = Promise.resolve();
  const turns = {
    take<T>(work: () => Promise<T>): Promise<T> {
      const next = last.then(work, work);
      last = next;
      return next;
    },
  };
  const needs = { catalog, clock, labels, turns };
  return {
    needs,
    catalog,
    pass: (ms) => {
      now += ms;
    },
    ask: async (annotator, change = {}) =>
      (
        await giveOut(needs, {
          annotator,
          dataset: 'pets',
          seed: 1,
          count: 5,
          shares: { second: 0, gold: 0 },
          ...change,
        })
      ).items,
    say: (annotator, sampleId, className) => {
      events += 1;
      return addLabels(needs, { annotator, events: [{ id: `label_${events}`, sampleId, className }] });
    },
    truthOf: (sampleId) => truth.get(sampleId) as string,
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
}

test('fifty people label at once: no picture is held by two, none is labeled twice, none is lost', async () => {
  await using desk = await openDesk(300);
  const holders = new Map<string, string>();
  const doubles: string[] = [];
  const sent: { annotator: string; sampleId: string }[] = [];
  const work = async (annotator: string): Promise<void> => {
    for (let empty = 0; empty < 2; ) {
      const items = await desk.ask(annotator);
      empty = items.length === 0 ? empty + 1 : 0;
      for (const { sampleId } of items) {
        const holder = holders.get(sampleId);
        if (holder !== undefined && holder !== annotator) doubles.push(sampleId);
        holders.set(sampleId, annotator);
      }
      for (const { sampleId } of items) {
        await desk.say(annotator, sampleId, desk.truthOf(sampleId));
        sent.push({ annotator, sampleId });
      }
    }
  };

  await Promise.all(Array.from({ length: 50 }, (_, n) => work(`annotator-${n}`)));

  expect(doubles).toEqual([]);
  expect(sent).toHaveLength(300);
  expect(new Set(sent.map(({ sampleId }) => sampleId)).size).toBe(300);
  const stored = [];
  for (const { sampleId } of sent) stored.push(...(await desk.catalog.samples.listLabelEvents(sampleId)));
  expect(stored.map(({ annotator, sampleId }) => ({ annotator, sampleId }))).toEqual(sent);
  expect((await desk.catalog.samples.list({ className: '' })).total).toBe(0);
}, 60_000);

test('what somebody holds is free again after two minutes, unless it is said to be held still', async () => {
  await using desk = await openDesk(4);
  const ids = (items: LabelPick[]) => items.map(({ sampleId }) => sampleId);
  const ada = ids(await desk.ask('ada', { count: 3 }));

  const bob = ids(await desk.ask('bob', { count: 3 }));
  desk.pass(100_000);
  const more = ids(await desk.ask('ada', { count: 3, holding: ada.slice(0, 1) }));
  desk.pass(100_000);
  const late = ids(await desk.ask('bob', { count: 4 }));

  expect([ada.length, bob.length]).toEqual([3, 1]);
  // Of what ada held, two were not named and are free to be given again, to ada first.
  expect(more.toSorted()).toEqual(ada.slice(1).toSorted());
  expect(late).toEqual(bob);
});

test('what is not held any more is given to others at once', async () => {
  await using desk = await openDesk(4);
  await desk.ask('ada', { count: 4 });

  const blocked = await desk.ask('bob');
  await desk.ask('ada', { count: 1, holding: [] });
  const free = await desk.ask('bob');

  // Half of what is left, since ada labels too.
  expect([blocked.length, free.length]).toEqual([0, 2]);
});

test('one who asks for much gets no more than a fair part while others label', async () => {
  await using desk = await openDesk(30);
  const [alone, second, third] = [
    await desk.ask('ada', { count: 5 }),
    await desk.ask('bob', { count: 100 }),
    await desk.ask('carol', { count: 100 }),
  ];

  expect([alone.length, second.length, third.length]).toEqual([5, 15, 10]);
});

test('of what one is asked a tenth was labeled by another, and shown as if it had no label', async () => {
  await using desk = await openDesk(400);
  const label = async (annotator: string, rounds: number): Promise<LabelPick[]> => {
    const seen: LabelPick[] = [];
    for (let round = 0; round < rounds; round += 1)
      for (const pick of await desk.ask(annotator, { shares })) {
        seen.push(pick);
        await desk.say(annotator, pick.sampleId, desk.truthOf(pick.sampleId));
      }
    return seen;
  };
  await label('ada', 20);

  const bob = await label('bob', 20);

  const opinions = (await desk.catalog.people.listPeople('pets')).map(({ annotator, opinions }) => [
    annotator,
    opinions,
  ]);
  const blind = bob.filter(({ reason }) => reason === 'random');
  expect(bob).toHaveLength(100);
  expect(blind).toHaveLength(9);
  expect(blind[0]).toMatchObject({ wanted: null, suggestion: { className: 'cat' } });
  expect(opinions).toEqual([
    ['ada', 0],
    ['bob', 9],
  ]);
});

test('gold questions are asked in their share, and who made them is not asked', async () => {
  await using desk = await openDesk(300);
  const { items } = await desk.catalog.samples.list({ limit: 20 });
  const questions = items.map(({ id }) => ({ sampleId: id, className: desk.truthOf(id) }));
  await desk.catalog.people.addGold(questions, { annotator: 'eve', at: 1 });
  for (const { sampleId, className } of questions) await desk.say('eve', sampleId, className);

  for (let round = 0; round < 20; round += 1)
    for (const { sampleId } of await desk.ask('bob', { shares: { second: 0, gold: 0.05 } }))
      await desk.say('bob', sampleId, 'cat');

  const { people } = await readAgreement(desk.needs, {});
  const bob = people.find(({ annotator }) => annotator === 'bob');
  expect(people.find(({ annotator }) => annotator === 'eve')?.gold).toBeNull();
  expect(bob?.gold?.asked).toBeGreaterThanOrEqual(4);
  expect(bob?.gold?.interval[1]).toBeGreaterThan(bob?.gold?.accuracy as number);
  for (const { sampleId, className } of questions)
    expect((await desk.catalog.samples.get(sampleId)).className).toBe(className);
});

test('people with 2 % noise agree as two such people do, and what they differ on is what one got wrong', async () => {
  await using desk = await openDesk(300);
  const random = createRandom('noise', 1);
  const answerOf = (sampleId: string): string => {
    const truth = desk.truthOf(sampleId);
    return random() < 0.02 ? (truth === 'cat' ? 'dog' : 'cat') : truth;
  };
  for (let round = 0; round < 32; round += 1)
    for (const annotator of ['ada', 'bob', 'carol'])
      for (const { sampleId } of await desk.ask(annotator, { shares: { second: 0.5, gold: 0 } }))
        await desk.say(annotator, sampleId, answerOf(sampleId));

  const { overall, pairs, open } = await readAgreement(desk.needs, {});

  // Two who are right in 98 of 100 say the same in 96.08 of 100: kappa 0.92.
  expect(overall.pictures).toBeGreaterThan(100);
  expect(Math.abs((overall.kappa as number) - 0.92)).toBeLessThan(0.08);
  expect(pairs).toHaveLength(3);
  expect(open).toBe(Math.round((1 - (overall.agreed as number)) * overall.pictures));
}, 60_000);
