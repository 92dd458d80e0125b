/** @file Tags, groups, views and what there is to filter by, over real HTTP. */

import { samplesViewSchema, sampleViewSchema } from '@tintype/contracts/api';
import { filterChoicesSchema, regroupedSchema, viewSchema } from '@tintype/contracts/curation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anIngestedPicture, aServer, noLabels, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
let ids: string[];
beforeAll(async () => {
  server = await aServer({ openLabels: () => ({ ...noLabels, alike: async ({ sampleId }) => alikeTo(sampleId) }) });
  ids = [];
  for (const name of ['cat/a.png', 'cat/b.png', 'dog/c.png']) {
    const className = name.split('/')[0] as string;
    ids.push(await anIngestedPicture(server.workspace, { bytes: Buffer.from(name), path: name, className }));
  }
});
afterAll(() => server.close());

const alikeTo = (sampleId: string) =>
  ids.filter((id) => id !== sampleId).map((id, n) => ({ sampleId: id, similarity: 1 - n / 10 }));
const list = async (query: string) =>
  samplesViewSchema.parse((await ask(server.address, `/api/samples?${query}`)).json()).items.map(({ path }) => path);
const post = async (path: string, body: unknown) => await askJson(server.address, path, body);

test('a tag is given, asked for and taken off, and each time the changed samples are told', async () => {
  const [a, b] = ids as [string, string];

  expect((await post('/api/samples/tag', { ids: [a], tag: 'blurry' })).json()).toEqual({ changed: 1, ids: [a] });
  expect((await post('/api/samples/tag', { ids: [a, b], tag: 'blurry' })).json()).toEqual({ changed: 1, ids: [b] });
  expect((await list('tag=blurry&sort=path')).length).toBe(2);
  const sample = sampleViewSchema.parse((await ask(server.address, `/api/samples/${a}`)).json());
  expect(sample.tags).toEqual(['blurry']);
  expect((await post('/api/samples/untag', { ids: [b], tag: 'blurry' })).json()).toEqual({ changed: 1, ids: [b] });
  expect(await list('tag=blurry')).toEqual(['cat/a.png']);
});

test('a group is declared, and what was before comes back to undo it', async () => {
  const [a, b] = ids as [string, string];
  await post('/api/samples/group', { ids: [a], group: 'left' });

  const regrouped = regroupedSchema.parse((await post('/api/samples/group', { ids: [a, b], group: 'right' })).json());

  expect(regrouped.changed).toBe(2);
  expect(new Set(regrouped.was.map(({ group }) => group))).toEqual(new Set(['left', null]));
  expect((await list('group=right')).length).toBe(2);
});

test('a view is saved, listed, opened, renamed, and one of the same name is refused', async () => {
  const created = await post('/api/views', { name: 'cats', query: { class: 'cat', sort: '-path' } });
  const cats = viewSchema.parse(created.json());
  const odd = viewSchema.parse((await post('/api/views', { ids: [ids[2]] })).json());

  expect(created.status).toBe(201);
  expect(cats.query).toEqual({ class: 'cat', sort: '-path' });
  expect(await list(`view=${cats.id}`)).toEqual(['cat/b.png', 'cat/a.png']);
  expect(await list(`view=${odd.id}`)).toEqual(['dog/c.png']);
  expect((await ask(server.address, '/api/views')).json()).toMatchObject({ items: [{ name: 'cats' }] });
  expect(await post(`/api/views/${odd.id}`, { name: 'cats' })).toMatchObject({ status: 409 });
  expect((await post(`/api/views/${cats.id}`, { name: null })).json()).toMatchObject({ name: null });
  expect((await ask(server.address, `/api/views/${cats.id}`)).json()).toMatchObject({ id: cats.id });
});

test('what there is to filter by is told', async () => {
  const choices = filterChoicesSchema.parse((await ask(server.address, '/api/samples/choices')).json());

  expect(choices.annotators).toEqual([{ name: 'test', samples: 3 }]);
  expect(choices.sources).toEqual([{ name: 'folder', samples: 3 }]);
});

test('keys of a stretch of a list come with class and group', async () => {
  const keys = (await ask(server.address, '/api/samples/keys?sort=path&offset=1&limit=1')).json();

  expect(keys).toMatchObject({ total: 3, items: [{ id: ids[1], className: 'cat' }] });
});

test('the pictures that look alike come with their likeness', async () => {
  const reply = (await ask(server.address, `/api/samples/${ids[0]}/neighbors?count=2`)).json();

  expect(reply).toMatchObject({
    items: [
      { sample: { id: ids[1] }, similarity: 1 },
      { sample: { id: ids[2] }, similarity: 0.9 },
    ],
  });
});

test.each([
  ['an answer without a version', 'wrong=true', '/version'],
  ['an order that there is not', 'sort=taste', '/sort'],
  ['a range that is none', 'version=a@1&confidence=low', '/confidence'],
  ['a measure that there is not', 'measure=taste:0:1', '/measure'],
  ['a day that is none', 'from=yesterday', '/from'],
])('%s is refused by name', async (_what, query, pointer) => {
  const reply = await ask(server.address, `/api/samples?${query}`);

  expect(reply.status).toBe(400);
  expect(reply.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(reply.text).toContain(pointer);
});

test('a view that is not there, or is both a query and a list, is refused', async () => {
  expect(await ask(server.address, `/api/samples?view=view_${'0'.repeat(20)}`)).toMatchObject({ status: 404 });
  expect(await post('/api/views', { query: {}, ids: [] })).toMatchObject({ status: 400 });
  expect(await post('/api/views', {})).toMatchObject({ status: 400 });
});
