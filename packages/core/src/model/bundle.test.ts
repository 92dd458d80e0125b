/** @file Tests of the bundle: every kind of damage is found before anything of it is used. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';
import {
  type BundleParts,
  manifestFile,
  type RenderedBundle,
  readBundle,
  renderBundle,
  storeBundle,
} from './bundle.ts';
import { openClassifier } from './classifier.ts';
import { histogramBackbone } from './histogram-backbone.ts';
import { memoryStore } from './testing.ts';

const { dimensions } = histogramBackbone;
const zeros = new Float32Array(dimensions);

/** A histogram model of two classes that always answers 0.5. */
function someParts(): BundleParts {
  const head = renderLinearHead({
    mean: zeros,
    scale: zeros.map(() => 1),
    weights: new Float32Array(2 * dimensions),
    bias: [0, 0],
  });
  return {
    manifest: {
      model: 'fruit',
      classes: ['apple', 'pear'],
      backbone: histogramBackbone,
      input: { name: 'features', kind: 'features' },
      head: { kind: 'logistic', hyperparameters: { c: 0.1 } },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: 'snap_0123456789abcdef',
      run: 'run_1',
      seed: 1,
      metrics: { accuracy: 0.5, accuracyInterval: [0.4, 0.6], balancedAccuracy: 0.5, macroF1: 0.5 },
      createdAt: 1,
      versions: { tintype: '0' },
    },
    graph: renderOnnx(head),
    parity: { tolerance: 1e-5, samples: [{ contentHash: 'ab', probabilities: [0.5, 0.5] }] },
    card: '# fruit\n',
  };
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-bundle-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function writeBundle(bundle: RenderedBundle): Promise<void> {
  for (const [name, content] of bundle.files) await writeFile(join(folder, name), content);
}

/** The bundle with another manifest that has its own right hash: what a mistaken or hostile maker would hand over. */
async function writeForged(change: (manifest: Record<string, unknown>) => void): Promise<string> {
  const bundle = renderBundle(someParts());
  await writeBundle(bundle);
  const manifest = JSON.parse(new TextDecoder().decode(bundle.files.get(manifestFile)));
  change(manifest);
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  await writeFile(join(folder, manifestFile), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof TintypeError && error.code === 'BUNDLE_CORRUPT'
        ? error.message
        : `not BUNDLE_CORRUPT: ${String(error)}`,
  );

test('a bundle is read as it was written, and its name is the hash of its manifest', async () => {
  const bundle = renderBundle(someParts());
  await writeBundle(bundle);

  const { manifest, graph, parity } = await readBundle(folder, bundle.bundleHash);

  expect(manifest.classes).toEqual(['apple', 'pear']);
  expect(Buffer.from(graph).equals(someParts().graph)).toBe(true);
  expect(parity).toEqual(someParts().parity);
  expect(bundle.bundleHash).toBe(
    createHash('sha256')
      .update(bundle.files.get(manifestFile) as Uint8Array)
      .digest('hex'),
  );
  expect(bundle.sizeBytes).toBe([...bundle.files.values()].reduce((sum, content) => sum + content.length, 0));
});

test('the manifest is stored last, so that a cut leaves no bundle', async () => {
  const store = memoryStore();
  const bundle = renderBundle(someParts());

  await storeBundle(store, bundle);

  const keys = [...store.objects.keys()];
  expect(keys.at(-1)).toBe(objectKeys.bundleFile(bundle.bundleHash, manifestFile));
  expect(keys).toHaveLength(4);
});

test.each(['bundle.json', 'model.onnx', 'parity.json', 'model-card.md'])(
  'a flipped bit in %s is found',
  async (name) => {
    const bundle = renderBundle(someParts());
    await writeBundle(bundle);
    const content = Uint8Array.from(bundle.files.get(name) as Uint8Array);
    content[content.length >> 1] = (content[content.length >> 1] as number) ^ 1;
    await writeFile(join(folder, name), content);

    expect(await reasonOf(readBundle(folder, bundle.bundleHash))).toContain(name);
  },
);

test.each(['bundle.json', 'model.onnx', 'parity.json', 'model-card.md'])('a missing %s is found', async (name) => {
  const bundle = renderBundle(someParts());
  await writeBundle(bundle);
  await unlink(join(folder, name));

  expect(await reasonOf(readBundle(folder, bundle.bundleHash))).toContain(name);
  expect(await readdir(folder)).toHaveLength(3);
});

test.each<[string, (manifest: Record<string, unknown>) => void]>([
  ['a newer format', (m) => (m.format = 2)],
  ['one class', (m) => (m.classes = ['apple'])],
  ['no graph', (m) => (m.files = { 'parity.json': 'x', 'model-card.md': 'x' })],
  ['a file outside the folder', (m) => (m.files = { ...(m.files as object), '../../etc/passwd': 'x' })],
  ['a hidden file', (m) => (m.files = { ...(m.files as object), '.env': 'x' })],
  ['a temperature of zero', (m) => (m.calibration = { method: 'temperature', temperature: 0 })],
])('a manifest with %s is refused', async (_, change) => {
  const bundleHash = await writeForged(change);

  expect(await reasonOf(readBundle(folder, bundleHash))).toContain('bundle.json');
});

test('a whole bundle opens', async () => {
  const bundle = renderBundle(someParts());
  await writeBundle(bundle);

  await using classifier = await openClassifier(folder, bundle.bundleHash);

  expect(classifier.manifest.model).toBe('fruit');
});

test.each<[string, (parts: BundleParts) => BundleParts]>([
  ['is not a model', (parts) => ({ ...parts, graph: new TextEncoder().encode('nonsense') })],
  ['answers for another number of classes', (p) => ({ ...p, manifest: { ...p.manifest, classes: ['a', 'b', 'c'] } })],
  ['takes another input', (p) => ({ ...p, manifest: { ...p.manifest, input: { name: 'x', kind: 'features' } } })],
  ['needs histograms we do not compute', (p) => withBackbone(p, { hash: 'other' })],
  ['needs pixels we do not compute', (p) => withBackbone(p, { kind: 'pixels' })],
  ['takes other features', (p) => ({ ...p, graph: tinyHead() })],
])('a graph that %s is refused although its hash is right', async (_, change) => {
  const bundle = renderBundle(change(someParts()));
  await writeBundle(bundle);

  expect(await reasonOf(openClassifier(folder, bundle.bundleHash))).toMatch(/^The model bundle/);
});

const withBackbone = (p: BundleParts, change: Partial<BundleParts['manifest']['backbone']>): BundleParts => ({
  ...p,
  manifest: { ...p.manifest, backbone: { ...p.manifest.backbone, ...change } },
});

const tinyHead = (): Uint8Array =>
  renderOnnx(renderLinearHead({ mean: [0], scale: [1], weights: [0, 0], bias: [0, 0] }));
