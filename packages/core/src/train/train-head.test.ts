/** @file Training on real pictures, with a real catalog and ONNX Runtime: what it learns, what it repeats, how it fails. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { TintypeError } from '@tintype/contracts/errors';
import { headKinds } from '@tintype/contracts/model';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { computeAccuracy } from '../model/probabilities.ts';
import { type InProcessPool, inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset, stripes, type TestPicture } from './testing.ts';
import { type TrainNeeds, type TrainRequest, trainHead } from './train-head.ts';

const classNames = ['across', 'along', 'wide'];
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
let pool: InProcessPool<PictureTasks>;
let hashes: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-train-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
  pool = inProcessPool<PictureTasks>(tasks);
  hashes = await fillDataset({ catalog, store, pool }, 'stripes', await somePictures(20));
  await fillDataset({ catalog, store, pool }, 'tiny', await somePictures(3));
  await fillDataset({ catalog, store, pool }, 'single', (await somePictures(4)).slice(0, 4));
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function somePictures(perClass: number): Promise<TestPicture[]> {
  const pictures: TestPicture[] = [];
  for (const [k, className] of classNames.entries())
    for (let n = 0; n < perClass; n += 1) {
      const raw = { width: 32, height: 32, channels: 3 } as const;
      const bytes = await sharp(stripes(k, n), { raw }).png().toBuffer();
      pictures.push({
        path: `${className}/${className}-x${createHash('md5').update(bytes).digest('hex')}.png`,
        className,
        bytes,
      });
    }
  return pictures;
}

const needs = (change: Partial<TrainNeeds> = {}): TrainNeeds => ({
  catalog,
  store,
  pool,
  clock,
  hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
  ...change,
});

const request = (change: Partial<TrainRequest> = {}): TrainRequest => ({
  ...trainOptionsSchema.parse({ dataset: 'stripes' }),
  limits,
  ...change,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof TintypeError ? error.code : `other: ${String(error)}`),
  );

test('a logistic head learns, and says how it was made', async () => {
  const stages: string[] = [];

  const run = await trainHead(needs(), request({ onProgress: (p) => stages.push(p.stage) }));

  const { test: split, snapshot } = run;
  expect(computeAccuracy(split.logits, split.truth, 3)).toBeGreaterThan(0.9);
  expect(split.truth.length).toBe(snapshot.counts.test);
  expect(run.head.hyperparameters).toMatchObject({ c: expect.any(Number), converged: true });
  expect(run.parity.samples.length).toBe(Math.min(32, snapshot.counts.test));
  expect(run.input).toEqual({ name: 'features', kind: 'features' });
  expect(new Set(stages)).toEqual(new Set(['snapshot', 'features', 'fit', 'calibrate']));
  expect(await catalog.runs.get(run.run.id)).toMatchObject({ status: 'running', snapshot: snapshot.id });
});

test('a second training on the same pictures decodes nothing', async () => {
  const { snapshot } = await trainHead(needs(), request());
  const watched = inProcessPool<PictureTasks>(tasks);

  await trainHead(needs({ pool: watched }), request({ snapshot: snapshot.id, head: 'knn' }));

  expect(watched.calls).toEqual([]);
});

test.each(headKinds)('the same snapshot and seed give the same %s graph, byte for byte', async (head) => {
  const first = await trainHead(needs(), request({ head }));
  const second = await trainHead(needs(), request({ head, snapshot: first.snapshot.id }));

  expect(sha256(second.graph)).toBe(sha256(first.graph));
  expect(second.parity).toEqual(first.parity);
  expect(second.run.id).not.toBe(first.run.id);
});

test('nearest neighbors learn too, and say that class weights do not apply', async () => {
  const notices: string[] = [];

  const run = await trainHead(
    needs(),
    request({ head: 'knn', classWeights: 'balanced', onNotice: (text) => notices.push(text) }),
  );

  expect(computeAccuracy(run.test.logits, run.test.truth, 3)).toBeGreaterThan(0.8);
  expect([1, 3, 5, 11, 21]).toContain(run.head.hyperparameters.k);
  expect(notices).toEqual([expect.stringContaining('Class weights')]);
});

test.each(headKinds)('three pictures per class are enough to get a %s answer', async (head) => {
  const run = await trainHead(needs(), request({ dataset: 'tiny', head }));

  expect(run.snapshot.counts).toEqual({ train: 3, validation: 3, test: 3 });
  expect(run.calibration.temperature).toBe(1);
  expect(run.test.logits.every(Number.isFinite)).toBe(true);
});

test('raw pixels are features too', async () => {
  const run = await trainHead(needs(), request({ backbone: 'pixels:16' }));

  expect(run.backbone).toMatchObject({ kind: 'pixels', name: 'pixels:16', dimensions: 768 });
  expect(run.input).toEqual({ name: 'features', kind: 'features' });
  expect(run.parity.samples.length).toBeGreaterThan(0);
});

test('a picture that cannot be decoded any more takes no part and is said', async () => {
  const broken = memoryStore();
  for (const [key, bytes] of store.objects) if (!key.startsWith('embeddings/')) broken.objects.set(key, bytes);
  broken.objects.set(objectKeys.source(hashes[0] as string), new TextEncoder().encode('not a picture'));
  const notices: string[] = [];

  const run = await trainHead(needs({ store: broken }), request({ onNotice: (text) => notices.push(text) }));

  expect(run.rejected).toEqual([{ contentHash: hashes[0], code: 'IMAGE_UNRECOGNIZED', detail: expect.any(String) }]);
  expect(notices).toEqual([expect.stringContaining('1 pictures could not be decoded')]);
});

test('a run that fails is recorded with its code, and a missing original names itself', async () => {
  const broken = memoryStore();
  for (const [key, bytes] of store.objects) if (!key.startsWith('embeddings/')) broken.objects.set(key, bytes);
  broken.objects.delete(objectKeys.source(hashes[3] as string));

  expect(await codeOf(trainHead(needs({ store: broken }), request()))).toBe('OBJECT_NOT_FOUND');

  const [last] = await catalog.runs.list();
  expect(last).toMatchObject({ status: 'failed', error: { code: 'OBJECT_NOT_FOUND' } });
  expect(last?.endedAt).not.toBeNull();
});

test('a cancelled run ends as cancelled', async () => {
  const controller = new AbortController();
  const onProgress: TrainRequest['onProgress'] = ({ stage }) => {
    if (stage === 'fit') controller.abort();
  };

  const training = trainHead(needs(), request({ seed: 5, onProgress, signal: controller.signal }));

  expect(await codeOf(training)).toBe('CANCELLED');
  const runs = await catalog.runs.list();
  expect(runs.filter((run) => run.status === 'cancelled' && run.error?.code === 'CANCELLED')).toHaveLength(1);
});

test.each<[string, Partial<TrainRequest>, string]>([
  ['one class only', { dataset: 'single' }, 'CLASSES_TOO_FEW'],
  ['no such dataset', { dataset: 'nothing' }, 'DATASET_NOT_FOUND'],
  ['no such snapshot', { snapshot: 'snap_0000000000000000' }, 'SNAPSHOT_NOT_FOUND'],
  ['no such backbone', { backbone: 'resnet' }, 'BACKBONE_UNKNOWN'],
])('%s ends before a run begins', async (_, change, code) => {
  const before = (await catalog.runs.list()).length;

  expect(await codeOf(trainHead(needs(), request(change)))).toBe(code);

  expect(await catalog.runs.list()).toHaveLength(before);
});
