/** @file Several people over HTTP: who may see what, what is decided, what is taken back. */
import type { AgreementView, DisagreementsView, GoldView, HistoryPage } from '@tintype/contracts/people';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anIngestedPicture, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';
import { aToken, bearer } from '../testing/who-asks.ts';

let server: TestServer;
let ids: string[];
let trainer: Record<string, string>;
let annotator: Record<string, string>;
beforeAll(async () => {
  server = await aServer();
  ids = [];
  for (let n = 0; n < 6; n += 1)
    ids.push(await anIngestedPicture(server.workspace, { bytes: Uint8Array.of(7, n), path: `${n}.png` }));
  trainer = bearer((await aToken(server.access, { name: 'eve', role: 'trainer' })).secret);
  annotator = bearer((await aToken(server.access, { name: 'bob', role: 'annotator' })).secret);
  await divide(ids.slice(0, 4));
});
afterAll(() => server.close());

/** Ada says cat, and bob, who is asked blind, dog of the first two and cat of the others. */
async function divide(sampleIds: readonly string[]): Promise<void> {
  const { samples, people } = server.workspace.catalog;
  const at = server.workspace.clock.now();
  const cats = sampleIds.map((sampleId, n) => ({ id: `label_ada_${n}`, sampleId, className: 'cat' }));
  await samples.appendLabelEvents(cats.map((event) => ({ ...event, annotator: 'ada', source: 'human', at })));
  const draw = { dataset: 'default', annotator: 'bob', kind: 'second', count: 10, at, staleBefore: 0 } as const;
  await people.drawBlind({ ...draw, from: `s_${'0'.repeat(20)}` });
  const events = sampleIds.map((sampleId, n) => ({ id: `label_bob_${n}`, sampleId, className: n < 2 ? 'dog' : 'cat' }));
  await askJson(server.address, '/api/label/events', { events }, annotator);
}

const get = async <T>(path: string, headers = trainer): Promise<T> =>
  (await ask(server.address, path, { headers })).json() as T;

test('agreement says how far, between whom, about what, and what is open', async () => {
  const view = await get<AgreementView>('/api/people/agreement');

  expect(view.overall).toMatchObject({ pictures: 4, agreed: 0.5 });
  expect(view.pairs).toMatchObject([{ first: 'ada', second: 'bob', pictures: 4, agreed: 0.5, kappa: 0 }]);
  expect(view.confusions).toEqual([{ classes: ['cat', 'dog'], pictures: 2 }]);
  expect(view.people.map(({ annotator: name, labels, opinions }) => [name, labels, opinions])).toEqual([
    ['ada', 4, 0],
    ['bob', 4, 4],
  ]);
  expect(view.open).toBe(2);
});

test('a disagreement is decided, leaves the queue, and comes back where the decision is taken back', async () => {
  const before = await get<DisagreementsView>('/api/people/disagreements?limit=1');
  const [first] = before.items;
  const review = { id: 'review_000001', sampleId: first?.sampleId ?? '', className: 'dog' };
  const decided = await askJson(server.address, '/api/people/reviews', { reviews: [review] }, trainer);
  const again = await askJson(server.address, '/api/people/reviews', { reviews: [review] }, trainer);
  const during = await get<DisagreementsView>('/api/people/disagreements');
  const { className } = await server.workspace.catalog.samples.get(review.sampleId);
  const taken = await askJson(server.address, '/api/people/reviews/withdraw', { ids: [review.id] }, trainer);
  const after = await get<DisagreementsView>('/api/people/disagreements');

  expect(before.total).toBe(2);
  expect(first?.opinions.map(({ annotator: name, className: said }) => `${name}: ${said}`)).toEqual([
    'ada: cat',
    'bob: dog',
  ]);
  expect([decided.json().changed, again.json().changed, taken.json().changed]).toEqual([1, 0, 1]);
  expect([during.total, after.total, className]).toEqual([1, 2, 'dog']);
  expect((await server.workspace.catalog.samples.get(review.sampleId)).className).toBe('cat');
});

test('a gold question is made of a label, listed with its answers, and taken away', async () => {
  const [, , third, , , unlabeled] = ids as [string, string, string, string, string, string];
  const made = await askJson(server.address, '/api/people/gold', { questions: [{ sampleId: third }] }, trainer);
  const refused = await askJson(server.address, '/api/people/gold', { questions: [{ sampleId: unlabeled }] }, trainer);
  const listed = await get<GoldView>('/api/people/gold');
  const removed = await askJson(server.address, '/api/people/gold/remove', { sampleIds: [third] }, trainer);

  expect(made.json()).toEqual({ changed: 1 });
  expect([refused.status, refused.json().code]).toEqual([422, 'GOLD_CLASS_MISSING']);
  expect(listed.items).toMatchObject([{ sampleId: third, className: 'cat', createdBy: 'eve', asked: 0 }]);
  expect(removed.json()).toEqual({ changed: 1 });
  expect((await get<GoldView>('/api/people/gold')).items).toEqual([]);
});

test('who labels sees their own history; that of others, agreement and answers are for trainers', async () => {
  const own = await get<HistoryPage>('/api/people/history', annotator);
  const others = await Promise.all(
    ['/api/people/history?annotator=ada', '/api/people/agreement', '/api/people/disagreements', '/api/people/gold'].map(
      async (path) => (await ask(server.address, path, { headers: annotator })).status,
    ),
  );
  const ada = await get<HistoryPage>('/api/people/history?annotator=ada');

  expect(own.items.every(({ annotator: name }) => name === 'bob')).toBe(true);
  expect([own.total, own.items[0]?.source]).toEqual([4, 'opinion']);
  expect(others).toEqual([403, 403, 403, 403]);
  expect(ada.total).toBe(4);
});

test('leases keep pictures for one person, and nobody records them', async () => {
  const free = ids.slice(4);
  const eve = await askJson(server.address, '/api/label/leases', { sampleIds: free }, trainer);
  const bob = await askJson(server.address, '/api/label/leases', { sampleIds: free }, annotator);
  const { items } = await server.workspace.catalog.access.listAudit({ action: 'leasePictures' });

  expect(eve.json().held).toEqual(free);
  expect(bob.json().held).toEqual([]);
  expect(items).toEqual([]);
});
