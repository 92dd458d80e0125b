/** @file Tests of the export to Hugging Face's layout: what a bundle answers, the exported weights answer. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendHead } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { evaluationMode } from '@tintype/autograd/nn/network';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { createRandom } from '@tintype/autograd/random';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import { renderInference } from '@tintype/autograd/step/render-inference';
import type { State } from '@tintype/autograd/step/state';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import type { ModelVersion } from '@tintype/contracts/registry';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildVit, type VitShape } from '../model/architectures/vit.ts';
import { renderBundle, storeBundle } from '../model/bundle.ts';
import { loadHuggingFaceVit } from '../model/formats/hugging-face/load-vit.ts';
import { tasks as lightTasks } from '../model/light/light-tasks.ts';
import type { LightTasks } from '../model/light/light-tasks.types.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { stripes } from '../train/testing.ts';
import { exportHuggingFace } from './export-hugging-face.ts';
import { reportParity } from './report-parity.ts';

const classes = ['cat', 'dog', 'red panda'];
const sizePx = 16;
const plain: VitShape = { sizePx, patchPx: 8, width: 64, depth: 2, heads: 1, mlpRatio: 4, epsilon: 1e-6 };
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-hugging-face-'));
});
afterEach(() => rm(folder, { recursive: true }));

const build = (shape: VitShape, batch: number) =>
  buildVit(shape, { batch, classes: classes.length, sizePx, mode: evaluationMode });

/** Every parameter far from what it begins as. */
function randomState(shape: VitShape): State {
  const random = createRandom('state');
  return new Map(
    build(shape, 1).parameters.map(({ name, value }) => {
      const size = value.shape.reduce((product, dimension) => product * dimension, 1);
      const data = Float32Array.from({ length: size }, () => random() - 0.5);
      return [`parameters/${name}`, { shape: value.shape, data }];
    }),
  );
}

/** As a training ends: the network to its features, and its head with the temperature. */
function trainedGraph(shape: VitShape, state: State, temperature: number): OnnxModel {
  const of = (name: string): Float32Array => state.get(`parameters/head.${name}`)?.data ?? new Float32Array();
  const head = renderLinearHead({
    mean: new Float32Array(shape.width),
    scale: new Float32Array(shape.width).fill(1),
    weights: of('weight'),
    bias: of('bias'),
    temperature,
  });
  const network = renderInference((batch) => build(shape, batch), state);
  return appendHead(network, 'features', head, { dimensions: shape.width });
}

async function aVersion(graph: OnnxModel) {
  const store = memoryStore();
  const preprocessing = preprocessingSchema.parse({ widthPx: sizePx, heightPx: sizePx });
  const bundle = renderBundle({
    manifest: {
      model: 'pets',
      classes,
      backbone: { kind: 'network', name: 'vit', hash: 'scratch', preprocessing, dimensions: 64, inputName: 'pixels' },
      input: { name: 'pixels', kind: 'pixels' },
      head: { kind: 'linear', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: {},
    },
    graph: renderOnnx(graph),
    parity: { tolerance: 0, samples: [] },
    card: '# pets\n',
  });
  await storeBundle(store, bundle);
  return { store, version: { model: 'pets', version: 1, bundleHash: bundle.bundleHash } };
}

async function answer(graph: OnnxModel): Promise<Float32Array> {
  await using session = await openSession(renderOnnx(graph));
  const data = Float32Array.from({ length: 3 * sizePx * sizePx }, (_, i) => Math.sin(0.37 * i));
  const outputs = await session.run({ pixels: { type: 'float32', dims: [1, 3, sizePx, sizePx], data } }, ['logits']);
  return floatsOf(outputs, 'logits').slice();
}

test('a trained ViT is exported with its classes, and its logits are those of the bundle', async () => {
  const graph = trainedGraph(plain, randomState(plain), 2);
  const target = join(folder, 'pets');
  const { store, version } = await aVersion(graph);

  const { files, notices } = await exportHuggingFace({ store }, { version, folder: target });

  const names = ['config.json', 'model.safetensors', 'preprocessor_config.json'];
  expect(files.map(({ name }) => name)).toEqual(names);
  expect((await readdir(target)).toSorted()).toEqual(names);
  expect(notices).toEqual([]);
  expect(JSON.parse(await readFile(join(target, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['ViTForImageClassification'],
    label2id: { cat: 0, dog: 1, 'red panda': 2 },
  });
  const { shape, state } = await loadHuggingFaceVit({ hub }, target);
  const theirs = await answer(renderInference((batch) => build(shape, batch), state));
  const ours = await answer(graph);
  expect(Math.max(...ours.map((value, n) => Math.abs(value - (theirs[n] as number))))).toBeLessThan(1e-5);
});

test('what was exported is read back and answers the pictures of the snapshot as the version does', async () => {
  const { store, version } = await aVersion(trainedGraph(plain, randomState(plain), 2));
  const target = join(folder, 'pets');
  await exportHuggingFace({ store }, { version, folder: target });
  const contentHashes = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  for (const [n, hash] of contentHashes.entries()) {
    const raw = { width: 32, height: 32, channels: 3 } as const;
    await store.put(objectKeys.source(hash), await sharp(stripes(0, n), { raw }).png().toBuffer());
  }
  const entries = contentHashes.map((contentHash) => ({
    sampleId: contentHash,
    contentHash,
    className: 'cat',
    split: 'test' as const,
  }));
  const snapshots = { entries: async () => entries } as unknown as Catalog['snapshots'];

  const report = await reportParity(
    {
      catalog: { snapshots },
      store,
      pool: inProcessPool<PictureTasks>(tasks),
      lightPool: inProcessPool<LightTasks>(lightTasks),
    },
    {
      version: { ...version, snapshot: 'snap' } as ModelVersion,
      folder: target,
      layout: 'hugging-face',
      limits: defaultPictureLimits,
    },
  );

  expect(report).toMatchObject({ pictures: 3, top1Agreement: 1 });
  expect(report.largestDifference).toBeLessThan(1e-5);
  expect(JSON.parse(await readFile(join(target, 'parity-report.json'), 'utf8'))).toEqual(report);
});

test('a model that is no vision transformer has no such layout', async () => {
  const small = { ...plain, width: 32 };
  const { store, version } = await aVersion(trainedGraph(small, randomState(small), 1));

  const error = await exportHuggingFace({ store }, { version, folder: join(folder, 'x') }).catch((e: unknown) => e);

  expect(error).toBeInstanceOf(TintypeError);
  expect(error).toMatchObject({ code: 'USAGE_INVALID' });
  expect(await readdir(folder)).toEqual([]);
});
