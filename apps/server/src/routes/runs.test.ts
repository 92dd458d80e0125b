/** @file Runs over HTTP: lists, metrics, and a stream that follows a run to its end. */
import type { Run } from '@tintype/contracts/train';
import type { EpochMetrics } from '@tintype/contracts/train-events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask } from '../testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

const aRun = (id: string, startedAt: number): Run => ({
  id,
  snapshot: 'snap_1',
  status: 'running',
  options: { architecture: 'cnn-small' },
  startedAt,
  endedAt: null,
  error: null,
});

const anEpoch = (epoch: number): EpochMetrics => ({
  epoch,
  phase: 'chosen',
  trainLoss: 1 / epoch,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
  isBest: true,
  learningRate: 0.1,
  picturesPerSecond: 10,
  idleShare: 0,
  durationMs: 10,
});

test('runs are listed, newest first, and one is shown with what it left', async () => {
  const { runs } = server.workspace.catalog;
  await runs.create(aRun('run_a', 1));
  await runs.create(aRun('run_b', 2));
  await runs.report('run_b', { at: 3, stage: 'train' });

  const list = await ask(server.address, '/api/runs');
  const one = await ask(server.address, '/api/runs/run_b');

  expect((list.json().items as Run[]).map(({ id }) => id)).toEqual(['run_b', 'run_a']);
  expect(one.json()).toEqual({ run: aRun('run_b', 2), progress: { at: 3, stage: 'train' }, artifacts: [] });
});

test('a stream tells epochs that were, epochs that come, and the end', async () => {
  const { runs } = server.workspace.catalog;
  await runs.create(aRun('run_c', 3));
  await runs.recordEpoch('run_c', anEpoch(1));

  const watching = ask(server.address, '/api/runs/run_c/events');
  await runs.recordEpoch('run_c', anEpoch(2));
  await runs.finish('run_c', { status: 'succeeded', endedAt: 9, error: null });
  const { status, headers, text } = await watching;

  expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(text.match(/^event: \w+/gm)).toEqual(['event: epoch', 'event: epoch', 'event: ended']);
  expect(text).toContain(`id: 2\nevent: epoch\ndata: ${JSON.stringify(anEpoch(2))}`);
});

test('a watcher that comes back is told only what it missed', async () => {
  const { text } = await ask(server.address, '/api/runs/run_c/events', { headers: { 'last-event-id': '1' } });

  expect(text.match(/^id: \d+/gm)).toEqual(['id: 2']);
  expect((await ask(server.address, '/api/runs/run_c/metrics')).json().items).toHaveLength(2);
});

test.each(['/api/runs/run_x', '/api/runs/run_x/metrics', '/api/runs/run_x/events'])(
  '%s is a problem where there is no such run',
  async (path) => {
    const reply = await ask(server.address, path);

    expect([reply.status, reply.json().code]).toEqual([404, 'RUN_NOT_FOUND']);
  },
);
