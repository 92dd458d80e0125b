/** @file Tests of features from a registered bundle: those that its training had, and none where they would have seen the labels. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendHead } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { floats, onnxModel, onnxNode, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { BundleManifest } from '@tintype/contracts/model';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { expect, onTestFinished, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';
import { renderBundle, storeBundle } from './bundle.ts';
import { resolveBundleBackbone } from './bundle-backbone.ts';
import { featureSourceOf, loadFeatures } from './feature-cache.ts';
import { computeFeaturesKey } from './features-key.ts';
import { histogramBackbone } from './histogram-backbone.ts';
import { tasks } from './picture-tasks.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from './resolve-backbone.ts';
import { inProcessPool, memoryStore } from './testing.ts';

const pool = inProcessPool<PictureTasks>(tasks);
const noHub = { fetchFile: () => Promise.reject(new Error('not asked')), findFile: async () => undefined };

/** The mean color of a picture, classified. */
const eye = onnxModel({
  name: 'eye',
  inputs: [onnxValue('pixels', 'float32', ['N', 3, 'S', 'S'])],
  outputs: [onnxValue('logits', 'float32', ['N', 2])],
  initializers: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6]), floats('b', [2], [0, 0])],
  nodes: [
    onnxNode('GlobalAveragePool', ['pixels'], ['pooled']),
    onnxNode('Flatten', ['pooled'], ['flat'], { axis: 1 }),
    onnxNode('Gemm', ['flat', 'w', 'b'], ['logits']),
  ],
});

async function aTrainedFile(): Promise<ResolvedBackbone> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-eye-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'eye.onnx');
  await writeFile(path, renderOnnx(eye));
  return resolveBackbone({ hub: noHub, pool }, path);
}

/** A bundle of that backbone with a head behind it, and one stored picture. */
async function aStore({ backbone, shape }: ResolvedBackbone, changes: Partial<BundleManifest> = {}) {
  const [mean, scale] = [new Float32Array(3), new Float32Array(3).fill(1)];
  const head = renderLinearHead({ mean, scale, weights: Float32Array.of(1, 0, 0, 0, 1, 0), bias: [0, 0] });
  const rendered = renderBundle({
    manifest: {
      model: 'colors',
      classes: ['red', 'green'],
      backbone,
      input: { name: 'pixels', kind: 'pixels' },
      head: { kind: 'logistic', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: 'run_1',
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: {},
      ...changes,
    },
    graph: renderOnnx(appendHead(eye, backbone.featureOutput as string, head, { dimensions: 3, shape })),
    parity: { tolerance: 1e-5, samples: [] },
    card: '# colors\n',
  });
  const store = memoryStore();
  await storeBundle(store, rendered);
  const contentHash = 'a'.repeat(64);
  const bytes = await aPicture({ widthPx: 40, heightPx: 30 }).png().toBuffer();
  await store.put(objectKeys.source(contentHash), bytes);
  return { store, version: rendered, contentHashes: [contentHash] };
}

test('a frozen backbone gives the features of its training, also where its file is gone, and shares their cache', async () => {
  const trained = await aTrainedFile();
  const { store, version, contentHashes } = await aStore(trained);

  const found = (await resolveBundleBackbone({ pool, store }, version)) as ResolvedBackbone;
  const before = await loadFeatures(
    { store: (await aStore(trained)).store, pool },
    { ...featureSourceOf(trained), contentHashes },
  );
  const features = await loadFeatures({ store, pool }, { ...featureSourceOf(found), contentHashes });
  const again = await loadFeatures({ store, pool }, { ...featureSourceOf(trained), contentHashes });

  expect(computeFeaturesKey(found.backbone)).toBe(computeFeaturesKey(trained.backbone));
  expect([...features.rows]).toEqual([...before.rows]);
  expect(again.extracted).toBe(0);
});

test('an imported model has features of its own', async () => {
  const trained = await aTrainedFile();
  const backbone = { ...trained.backbone, kind: 'network' as const };
  const { store, version, contentHashes } = await aStore(trained, { backbone, run: null });

  const found = (await resolveBundleBackbone({ pool, store }, version)) as ResolvedBackbone;
  const features = await loadFeatures({ store, pool }, { ...featureSourceOf(found), contentHashes });

  expect(found.backbone.hash).toBe(found.within?.hash);
  expect(features.extracted).toBe(1);
});

test.each([
  ['was trained on the labels', { kind: 'network' as const }, {}],
  ['is built in', histogramBackbone, { input: { name: 'features', kind: 'features' as const } }],
  ['gives other features than it says', { dimensions: 4 }, {}],
])('a backbone that %s gives none', async (_, differs, changes) => {
  const trained = await aTrainedFile();
  const { store, version } = await aStore(trained, { backbone: { ...trained.backbone, ...differs }, ...changes });

  expect(await resolveBundleBackbone({ pool, store }, version)).toBeUndefined();
});
