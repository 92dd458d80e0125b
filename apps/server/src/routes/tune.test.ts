/** @file Studies over HTTP: a list with the best of each, one with everything a page draws. */
import { studiesViewSchema, studyViewSchema } from '@tintype/contracts/api';
import type { Study, Trial } from '@tintype/contracts/tune';
import { buildSpace } from '@tintype/core/tune/spaces';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

const aStudy = (name: string, change: Partial<Study> = {}): Study => ({
  name,
  dataset: 'pets',
  snapshot: 'snap_1',
  metric: 'accuracy',
  scoring: 'folds',
  sampler: 'tpe',
  pruner: 'asha',
  seed: 1,
  models: ['histograms'],
  space: [...buildSpace(['histograms'])],
  common: { snapshot: 'snap_1', seed: 1 },
  budgetMs: 60_000,
  spentMs: 0,
  createdAt: 1000,
  heartbeatAt: null,
  endedBecause: null,
  ...change,
});

const aTrial = (study: string, number: number, value: number | null): Trial => ({
  study,
  number,
  settings: { model: 'histograms', head: 'logistic', 'logistic.c': 0.01, classWeights: 'none' },
  status: value === null ? 'running' : 'complete',
  value,
  interval: null,
  intermediateValues: [],
  note: null,
  errorCode: null,
  startedAt: 2000,
  endedAt: value === null ? null : 3000,
});

test('studies are listed, newest first, with their best trial and whether somebody works on them', async () => {
  const { studies } = server.workspace.catalog;
  await studies.create(aStudy('a'));
  await studies.create(aStudy('b', { createdAt: 2000, heartbeatAt: Date.now() }));
  for (const [number, value] of [0.7, 0.9, null].entries()) await studies.putTrial(aTrial('b', number, value));

  const { items } = studiesViewSchema.parse((await ask(server.address, '/api/studies')).json());

  expect(items.map(({ study, best, isLive }) => [study.name, best?.number ?? null, isLive])).toEqual([
    ['b', 1, true],
    ['a', null, false],
  ]);
  expect(items[0]?.trials).toEqual({ running: 1, complete: 2, pruned: 0, failed: 0 });
});

test('one study has its lines, its commands, and the job that works on it', async () => {
  const job = (
    await askJson(server.address, '/api/jobs', { kind: 'tune', input: { study: 'b', resume: true } })
  ).json();

  const view = studyViewSchema.parse((await ask(server.address, '/api/studies/b')).json());

  expect(view).toMatchObject({ isLive: true, job: job.id, report: { best: 1 } });
  expect(view.report.coordinates.lines).toHaveLength(2);
  expect(view.report.trials[1]?.command).toContain('tintype train --snapshot snap_1 --seed 1 --backbone histograms');
});

test('a study that is not there is said with those that are', async () => {
  const reply = await ask(server.address, '/api/studies/x');

  expect([reply.status, reply.json().code]).toEqual([404, 'STUDY_NOT_FOUND']);
  expect(reply.json().detail).toContain('"b"');
});
