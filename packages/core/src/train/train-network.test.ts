/** @file Training a network on real pictures, with a real catalog, worker threads and ONNX Runtime: what it learns, repeats, leaves. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import type { TrainEvent } from '@tintype/contracts/train-events';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { computeAccuracy } from '../model/probabilities.ts';
import { inProcessPool } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from './testing.ts';
import { trainHead } from './train-head.ts';
import { resumeNetwork, type TrainNetworkNeeds, type TrainNetworkRequest, trainNetwork } from './train-network.ts';
import type { TrainedRun } from './trained-run.types.ts';
import { tasks as trainerTasks } from './trainer-tasks.ts';

const classNames = ['across', 'along', 'wide'];
let folder: string;
let catalog: Catalog;
let store: ObjectStore;
const pool = inProcessPool<PictureTasks>(tasks);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-train-network-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = await openFileStore({ folder: join(folder, 'store') });
  await fillDataset({ catalog, store, pool }, 'stripes', await somePictures(24));
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Every fourth one is larger than the others. */
async function somePictures(perClass: number): Promise<TestPicture[]> {
  const pictures: TestPicture[] = [];
  for (const [k, className] of classNames.entries())
    for (let n = 0; n < perClass; n += 1) {
      const picture = sharp(stripes(k, n), { raw: { width: 32, height: 32, channels: 3 } });
      const bytes = await (n % 4 === 0 ? picture.resize(40, 40) : picture).png().toBuffer();
      const name = createHash('md5').update(bytes).digest('hex');
      pictures.push({ path: `${className}/${className}-x${name}.png`, className, bytes });
    }
  return pictures;
}

const needs = (change: Partial<TrainNetworkNeeds> = {}): TrainNetworkNeeds => ({
  catalog,
  store,
  pool,
  clock,
  hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
  trainer: inProcessTrainer(trainerTasks),
  runFolders: openRunFolders({ folder: join(folder, 'runs'), clock }),
  ...change,
});

const small = { architecture: 'cnn-small', sizePx: 16, batch: 16, epochs: 3, threads: 1, augment: 'light' };
const request = (change: Partial<TrainNetworkRequest> = {}): TrainNetworkRequest => ({
  ...trainOptionsSchema.parse({ dataset: 'stripes', ...small }),
  limits,
  ...change,
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof TintypeError ? error.code : `other: ${String(error)}`),
  );

/** A request that cancels itself at the first event for which `isIt`. */
function cancelling(
  isIt: (event: TrainEvent) => boolean,
  change: Partial<TrainNetworkRequest> = {},
): TrainNetworkRequest {
  const cancel = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (isIt(event)) cancel.abort();
  };
  return request({ ...change, onEvent, signal: cancel.signal });
}

const newestRun = async (): Promise<string> => (await catalog.runs.list())[0]?.id ?? '';

test('the folder of a run is held until its training has ended, well or not', async () => {
  const told: string[] = [];
  const runFolders = openRunFolders({ folder: join(folder, 'runs'), clock });
  const hold: typeof runFolders.hold = async (run) => {
    const held = await runFolders.hold(run);
    return {
      ...held,
      [Symbol.asyncDispose]: async () => {
        told.push('released');
        await held[Symbol.asyncDispose]();
      },
    };
  };
  const trainer: TrainNetworkNeeds['trainer'] = {
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      told.push('trained');
      throw new TintypeError('CANCELLED', {});
    },
  };

  const code = await codeOf(trainNetwork(needs({ runFolders: { ...runFolders, hold }, trainer }), request()));

  expect(code).toBe('CANCELLED');
  expect(told).toEqual(['trained', 'released']);
});

test.each(['cuda', 'dml'] as const)(
  'where "%s" cannot be used, training says so and names what can',
  async (provider) => {
    const code = await codeOf(trainNetwork(needs(), request({ provider })));

    // On a machine that has it, training must simply work.
    expect(['PROVIDER_UNAVAILABLE', 'no error']).toContain(code);
  },
);

test('a network learns from nothing, and says how it was made', async () => {
  const events: TrainEvent[] = [];

  const run = await trainNetwork(needs(), request({ epochs: 8, onEvent: (event) => events.push(event) }));

  expect(computeAccuracy(run.test.logits, run.test.truth, 3)).toBeGreaterThan(0.8);
  expect(run.backbone).toMatchObject({ kind: 'network', name: 'cnn-small', hash: 'scratch', dimensions: 192 });
  expect(run.head).toMatchObject({ kind: 'linear', hyperparameters: { epochs: 8, optimizer: 'adamw', train: 'all' } });
  expect(run.input).toEqual({ name: 'pixels', kind: 'pixels' });
  expect(run.parity.samples).toHaveLength(Math.min(32, run.snapshot.counts.test));
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['started', 'step', 'epoch', 'artifact', 'ended']),
  );
  expect(events.every((event) => event.run === run.run.id)).toBe(true);
});

test('the catalog knows every epoch, and files are kept with the run', async () => {
  const { run } = await trainNetwork(needs(), request());

  const epochs = await catalog.runs.epochs(run.id);
  const artifacts = await catalog.runs.artifacts(run.id);
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(epochs.some(({ isBest }) => isBest)).toBe(true);
  expect(artifacts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['contact-sheet', 'events']));
  expect(artifacts.every(({ path }) => existsSync(path))).toBe(true);
  expect(await catalog.runs.findProgress(run.id)).toMatchObject({ stage: 'evaluate', at: expect.any(Number) });
  expect(await catalog.runs.get(run.id)).toMatchObject({
    status: 'running',
    options: { ...small, optimizer: 'adamw' },
  });
});

test('the same snapshot, seed and options give the same graph, byte for byte; another seed another one', async () => {
  const first = await trainNetwork(needs(), request());
  const second = await trainNetwork(needs(), request({ snapshot: first.snapshot.id }));
  const other = await trainNetwork(needs(), request({ snapshot: first.snapshot.id, seed: 2 }));

  expect(sha256(second.graph)).toBe(sha256(first.graph));
  expect(second.parity).toEqual(first.parity);
  expect(sha256(other.graph)).not.toBe(sha256(first.graph));
});

test('a cancelled run is resumed and ends with the graph of one that was not', async () => {
  const straight = await trainNetwork(needs(), request());
  const snapshot = straight.snapshot.id;

  const code = await codeOf(
    trainNetwork(
      needs(),
      cancelling((e) => e.type === 'step' && e.epoch === 2, { snapshot }),
    ),
  );
  const run = await newestRun();
  const left = await catalog.runs.get(run);
  const resumed = await resumeNetwork(needs(), run, { limits });

  expect([code, left.status]).toEqual(['CANCELLED', 'cancelled']);
  expect(sha256(resumed.graph)).toBe(sha256(straight.graph));
  expect(resumed.run.id).toBe(run);
  expect((await catalog.runs.epochs(run)).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
});

test('what cannot be resumed says why', async () => {
  const { run } = await trainNetwork(needs(), request({ epochs: 1, warmup: 0 }));
  await catalog.runs.finish(run.id, { status: 'succeeded', endedAt: clock.now(), error: null });
  await catalog.runs.create({ ...run, id: 'run_head', options: { head: 'knn' }, status: 'failed' });

  expect(await codeOf(resumeNetwork(needs(), 'run_nowhere', { limits }))).toBe('RUN_NOT_FOUND');
  expect(await codeOf(resumeNetwork(needs(), run.id, { limits }))).toBe('RUN_NOT_RESUMABLE');
  expect(await codeOf(resumeNetwork(needs(), 'run_head', { limits }))).toBe('RUN_NOT_RESUMABLE');
});

test('pictures that a gate refuses take no part and are listed', async () => {
  const notices: string[] = [];

  const run = await trainNetwork(
    needs(),
    request({ require: ['min-size=40'], epochs: 1, warmup: 0, onNotice: (text) => notices.push(text) }),
  );

  const listed = (await catalog.runs.artifacts(run.run.id)).find(({ kind }) => kind === 'filtered');
  expect(run.rejected).toHaveLength(54);
  expect(run.rejected[0]).toMatchObject({ code: 'TOO_SMALL', detail: expect.stringContaining('32 x 32') });
  expect(notices).toEqual([expect.stringContaining('54 of 72 pictures take no part: 54 TOO_SMALL')]);
  expect(listed?.path).toMatch(/filtered\.json$/);
});

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

/** An ONNX backbone beside its preprocessing: what another training made. */
async function anOnnxBackbone(run: TrainedRun): Promise<string> {
  const path = join(folder, 'backbone.onnx');
  await writeFile(path, run.graph);
  await writeFile(join(folder, 'backbone.preprocessing.json'), JSON.stringify(run.backbone.preprocessing));
  return path;
}

test('an ONNX model is fine-tuned from a head that was fitted on its features', { timeout: 120_000 }, async () => {
  const from = await trainNetwork(needs(), request({ epochs: 2 }));
  const backbone = await anOnnxBackbone(from);
  const fine = {
    architecture: undefined,
    backbone,
    sizePx: undefined,
    epochs: 1,
    warmup: 0,
    snapshot: from.snapshot.id,
  };

  const frozen = await trainHead(needs(), request(fine));
  const still = await trainNetwork(needs(), request({ ...fine, train: 'all', learningRate: 1e-9 }));
  const moved = await trainNetwork(needs(), request({ ...fine, train: 'last:1', freezeBatchNorm: false }));

  expect(largestDifference(still.test.logits, frozen.test.logits)).toBeLessThan(1e-3);
  expect(largestDifference(moved.test.logits, frozen.test.logits)).toBeGreaterThan(0.01);
  expect(still.backbone).toMatchObject({ kind: 'network', name: 'backbone.onnx', dimensions: 192 });
  expect(still.head.hyperparameters).toMatchObject({ train: 'all', headWarmup: 0, freezeBatchNorm: true });
});

test('class weights, mixing, averages, sampling and accumulation all train', async () => {
  const run = await trainNetwork(
    needs(),
    request({
      classWeights: 'balanced',
      balancedSampling: true,
      mixup: 0.2,
      cutmix: 1,
      ema: 0.9,
      accumulate: 2,
      optimizer: 'sgd',
      labelSmoothing: 0,
      layerDecay: 0.8,
    }),
  );

  expect(run.test.logits.every(Number.isFinite)).toBe(true);
  expect(run.head.hyperparameters).toMatchObject({ mixup: 0.2, ema: 0.9, accumulate: 2, optimizer: 'sgd' });
});

test('a training that diverges is failed with the reason, and nothing is left to register', async () => {
  const code = await codeOf(
    trainNetwork(needs(), request({ learningRate: 50, clipNorm: 0, epochs: 30, optimizer: 'sgd' })),
  );

  expect(code).toBe('TRAINING_DIVERGED');
  expect(await catalog.runs.get(await newestRun())).toMatchObject({ status: 'failed', error: { code } });
});

test.each<[string, Partial<TrainNetworkRequest>, string]>([
  ['an architecture that is not there', { architecture: 'cnn-large' }, 'there is cnn-small'],
  ['a size that does not suit', { architecture: 'vit-tiny', sizePx: 40 }, 'multiple of 16'],
  ['a head alone on chance', { train: 'head' }, 'at random'],
  ['a warm-up that never ends', { headWarmup: 3 }, 'leaves none'],
  ['an augmentation that is not there', { augment: 'wild' }, 'no policy "wild"'],
  ['a backbone without a graph', { architecture: undefined, train: 'all' }, 'histograms is not'],
])('%s ends before a run begins', async (_, change, says) => {
  const before = (await catalog.runs.list()).length;

  await expect(trainNetwork(needs(), request(change))).rejects.toMatchObject({
    code: 'USAGE_INVALID',
    message: expect.stringContaining(says),
  });

  expect(await catalog.runs.list()).toHaveLength(before);
  expect(await readdir(join(folder, 'runs'))).not.toContain('undefined');
});
