/** @file From a trained version to what is read out of its answers, with a real catalog: kept at registration, by an evaluation, by scoring. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareVersions } from '../evaluate/compare-versions.ts';
import { evaluateVersion } from '../evaluate/evaluate-version.ts';
import { findAnswers, reportVersion } from '../evaluate/report-version.ts';
import { scoreDataset } from '../evaluate/score-dataset.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { trainHead } from '../train/train-head.ts';
import { registerRun } from './register-run.ts';
import { traceLineage } from './trace-lineage.ts';

const raw = { width: 32, height: 32, channels: 3 } as const;
const pool = inProcessPool<PictureTasks>(tasks);
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
let first: ModelVersion;
let second: ModelVersion;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-kept-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
  await fillDataset({ catalog, store, pool }, 'stripes', await render(16, 0));
  first = await register(1);
  await fillDataset({ catalog, store, pool }, 'stripes', await render(4, 900));
  second = await register(2);
});
afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function render(count: number, seed: number): Promise<TestPicture[]> {
  const rendered: TestPicture[] = [];
  for (const [k, className] of ['across', 'along'].entries())
    for (let n = 0; n < count; n += 1) {
      const picture = sharp(stripes(k, seed + n), { raw });
      rendered.push({ path: `${className}/${seed + n}.png`, className, bytes: await picture.png().toBuffer() });
    }
  return rendered;
}

const needs = () => ({ catalog, store, pool, clock, hub });

async function register(seed: number): Promise<ModelVersion> {
  const options = trainOptionsSchema.parse({ dataset: 'stripes', model: 'stripes', seed });
  const run = await trainHead(needs(), { ...options, limits });
  return (await registerRun(needs(), run, { by: 'test', limits, promote: 'always' })).version;
}

const namesOf = (on: 'test' | 'unseen', version = first): Promise<{ total: number }> =>
  findAnswers({ catalog }, version, { on });

test('a version is registered with its answers for the test split, and the report agrees with the evaluation', async () => {
  const [evaluation] = await catalog.evaluations.list('stripes', 1);

  const report = await reportVersion({ catalog }, first, { on: 'test' });

  expect(report.pictures).toBe(evaluation?.samples);
  expect(report.accuracy).toBeCloseTo(evaluation?.accuracy ?? Number.NaN, 12);
  expect(report.accuracyInterval).toEqual(evaluation?.accuracyInterval);
  expect(report.temperature).toBe(evaluation?.calibration.temperature);
  const counted = report.thresholds.map(({ className, pictures }) => [className, pictures]);
  expect(counted).toEqual(evaluation?.classes.map(({ className, support }) => [className, support]));
});

test('an evaluation in children keeps the answers that registration kept', async () => {
  const before = await catalog.samplePredictions.ofSample(
    (await findAnswers({ catalog }, first, { on: 'test' })).sampleIds[0] ?? '',
  );

  await evaluateVersion(needs(), first, { limits });

  const [sampleId = ''] = (await findAnswers({ catalog }, first, { on: 'test' })).sampleIds;
  const after = (await catalog.samplePredictions.ofSample(sampleId)).filter(({ version }) => version === 1);
  const own = before.filter(({ version }) => version === 1);
  expect(after.map(({ predicted }) => predicted)).toEqual(own.map(({ predicted }) => predicted));
  expect(after[0]?.confidence).toBeCloseTo(own[0]?.confidence ?? Number.NaN, 5);
});

test('scoring answers for the whole dataset once, and what came later counts as unseen', async () => {
  const before = await namesOf('unseen');
  const told: number[] = [];

  const summary = await scoreDataset(needs(), first, {
    dataset: 'stripes',
    limits,
    onProgress: (done) => told.push(done),
  });
  const again = await scoreDataset(needs(), first, { dataset: 'stripes', limits });

  expect(summary).toMatchObject({ model: 'stripes', version: 1, dataset: 'stripes', rejected: 0 });
  expect(summary.scored + summary.known).toBe(40);
  expect(told.at(-1)).toBe(40);
  expect(again).toMatchObject({ scored: 0, known: 40 });
  expect((await namesOf('unseen')).total).toBe(before.total + 8);
  expect((await namesOf('test')).total).toBe(before.total);
});

test('two versions are compared on what neither was trained on', async () => {
  await scoreDataset(needs(), second, { dataset: 'stripes', limits });

  const comparison = await compareVersions({ catalog }, second, first);
  const mirrored = await compareVersions({ catalog }, first, second);

  const { bothRight, onlyOwnRight, onlyOtherRight, bothWrong, pictures } = comparison;
  expect(pictures).toBeGreaterThan(0);
  expect(pictures).toBeLessThanOrEqual((await namesOf('unseen', second)).total);
  expect(bothRight + onlyOwnRight + onlyOtherRight + bothWrong).toBe(pictures);
  expect(mirrored).toMatchObject({
    bothRight,
    onlyOwnRight: onlyOtherRight,
    onlyOtherRight: onlyOwnRight,
    p: comparison.p,
  });
  expect(comparison.unanswered).toEqual([]);
});

test('the lineage leads to the run, the snapshot and those who labeled it', async () => {
  const lineage = await traceLineage({ catalog }, first);

  expect(lineage.run?.id).toBe(first.run);
  expect(lineage.snapshot?.id).toBe(first.snapshot);
  expect(lineage.labelers).toEqual([{ annotator: 'test', source: 'folder', labels: 32, firstAt: 1, lastAt: 1 }]);
  expect(lineage.moves.map(({ version, previous }) => [version, previous])).toEqual([
    [2, 1],
    [1, null],
  ]);
});
