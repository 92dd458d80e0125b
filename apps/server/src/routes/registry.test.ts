/** @file Models, versions and aliases over real HTTP. */
import { historyViewSchema, modelsViewSchema, versionViewSchema } from '@tintype/contracts/api';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
  await aPublishedVersion(server.workspace, 'bundle-1');
  await aPublishedVersion(server.workspace, 'bundle-2');
});
afterAll(() => server.close());

const champion = '/api/models/pets/aliases/champion';

test('models are listed with their versions and what points at them', async () => {
  const { items } = modelsViewSchema.parse((await ask(server.address, '/api/models')).json());

  expect(items.map((model) => model.name)).toEqual(['pets']);
  expect(items[0]?.versions.map((version) => version.aliases)).toEqual([[], ['champion']]);
});

test('a version is found by number and by alias, with its evaluations', async () => {
  const get = async (version: string) =>
    versionViewSchema.parse((await ask(server.address, `/api/models/pets/versions/${version}`)).json());

  expect((await get('1')).evaluations).toHaveLength(1);
  expect((await get('champion')).version.version).toBe(2);
});

test('a version that is not there is answered with those that are', async () => {
  const reply = await ask(server.address, '/api/models/pets/versions/9');

  expect(reply.status).toBe(404);
  expect(reply.json()).toMatchObject({ code: 'VERSION_NOT_FOUND' });
});

test('promoting moves the alias, writes the history and is served without a restart', async () => {
  await server.service.refresh();

  const reply = await askJson(server.address, champion, { version: 1, expected: 2 });

  expect(reply.json()).toMatchObject({ alias: 'champion', version: 1, previous: 2, by: 'local' });
  await vi.waitFor(async () => expect((await ask(server.address, '/health')).json()).toMatchObject({ version: 1 }));
  const history = historyViewSchema.parse((await ask(server.address, '/api/models/pets/history')).json());
  expect(history.items.map((entry) => entry.version)).toEqual([1, 2, 1]);
});

test('an alias that someone else moved meanwhile stays where they put it', async () => {
  const reply = await askJson(server.address, champion, { version: 2, expected: 2 });

  expect(reply.status).toBe(409);
  expect(reply.json()).toMatchObject({ code: 'ALIAS_CONFLICT' });
});

test.each([
  { body: { version: 9 }, path: champion, status: 404, code: 'VERSION_NOT_FOUND' },
  { body: { version: 1 }, path: '/api/models/none/aliases/champion', status: 404, code: 'MODEL_NOT_FOUND' },
  { body: { version: '1' }, path: champion, status: 400, code: 'VALIDATION_FAILED' },
  { body: {}, path: champion, status: 400, code: 'VALIDATION_FAILED' },
  { body: { version: 1 }, path: '/api/models/pets/aliases/..%2fx', status: 400, code: 'VALIDATION_FAILED' },
])('moving with $body on $path is answered with $code', async ({ body, path, status, code }) => {
  const reply = await askJson(server.address, path, body);

  expect(reply.status).toBe(status);
  expect(reply.json()).toMatchObject({ code });
});

test('the history of a model that is not there is not an empty list', async () => {
  const reply = await ask(server.address, '/api/models/none/history');

  expect(reply.json()).toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
