/** @file GET /api/predictions: what the prediction log kept, page by page. */
import { predictionLogSettingsSchema, predictionsViewSchema } from '@tintype/contracts/prediction-log';
import { PredictionLog } from '@tintype/core/serve/prediction-log';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askPrediction } from '../testing/ask.ts';
import type { GivenAnswer } from './serve.ts';

let server: TestServer;
let log: PredictionLog;
beforeAll(async () => {
  server = await aServer({ onAnswer: (answer: GivenAnswer) => log.offer(answer) });
  const { catalog, store, clock } = server.workspace;
  log = new PredictionLog(
    { predictions: catalog.predictions, store, clock, random: () => 0.5 },
    predictionLogSettingsSchema.parse({ below: 0.8, pictures: true }),
  );
  await aPublishedVersion(server.workspace);
  await server.service.refresh();
});
afterAll(() => server.close());

const list = async (query = '') => {
  const reply = await ask(server.address, `/api/predictions${query}`);
  return { status: reply.status, ...predictionsViewSchema.partial().parse(reply.json()) };
};

test('doubtful answers are listed newest first, with the request they belong to; sure ones are not kept', async () => {
  const replies = [];
  for (const [n, sure] of [0.6, 0.95, 0.7].entries()) {
    server.answer(async () => [1 - sure, sure]);
    replies.push(await askPrediction(server.address, Uint8Array.of(n)));
  }
  await vi.waitFor(async () => expect((await list()).total).toBe(2));

  const { items } = await list();

  expect(items?.map(({ requestId, because, prediction }) => [requestId, because, prediction])).toEqual(
    [replies[2], replies[0]].map((reply) => [reply?.headers['x-request-id'], 'unsure', 'dog']),
  );
  expect((await list('?limit=1')).nextCursor).toBeDefined();
  expect((await list('?because=random')).total).toBe(0);
  expect((await list('?because=other')).status).toBe(400);
});
