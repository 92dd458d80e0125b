/** @file Jobs over real HTTP: what is taken, what is refused before it is queued. */
import { jobSchema } from '@tintype/contracts/job';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

test('a job is accepted with its defaults, can be looked at, and is listed', async () => {
  const reply = await askJson(server.address, '/api/jobs', { kind: 'train', input: { dataset: 'pets', seed: 3 } });

  expect(reply.status).toBe(202);
  const job = jobSchema.parse(reply.json());
  expect(job).toMatchObject({
    kind: 'train',
    status: 'queued',
    input: { dataset: 'pets', seed: 3, backbone: 'histograms' },
  });
  expect(reply.headers.location).toBe(`/api/jobs/${job.id}`);
  expect((await ask(server.address, `/api/jobs/${job.id}`)).json()).toEqual(job);
  expect((await ask(server.address, '/api/jobs')).json()).toMatchObject({ items: [{ id: job.id }] });
});

test.each([
  { body: { kind: 'paint' }, pointer: '/kind' },
  { body: { kind: 'predict', input: { sources: ['/'], out: '/etc/x.csv' } }, pointer: '/kind' },
  { body: { kind: 'shard' }, pointer: '/kind' },
  { body: { kind: 'train', input: { seed: -1 } }, pointer: '/input/seed' },
  { body: { kind: 'train', input: { sed: 1 } }, pointer: '/input' },
  { body: { kind: 'ingest', input: {} }, pointer: '/input/sources' },
  { body: { kind: 'ingest', input: { sources: ['/pictures'], move: true } }, pointer: '/input' },
  { body: { kind: 'evaluate', input: { model: '../x' } }, pointer: '/input/model' },
  { body: { kind: 'tune', input: { models: [] } }, pointer: '/input/models' },
  { body: { kind: 'tune', input: { gates: ['sharp'] } }, pointer: '/input/gates/0' },
])('$body is refused at $pointer and not queued', async ({ body, pointer }) => {
  const before = (await ask(server.address, '/api/jobs')).text;

  const reply = await askJson(server.address, '/api/jobs', body);

  expect(reply.status).toBe(400);
  expect((reply.json().errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
  expect((await ask(server.address, '/api/jobs')).text).toBe(before);
});
