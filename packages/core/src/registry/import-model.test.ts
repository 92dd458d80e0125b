/** @file Tests of imported models, with a real catalog: what the version says, what it does not, and what is refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSnapshot } from '../catalog/snapshot.ts';
import { thumbnailSignature } from '../catalog/thumbnail-signature.ts';
import { evaluateVersion } from '../evaluate/evaluate-version.ts';
import { parseManifest } from '../model/bundle.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { type ImportRequest, importModel } from './import-model.ts';

const fixtures = join(import.meta.dirname, '../model/formats/keras/fixtures');
const pool = inProcessPool<PictureTasks>(tasks);
let folder: string;
let catalog: Catalog;
let store: MemoryStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-import-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
});
afterEach(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const notices: string[] = [];
beforeEach(() => notices.splice(0));

const bring = (file: string, request: Partial<ImportRequest> = {}) =>
  importModel(
    { catalog, store, pool, clock },
    { path: join(fixtures, file), by: 'test', limits, onNotice: (text) => notices.push(text), ...request },
  );
const names = (...list: string[]) => ({ labels: { file: 'labels.txt', text: list.join('\n') } });

const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof TintypeError ? `${error.code} ${error.message}` : `other: ${String(error)}`),
  );

test('a Teachable Machine model needs nothing but its file, and says what is not known of it', async () => {
  const { version, promotion } = await bring('converted_keras.zip', { model: 'cups' });

  const unknown = {
    run: null,
    snapshot: null,
    accuracy: null,
    accuracyInterval: null,
    balancedAccuracy: null,
    macroF1: null,
  };
  expect(version).toMatchObject({
    model: 'cups',
    version: 1,
    classes: ['Cup', '2 spoons', 'Größe'],
    head: 'linear',
    ...unknown,
  });
  expect(await catalog.registry.getVersion('cups', 'champion')).toEqual(version);
  expect(await catalog.evaluations.list('cups', 1)).toEqual([]);
  expect(promotion).toBe('Made champion: the model had none yet.');
  expect(notices).toEqual([]);
});

test('its bundle holds how pictures are prepared: the square in the middle, from -1 to 1', async () => {
  const { version } = await bring('teachable-js');

  const bytes = await store.get(objectKeys.bundleFile(version.bundleHash, 'bundle.json'));
  const { backbone, metrics, snapshot } = parseManifest(bytes, version.bundleHash);
  expect(backbone.preprocessing).toMatchObject({ widthPx: 12, heightPx: 12, resize: 'crop', mean: [0.5, 0.5, 0.5] });
  expect({ metrics, snapshot }).toEqual({ metrics: null, snapshot: null });
});

test('pixels are 0 to 255 for a model that scales them itself, and a range that is assumed is said', async () => {
  const scaled = await bring('sequential.keras', names('a', 'b', 'c'));
  expect(notices).toEqual([]);
  await bring('nested.h5', names('a', 'b', 'c'));

  const bytes = await store.get(objectKeys.bundleFile(scaled.version.bundleHash, 'bundle.json'));
  const { std } = parseManifest(bytes, scaled.version.bundleHash).backbone.preprocessing;
  expect(std[0]).toBeCloseTo(1 / 255, 12);
  expect(notices).toEqual([
    'It does not say how pixels were scaled: -1 to 1 is assumed. If it was trained otherwise, say so with --pixels.',
  ]);
});

test('a second version does not become champion by itself', async () => {
  await bring('converted_keras.zip', { model: 'cups' });
  const { version, promotion } = await bring('teachable-js', { model: 'cups' });

  expect(version).toMatchObject({ version: 2, aliases: [] });
  expect(promotion).toBe('Not made champion: imported versions are promoted by hand.');
});

async function aSnapshot() {
  const raw = { width: 32, height: 32, channels: 3 } as const;
  const pictures: TestPicture[] = [];
  for (const [k, className] of ['across', 'along'].entries())
    for (let n = 0; n < 12; n += 1) {
      const bytes = await sharp(stripes(k, n), { raw }).png().toBuffer();
      pictures.push({ path: `${className}/${className}${n * 100}.png`, className, bytes });
    }
  await fillDataset({ catalog, store, pool }, 'stripes', pictures);
  const signature = thumbnailSignature({ store, pool }, { limits });
  const shares = { train: 0.7, validation: 0.15, test: 0.15 };
  return createSnapshot({ catalog, store, clock, signature }, { dataset: 'stripes', without: [], seed: 1, shares });
}

test('measured on a snapshot, the version has its figures and an evaluation', async () => {
  const snapshot = await aSnapshot();

  const { version } = await bring('functional.keras', { ...names('across', 'along'), snapshot });

  const [evaluation] = await catalog.evaluations.list(version.model, version.version);
  expect(version).toMatchObject({ snapshot: snapshot.id, run: null, accuracy: evaluation?.accuracy });
  expect(evaluation).toMatchObject({ on: `${snapshot.id}/test`, samples: snapshot.counts.test, model: 'functional' });
});

test('without a snapshot there is no test split to evaluate on', async () => {
  const { version } = await bring('functional.keras', names('across', 'along'));

  const refusal = await refusalOf(evaluateVersion({ catalog, store, pool, clock }, version, { limits }));
  expect(refusal).toContain('USAGE_INVALID functional@1 was imported and has no test split');
});

test('classes that are not named, or of another number, are refused, and nothing is registered', async () => {
  expect(await refusalOf(bring('functional.keras'))).toContain(
    'USAGE_INVALID functional.keras has 2 classes but does not name',
  );
  expect(await refusalOf(bring('nested.h5', names('a', 'b')))).toContain(
    'MODEL_FILE_INVALID labels.txt cannot be used: it names 2 classes, but the model has 3',
  );
  expect(await refusalOf(bring('nested.h5', names('a', 'b', 'b')))).toContain('MODEL_FILE_INVALID labels.txt');
  expect(await refusalOf(bring('nothing.h5'))).toContain(
    'MODEL_FILE_INVALID nothing.h5 cannot be used: it does not exist',
  );
  expect(await catalog.registry.list()).toEqual([]);
});

test.each([
  [new TintypeError('DEADLINE_EXCEEDED', { deadlineMs: 1 }), 'reading it did not end within 180 s'],
  [new TintypeError('CHILD_CRASHED', { reason: 'ran out of memory' }), 'the process that read it ran out of memory'],
])('a file that takes its process down is refused by name: %s', async (failure, why) => {
  const failing = { ...pool, run: () => Promise.reject(failure) };
  const request = { path: join(folder, 'evil.h5'), by: 'test', limits };

  const refusal = refusalOf(importModel({ catalog, store, pool: failing, clock }, request));

  expect(await refusal).toBe(`MODEL_FILE_INVALID evil.h5 cannot be used: ${why}.`);
});
