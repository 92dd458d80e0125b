/** @file Runs over HTTP: lists, metrics, and a stream that follows a run to its end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@tintype/contracts/train';
import type { EpochMetrics } from '@tintype/contracts/train-events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

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
  expect(one.json()).toEqual({
    run: aRun('run_b', 2),
    progress: { at: 3, stage: 'train' },
    artifacts: [],
    job: null,
    // Its last sign of life is long ago.
    isResumable: true,
  });
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

test.each(['', '/metrics', '/events', '/contact-sheet'].map((part) => `/api/runs/run_x${part}`))(
  '%s is a problem where there is no such run',
  async (path) => {
    const reply = await ask(server.address, path);

    expect([reply.status, reply.json().code]).toEqual([404, 'RUN_NOT_FOUND']);
  },
);

test('a network that was cancelled goes on by a job, once', async () => {
  const { runs } = server.workspace.catalog;
  await runs.create(aRun('run_d', 4));
  await runs.finish('run_d', { status: 'cancelled', endedAt: 9, error: null });

  const first = await ask(server.address, '/api/runs/run_d/resume', { method: 'POST' });
  const second = await ask(server.address, '/api/runs/run_d/resume', { method: 'POST' });

  expect([first.status, first.json()]).toMatchObject([
    202,
    { kind: 'train', input: { resume: 'run_d' }, status: 'queued' },
  ]);
  expect([second.status, second.json().code]).toEqual([409, 'RUN_BUSY']);
  const view = (await ask(server.address, '/api/runs/run_d')).json();
  expect(view).toMatchObject({ job: first.json().id, isResumable: false });
});

test.each([
  ['has succeeded', 'run_c', 'it has succeeded already'],
  ['is of a head', 'run_e', 'it trained a head, which has no checkpoints'],
  ['is being trained', 'run_f', 'it is being trained'],
])('a run that %s does not go on', async (_, id, reason) => {
  const { runs } = server.workspace.catalog;
  const made = { run_e: { options: { backbone: 'histograms' } }, run_f: { startedAt: Date.now() } }[id];
  if (made) await runs.create({ ...aRun(id, 5), ...made });

  const reply = await ask(server.address, `/api/runs/${id}/resume`, { method: 'POST' });

  expect([reply.status, reply.json().code]).toEqual([409, 'RUN_NOT_RESUMABLE']);
  expect(reply.json().detail).toContain(reason);
});

test('the first pictures of a run are sent from its folder, whatever path was written down', async () => {
  const { catalog, runFolders } = server.workspace;
  await catalog.runs.create(aRun('run_g', 6));
  const artifact = {
    name: 'contact-sheet.jpg',
    kind: 'contact-sheet',
    mediaType: 'image/jpeg',
    path: '/etc/passwd',
  } as const;
  await catalog.runs.recordArtifact('run_g', artifact);

  const before = await ask(server.address, '/api/runs/run_g/contact-sheet');
  await mkdir(runFolders.pathOf('run_g'), { recursive: true });
  await writeFile(join(runFolders.pathOf('run_g'), 'contact-sheet.jpg'), 'a sheet');
  const after = await ask(server.address, '/api/runs/run_g/contact-sheet');

  expect([before.status, before.json().code]).toEqual([404, 'ARTIFACT_NOT_FOUND']);
  expect([after.status, after.headers['content-type'], after.text]).toEqual([200, 'image/jpeg', 'a sheet']);
});

test('a job that names a run which was never there is refused by its form', async () => {
  const reply = await askJson(server.address, '/api/jobs', { kind: 'train', input: { resume: '../../etc' } });

  expect(reply.status).toBe(400);
});
