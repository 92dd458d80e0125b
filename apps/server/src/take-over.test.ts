/** @file What becomes of a training whose worker was killed. */
import type { Run } from '@tintype/contracts/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeOver } from './take-over.ts';
import { aPublishedVersion, aServer, type TestServer } from './testing/a-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

async function aRun(id: string, options: Run['options'], status: Run['status'] = 'running'): Promise<string> {
  const { runs } = server.workspace.catalog;
  await runs.create({ id, snapshot: 'snap_1', status: 'running', options, startedAt: 1, endedAt: null, error: null });
  if (status !== 'running') await runs.finish(id, { status, endedAt: 2, error: null });
  return id;
}

test('a network goes on', async () => {
  const run = await aRun('run_a', { architecture: 'cnn-small' });

  expect(await takeOver(server.workspace, run)).toEqual({ run });
});

test('a head is begun anew, and the run that was cut is closed', async () => {
  const run = await aRun('run_b', { backbone: 'histograms' });

  expect(await takeOver(server.workspace, run)).toBeUndefined();
  expect(await server.workspace.catalog.runs.get(run)).toMatchObject({
    status: 'failed',
    error: { code: 'TRAINER_ENDED' },
  });
});

test('what was registered is not trained again', async () => {
  const run = await aRun('run_1', { backbone: 'histograms' }, 'succeeded');
  await aPublishedVersion(server.workspace);

  expect(await takeOver(server.workspace, run)).toMatchObject({ result: { run, model: 'pets', version: 1 } });
});

test('without a run there is nothing to take over', async () => {
  expect(await takeOver(server.workspace, undefined)).toBeUndefined();
});
