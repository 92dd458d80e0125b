/** @file Liveness and readiness: the process turns; requests are wanted only when something can answer them. */
import { readinessSchema } from '@tintype/contracts/serve';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask } from '../testing/ask.ts';

let server: TestServer;
let children = 2;
beforeEach(async () => {
  children = 2;
  server = await aServer({ readyChildren: () => children });
});
afterEach(() => server.close());

const readiness = async () => {
  const reply = await ask(server.address, '/health/ready');
  return { http: reply.status, ...readinessSchema.parse(reply.json()) };
};

test('the process is live as long as it turns, whatever it has loaded', async () => {
  const reply = await ask(server.address, '/health/live');

  expect([reply.status, reply.json()]).toEqual([200, { status: 'live' }]);
  expect(reply.headers['cache-control']).toBe('no-store');
});

test('without a model requests should go elsewhere, and the reason is said', async () => {
  await server.service.refresh();

  expect(await readiness()).toEqual({
    http: 503,
    status: 'no-model',
    detail: expect.stringContaining('No model is loaded'),
  });
});

test('with a model and a child it is ready, without a child it is not', async () => {
  await aPublishedVersion(server.workspace);
  await server.service.refresh();

  expect(await readiness()).toEqual({ http: 200, status: 'ready', detail: null });
  children = 0;
  expect(await readiness()).toMatchObject({ http: 503, status: 'no-child' });
});

test('a server that is ending says so to whoever is still connected', async () => {
  await aPublishedVersion(server.workspace);
  await server.service.refresh();

  const replies = await server.whileClosing(() => readiness());

  expect(replies).toMatchObject({ http: 503, status: 'draining' });
});
