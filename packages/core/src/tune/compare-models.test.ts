/** @file The bake-off on real pictures: what it measures, what it leaves behind, and its winner registered. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { compareOptionsSchema, comparisonSchema } from '@tintype/contracts/compare';
import { bundleManifestSchema } from '@tintype/contracts/model';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from '../train/testing.ts';
import type { TrainNetworkNeeds } from '../train/train-network.ts';
import { tasks as trainerTasks } from '../train/trainer-tasks.ts';
import { type CompareRequest, compareModels } from './compare-models.ts';
import { trainBest } from './train-best.ts';

let folder: string;
let catalog: Catalog;
let store: ObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-compare-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = await openFileStore({ folder: join(folder, 'store') });
  const pictures: TestPicture[] = [];
  for (let n = 0; n < 60; n += 1) {
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

const needs = (): TrainNetworkNeeds => ({
  catalog,
  store,
  clock,
  pool: inProcessPool<PictureTasks>(tasks),
  trainer: inProcessTrainer(trainerTasks),
  runFolders: openRunFolders({ folder: join(folder, 'runs'), clock }),
  hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
});

const request = (change: Partial<CompareRequest> = {}): CompareRequest => ({
  ...compareOptionsSchema.parse({ models: ['histograms', 'pixels:8'], heads: ['logistic', 'knn'] }),
  limits,
  ...change,
});

test('every model is measured on the same pictures, the best on validation first, and nothing is registered', async () => {
  const comparison = await compareModels(needs(), request());

  const { contenders, recommended } = comparison;
  expect(comparisonSchema.parse(comparison)).toEqual(comparison);
  expect(contenders).toHaveLength(4);
  expect(contenders.map(({ validation }) => validation.accuracy)).toEqual(
    contenders.map(({ validation }) => validation.accuracy).toSorted((a, b) => b - a),
  );
  expect(contenders.every(({ pictureMs, sizeBytes }) => pictureMs > 0 && sizeBytes > 1000)).toBe(true);
  expect(contenders.map(({ onTest }) => onTest === null)).toEqual([true, false, false, false]);
  expect(contenders.map(({ name }) => name)).toContain(recommended.name);
  expect(await catalog.registry.list()).toEqual([]);
  const runs = await catalog.runs.list();
  expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'succeeded'));
});

test('the winner is registered, as it was compared', async () => {
  const { comparison, registration } = await trainBest(needs(), { ...request(), by: 'test', model: 'auto' });

  const chosen = comparison.contenders.find(({ name }) => name === comparison.recommended.name);
  expect(registration.version).toMatchObject({ model: 'auto', version: 1, run: chosen?.run, aliases: ['champion'] });
  expect(registration.summary.accuracy).toBeCloseTo(chosen?.test.accuracy ?? 0, 12);
  expect(registration.version.sizeBytes).toBeCloseTo(chosen?.sizeBytes ?? 0, -2);
  expect(new Set((await catalog.runs.list()).map(({ status }) => status))).toEqual(new Set(['succeeded']));
});

test('gates are kept in the winner, and neither change how long a picture takes nor who wins', async () => {
  const { comparison, registration } = await trainBest(needs(), {
    ...request({ gates: ['min-size=8', 'unknown=0.9'], heads: ['knn'] }),
    by: 'test',
    model: 'gated',
  });

  const bytes = await store.get(objectKeys.bundleFile(registration.version.bundleHash, 'bundle.json'));
  const { gates } = bundleManifestSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  expect(gates?.map(({ kind }) => kind)).toEqual(['min-size', 'unknown']);
  expect((await catalog.runs.get(registration.version.run ?? '')).options.gates).toEqual(['min-size=8', 'unknown=0.9']);
  expect(comparison.contenders[0]?.command).toMatch(/ --gate min-size=8 unknown=0\.9$/);
});

test('what the budget has no time for is left out and said; with nothing left, so is that', async () => {
  let shift = 0;
  const late = { ...clock, now: () => clock.now() + shift };
  const onContender = (): void => {
    shift = 60_000;
  };
  const some = await compareModels({ ...needs(), clock: late }, request({ budgetMs: 60_000, onContender }));
  const none = compareModels(needs(), request({ budgetMs: 0 }));

  expect(some.left.map(({ name }) => name)).toEqual(['pixels:8 logistic', 'histograms knn', 'pixels:8 knn']);
  expect(some.left[0]).toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'The budget ended.' });
  expect(some.recommended).toEqual({ name: 'histograms logistic', reason: 'It is the only one.' });
  await expect(none).rejects.toMatchObject({
    code: 'COMPARISON_FRUITLESS',
    message: 'No model could be compared: The budget ended.',
  });
});

test('a backbone that is not there ends it before anything is trained', async () => {
  const before = (await catalog.runs.list()).length;

  const comparing = compareModels(needs(), request({ models: ['histograms', 'none.onnx'] }));

  await expect(comparing).rejects.toMatchObject({ code: 'BACKBONE_UNKNOWN' });
  expect(await catalog.runs.list()).toHaveLength(before);
});

test('a comparison that is cancelled leaves no run open', async () => {
  const stop = new AbortController();
  const onContender = (): void => stop.abort();

  const comparing = compareModels(needs(), request({ onContender, signal: stop.signal }));

  await expect(comparing).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await catalog.runs.list()).filter(({ status }) => status === 'running')).toEqual([]);
});
