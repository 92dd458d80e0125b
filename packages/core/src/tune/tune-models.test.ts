/** @file Tuning on real pictures: heads are searched, the winner is registered, and a study goes on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { type TuneOptions, tuneOptionsSchema, tuneSummarySchema } from '@tintype/contracts/tune';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from '../train/testing.ts';
import { trainHead } from '../train/train-head.ts';
import { tasks as trainerTasks } from '../train/trainer-tasks.ts';
import { toTrainOptions } from './spaces.ts';
import { reportStudy } from './study-report.ts';
import { tasks as trialTasks } from './trial-tasks.ts';
import type { TrialTasks } from './trial-tasks.types.ts';
import { type TuneNeeds, type TuneRequest, tuneModels } from './tune-models.ts';

let folder: string;
let catalog: Catalog;
let store: ObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-tune-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = await openFileStore({ folder: join(folder, 'store') });
  const pictures: TestPicture[] = [];
  for (let n = 0; n < 45; n += 1) {
    const className = ['across', 'along', 'wide'][n % 3] as string;
    const bytes = await encodeJpeg({ data: stripes(n % 3, n), widthPx: 32, heightPx: 32 }, 90);
    pictures.push({ path: `${className}/${className}-x${n * 7919}.jpg`, className, bytes });
  }
  await fillDataset({ catalog, store, pool: inProcessPool<PictureTasks>(tasks) }, 'stripes', pictures);
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const needs = (): TuneNeeds => ({
  catalog,
  store,
  clock,
  pool: inProcessPool<PictureTasks>(tasks),
  trialPool: inProcessPool<TrialTasks>(trialTasks),
  trainer: inProcessTrainer(trainerTasks),
  runFolders: openRunFolders({ folder: join(folder, 'runs'), clock }),
  hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
});

const request = (change: Partial<TuneOptions & TuneRequest>): TuneRequest => ({
  ...tuneOptionsSchema.parse({ dataset: 'stripes', models: ['pixels:8'], budgetMs: 120_000 }),
  limits,
  by: 'test',
  ...change,
});

test('the best of the trials is registered, measured on a test split that none of them saw', async () => {
  const { summary, registration } = await tuneModels(needs(), request({ trials: 6, study: 'first' }));

  const trials = await catalog.studies.listTrials('first');
  const complete = trials.filter(({ status }) => status === 'complete');
  expect(tuneSummarySchema.parse(summary)).toEqual(summary);
  expect(trials).toHaveLength(6);
  expect(summary.best.value).toBe(Math.max(...complete.map(({ value }) => value as number)));
  expect(complete.every(({ intermediateValues }) => intermediateValues.length === 5)).toBe(true);
  expect(registration.version).toMatchObject({ model: 'stripes', aliases: ['champion'], snapshot: summary.snapshot });
  expect(await catalog.studies.get('first')).toMatchObject({ endedBecause: 'trials', heartbeatAt: null });
});

test('gates of a study are those of its winner, also when it goes on', async () => {
  await tuneModels(needs(), request({ trials: 1, study: 'gated', gates: ['min-size=8'] }));

  const { registration } = await tuneModels(needs(), request({ study: 'gated', resume: true, budgetMs: 0 }));

  expect((await catalog.runs.get(registration.version.run ?? '')).options.gates).toEqual(['min-size=8']);
});

test('equal seeds make equal trials, whatever the study is called', async () => {
  await tuneModels(needs(), request({ trials: 3, study: 'one', seed: 3 }));
  await tuneModels(needs(), request({ trials: 3, study: 'two', seed: 3 }));

  const [one, two] = await Promise.all(['one', 'two'].map((name) => catalog.studies.listTrials(name)));
  const bare = (trials: typeof one): unknown[] =>
    (trials ?? []).map(({ settings, value, status }) => ({ settings, value, status }));
  expect(bare(two)).toEqual(bare(one));
});

test('the settings of a trial train the model of the trial', async () => {
  const { summary } = await tuneModels(needs(), request({ trials: 2, study: 'third', promote: 'never' }));
  const { common } = await catalog.studies.get('third');

  const options = trainOptionsSchema.parse({ ...common, ...toTrainOptions(summary.best.settings) });
  const run = await trainHead(needs(), { ...options, limits });

  const version = await catalog.registry.getVersion('stripes', String(summary.winner.version));
  expect(run.head.kind).toBe(version.head);
  expect(summary.best.command).toContain(`--backbone ${options.backbone} --head ${options.head}`);
  expect(summary.best.command).toContain(`--snapshot ${summary.snapshot}`);
});

test('a resumed study keeps its trials and its snapshot, and gets more time', async () => {
  const first = await tuneModels(needs(), request({ trials: 1, study: 'again' }));
  const before = await catalog.studies.listTrials('again');

  const second = await tuneModels(needs(), request({ trials: 3, study: 'again', resume: true, budgetMs: 60_000 }));

  const after = await catalog.studies.listTrials('again');
  expect(after).toHaveLength(3);
  expect(after.slice(0, 1)).toEqual(before);
  expect(second.summary.snapshot).toBe(first.summary.snapshot);
  const study = await catalog.studies.get('again');
  expect(study.budgetMs - study.spentMs).toBeLessThanOrEqual(60_000);
});

test('a study without time is fruitless, and says so', async () => {
  const tuning = tuneModels(needs(), request({ budgetMs: 0, study: 'hasty' }));

  await expect(tuning).rejects.toMatchObject({ code: 'STUDY_FRUITLESS' });
});

test.each([
  ['a name that is taken', { study: 'first' }, 'STUDY_EXISTS'],
  ['a name that is not there', { study: 'nothing', resume: true }, 'STUDY_NOT_FOUND'],
  ['no such backbone', { models: ['resnet'] }, 'BACKBONE_UNKNOWN'],
] as const)('%s ends before a trial begins', async (_, change, code) => {
  const tuning = tuneModels(
    needs(),
    request({ ...change, models: [...('models' in change ? change.models : ['histograms'])] }),
  );

  await expect(tuning).rejects.toMatchObject({ code });
});

test('a report has a line for each trial with a value, and the command of each', async () => {
  const study = await catalog.studies.get('first');

  const report = reportStudy(study, await catalog.studies.listTrials('first'));

  expect(report.coordinates.axes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['model', 'head', 'logistic.c']),
  );
  expect(report.coordinates.lines).toHaveLength(6);
  expect(report.trials.every(({ command }) => command.startsWith('tintype train --snapshot snap_'))).toBe(true);
  expect(report.best).not.toBeNull();
});
