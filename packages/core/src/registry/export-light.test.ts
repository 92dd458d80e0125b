/** @file Light models with a real catalog: what is measured and written, what is refused, what becomes a version. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { floats, onnxModel, onnxNode, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { evaluateVersion } from '../evaluate/evaluate-version.ts';
import { readBundle } from '../model/bundle.ts';
import { tasks as lightTasks } from '../model/light/light-tasks.ts';
import type { LightTasks } from '../model/light/light-tasks.types.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { trainHead } from '../train/train-head.ts';
import { exportLight, type LightRequest } from './export-light.ts';
import { registerRun } from './register-run.ts';
import { reportParity } from './report-parity.ts';

const pool = inProcessPool<PictureTasks>(tasks);
const lightPool = inProcessPool<LightTasks>(lightTasks);
const raw = { width: 32, height: 32, channels: 3 } as const;
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
let version: ModelVersion;
let target: string;
let tests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-light-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
  await fillDataset({ catalog, store, pool }, 'stripes', await render());
  version = await train('conv', aConvolution());
});

beforeEach(() => {
  tests += 1;
  target = join(folder, `export-${tests}`);
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function render(): Promise<TestPicture[]> {
  const rendered: TestPicture[] = [];
  for (const [k, className] of ['across', 'along'].entries())
    for (let n = 0; n < 40; n += 1) {
      const bytes = await sharp(stripes(k, n), { raw }).png().toBuffer();
      rendered.push({ path: `${className}/${className}${n * 100}.png`, className, bytes });
    }
  return rendered;
}

/** Waves along each axis, four of each, then all of them mixed, averaged over the picture. */
function aConvolution(): OnnxModel {
  const [channels, size] = [8, 8];
  const waves = Float32Array.from({ length: channels * 3 * size * size }, (_, i) => {
    const channel = Math.floor(i / (3 * size * size));
    const at = channel % 2 === 0 ? i % size : Math.floor(i / size) % size;
    return Math.sin((2 * Math.PI * at) / 4 + (channel >> 1) * 0.8) / 12;
  });
  const mixing = Float32Array.from({ length: channels * channels }, (_, i) => (i % 9 === 0 ? 1 : Math.sin(i) / 20));
  return onnxModel({
    name: 'conv',
    inputs: [onnxValue('x', 'float32', ['N', 3, 32, 32])],
    outputs: [onnxValue('features', 'float32', ['N', channels])],
    initializers: [floats('w', [channels, 3, size, size], waves), floats('mix', [channels, channels, 1, 1], mixing)],
    nodes: [
      onnxNode('Conv', ['x', 'w'], ['c'], { kernel_shape: [size, size], strides: [2, 2] }),
      onnxNode('Relu', ['c'], ['r']),
      onnxNode('Conv', ['r', 'mix'], ['m'], { kernel_shape: [1, 1] }),
      onnxNode('Relu', ['m'], ['s']),
      onnxNode('GlobalAveragePool', ['s'], ['g']),
      onnxNode('Flatten', ['g'], ['features']),
    ],
  });
}

const needs = () => ({ catalog, store, pool, lightPool, clock, hub });

async function train(model: string, graph?: OnnxModel): Promise<ModelVersion> {
  const backbone = graph ? join(folder, `${model}.onnx`) : 'histograms';
  if (graph) {
    await writeFile(backbone, renderOnnx(graph));
    await writeFile(join(folder, `${model}.preprocessing.json`), '{"widthPx": 32, "heightPx": 32}');
  }
  const run = await trainHead(needs(), {
    ...trainOptionsSchema.parse({ dataset: 'stripes', backbone, model }),
    limits,
  });
  return (await registerRun(needs(), run, { by: 'test', limits })).version;
}

const exportAs = (form: 'int8' | 'fp16', options: Partial<LightRequest> = {}) =>
  exportLight(needs(), { version, folder: target, form, by: 'test', limits, calibration: 20, ...options });

const failureOf = (promise: Promise<unknown>): Promise<TintypeError> =>
  promise.then(
    () => Promise.reject(new Error('nothing failed')),
    (error: unknown) => (error instanceof TintypeError ? error : Promise.reject(error)),
  );

test.each(['int8', 'fp16'] as const)('%s: a bundle of its own that says what it cost', async (form) => {
  const { light, bundleHash, files } = await exportAs(form);

  const { manifest, parity } = await readBundle(target, bundleHash);
  expect(manifest.light).toEqual(light);
  expect(light).toMatchObject({
    method: form === 'int8' ? 'int8-static' : 'fp16',
    of: version.bundleHash,
    on: `${version.snapshot}/test`,
    calibrationPictures: form === 'int8' ? 20 : 0,
  });
  expect(light.accuracyBefore.accuracy - light.accuracyAfter.accuracy).toBeLessThanOrEqual(0.005);
  expect(light.parity.pictures).toBe(80);
  expect(light.parity.largestDifference).toBeGreaterThan(0);
  expect(light.parity.top1Agreement).toBeGreaterThan(0.9);
  expect(manifest.metrics?.accuracy).toBe(light.accuracyAfter.accuracy);
  expect(parity.samples.length).toBe(32);
  expect(files.map(({ name }) => name)).toContain('model.onnx');
  expect(await readFile(join(target, 'model-card.md'), 'utf8')).toContain('## A light form');
});

test('the same export gives the same bytes', async () => {
  const first = await exportAs('int8');
  const second = await exportAs('int8', { folder: `${target}-again` });

  expect(second.bundleHash).toBe(first.bundleHash);
});

test('registered, it is a version that evaluates as it did, and no alias moves', async () => {
  const { version: light, bundleHash } = await exportAs('int8', { register: true });

  expect(light).toMatchObject({ model: 'conv', version: 2, bundleHash, run: version.run, aliases: [] });
  expect((await catalog.registry.getVersion('conv', 'champion')).version).toBe(1);
  const again = await evaluateVersion(needs(), light as ModelVersion, { limits });
  expect(again.accuracy).toBe(light?.accuracy);
});

test('a light model that answers worse than allowed is refused with both accuracies, and nothing is written', async () => {
  const broken: typeof lightPool = {
    ...lightPool,
    run: async (task, input, options) => {
      const output = await lightPool.run(task, input, options);
      if (task !== 'measureSpreads') return output;
      // Every range shrunk to nothing: all answers become alike.
      const spreads = output as LightTasks['measureSpreads']['output'];
      for (const spread of Object.values(spreads)) Object.assign(spread, { range: { low: 0, high: 1e-6 } });
      return output;
    },
  };

  const failure = await failureOf(
    exportLight(
      { ...needs(), lightPool: broken },
      { version, folder: target, form: 'int8', by: 'test', limits, calibration: 20 },
    ),
  );

  expect(failure.code).toBe('QUANTIZATION_REFUSED');
  expect(failure.details).toMatchObject({
    model: 'conv@1',
    method: 'int8-static',
    accuracyBefore: version.accuracy,
    maxDrop: 0.5,
  });
  expect(failure.message).toMatch(/at most 0.5 are allowed/);
  expect((await readdir(folder)).filter((name) => name.startsWith(`export-${tests}`))).toEqual([]);
});

test('a model without a network is refused with the reason', async () => {
  const histograms = await train('histograms');

  const failure = await failureOf(exportAs('int8', { version: histograms }));

  expect(failure).toMatchObject({ code: 'LIGHT_UNSUPPORTED', details: { model: 'histograms' } });
});

test('a light model has no lighter form, and an imported one without pictures none that could be measured', async () => {
  const { version: light } = await exportAs('fp16', { register: true });
  const twice = await failureOf(exportAs('int8', { version: light as ModelVersion, folder: `${target}-twice` }));
  const imported = await failureOf(
    exportAs('int8', { version: { ...version, snapshot: null }, folder: `${target}-imported` }),
  );

  expect([twice.code, imported.code]).toEqual(['USAGE_INVALID', 'USAGE_INVALID']);
  expect(twice.message).toContain('is a light model already');
  expect(imported.message).toContain('cannot be measured');
});

test('a bundle that, read back, answers otherwise than it did is not written', async () => {
  const asked: string[] = [];
  const broken: typeof pool = {
    ...pool,
    run: async (task, input, options) => {
      const output = await pool.run(task, input, options);
      if (task !== 'classify') return output;
      const { bundleHash } = input as PictureTasks['classify']['input'];
      if (!asked.includes(bundleHash)) asked.push(bundleHash);
      // The version, its draft, and then what would be written.
      if (asked.indexOf(bundleHash) === 2) (output as PictureTasks['classify']['output']).probabilities?.reverse();
      return output;
    },
  };

  const request = { version, folder: target, form: 'fp16', by: 'test', limits } as const;
  const failure = await failureOf(exportLight({ ...needs(), pool: broken }, request));

  expect(failure.code).toBe('PARITY_FAILED');
  expect((await readdir(folder)).filter((name) => name.startsWith(`export-${tests}`))).toEqual([]);
});

test('training pictures of which none can be decoded are no calibration', async () => {
  const blind: typeof pool = {
    ...pool,
    run: async (task, input, options) => {
      if (task === 'pixels') throw new TintypeError('IMAGE_CORRUPT', {});
      return pool.run(task, input, options);
    },
  };

  const request = { version, folder: target, form: 'int8', by: 'test', limits } as const;
  const failure = await failureOf(exportLight({ ...needs(), pool: blind }, request));

  expect(failure).toMatchObject({ code: 'USAGE_INVALID', message: expect.stringContaining('could be decoded') });
});

test('it tells how far it is', async () => {
  const stages: string[] = [];

  await exportAs('int8', { onProgress: ({ stage, done, total }) => void (done === total && stages.push(stage)) });

  expect([...new Set(stages)]).toEqual(['calibrate', 'rewrite', 'measure', 'compare']);
});

test('an export as it is is compared with the registered version, and the report lies beside it', async () => {
  const { exportBundle } = await import('./export-bundle.ts');
  await exportBundle({ store }, { version, folder: target });

  const report = await reportParity(needs(), { version, folder: target, layout: 'bundle', pictures: 12, limits });

  expect(report).toEqual({ pictures: 12, top1Agreement: 1, largestDifference: 0 });
  expect(JSON.parse(await readFile(join(target, 'parity-report.json'), 'utf8'))).toEqual(report);
});
