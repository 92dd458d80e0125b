/** @file From a trained run to a served version, with a real catalog: what is published, what is refused, who becomes champion. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { floats, onnxModel, onnxNode, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { bundleManifestSchema } from '@tintype/contracts/model';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { evaluateFolder } from '../evaluate/evaluate-folder.ts';
import { evaluateRun } from '../evaluate/evaluate-run.ts';
import { evaluateVersion } from '../evaluate/evaluate-version.ts';
import { readBundle } from '../model/bundle.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { OpenPictureSource } from '../ports/picture-source.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { trainHead } from '../train/train-head.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';
import { decidePromotion } from './decide-promotion.ts';
import { exportBundle } from './export-bundle.ts';
import { findLiveAt } from './history.ts';
import { promoteVersion } from './promote.ts';
import { registerRun } from './register-run.ts';

const classNames = ['across', 'along'];
const pool = inProcessPool<PictureTasks>(tasks);
const pictures: TestPicture[] = [];
const raw = { width: 32, height: 32, channels: 3 } as const;
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
/** Trained once: on 32 pictures, on these divided otherwise, and on 32 others. */
let trained: Record<'first' | 'overlapping' | 'apart', TrainedRun>;
/** Each test registers under a name of its own. */
let model: string;
let tests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-registry-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
  pictures.push(...(await render(0)));
  await fillDataset({ catalog, store, pool }, 'stripes', pictures);
  await fillDataset({ catalog, store, pool }, 'others', await render(500));
  const train = (dataset: string, seed: number) =>
    trainHead(needs(), { ...trainOptionsSchema.parse({ dataset, seed }), limits });
  trained = {
    first: await train('stripes', 1),
    overlapping: await train('stripes', 2),
    apart: await train('others', 1),
  };
});

async function render(seed: number): Promise<TestPicture[]> {
  const rendered: TestPicture[] = [];
  for (const [k, className] of classNames.entries())
    for (let n = 0; n < 16; n += 1) {
      const bytes = await sharp(stripes(k, seed + n), { raw })
        .png()
        .toBuffer();
      rendered.push({ path: `${className}/${className}${n * 100}.png`, className, bytes });
    }
  return rendered;
}

beforeEach(() => {
  tests += 1;
  model = `model-${tests}`;
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const needs = () => ({ catalog, store, pool, clock, hub });
/** A new run row with what was learned before. */
async function train(which: keyof typeof trained = 'first'): Promise<TrainedRun> {
  const run = { ...trained[which].run, id: clock.newId('run') };
  await catalog.runs.create(run);
  return { ...trained[which], run, model };
}
const register = (run: TrainedRun, promote: 'auto' | 'always' | 'never' = 'auto') =>
  registerRun(needs(), run, { by: 'test', limits, promote });

/** The run as if its head had learned nothing: every test picture is called the first class. */
function unlearned(run: TrainedRun): TrainedRun {
  const logits = run.test.logits.map((_, at) => (at % classNames.length === 0 ? 1 : 0));
  return { ...run, test: { ...run.test, logits } };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof TintypeError ? error.code : `other: ${String(error)}`),
  );

test('the first version becomes champion, and its bundle says all there is to know', async () => {
  const run = await train();

  const { summary, version, promotion } = await register(run);

  expect(summary).toMatchObject({ run: run.run.id, model, version: 1, classes: classNames });
  expect(await catalog.registry.getVersion(model, 'champion')).toEqual(version);
  expect(promotion).toContain('none yet');
  expect(await catalog.runs.get(run.run.id)).toMatchObject({ status: 'succeeded' });
  const bundleFolder = await store.localFolder(objectKeys.bundlePrefix(version.bundleHash));
  const { manifest, parity } = await readBundle(bundleFolder, version.bundleHash);
  expect(bundleManifestSchema.parse(manifest)).toMatchObject({ run: run.run.id, snapshot: run.snapshot.id, seed: 1 });
  expect(manifest.versions).toMatchObject({
    node: process.versions.node,
    onnxruntime: '1.30.0',
    sharp: expect.stringMatching(/^0\.35/),
  });
  expect(parity.samples.length).toBe(run.snapshot.counts.test);
  const card = await readFile(join(bundleFolder, 'model-card.md'), 'utf8');
  expect(card).toContain('| across | 16 |');
  expect(card).toContain('license: none needed');
  expect(card).toContain(`${run.snapshot.counts.test} to test`);
});

test('an ONNX backbone and its head become one graph that takes pixels and answers as in training', async () => {
  const backbone = join(folder, 'conv.onnx');
  await writeFile(backbone, renderOnnx(aConvolution()));
  await writeFile(join(folder, 'conv.preprocessing.json'), '{"widthPx": 32, "heightPx": 32}');
  const options = trainOptionsSchema.parse({ dataset: 'stripes', backbone, model });
  const run = await trainHead(needs(), { ...options, limits });

  const { version } = await register(run);

  expect(run.backbone).toMatchObject({ name: 'conv.onnx', dimensions: 8, featureOutput: 'flat' });
  expect(run.input).toEqual({ name: 'pixels', kind: 'pixels' });
  expect(version.accuracy).toBeGreaterThan(0.6);
  const again = await evaluateVersion(needs(), version, { limits });
  expect(again.confusion).toEqual(evaluateRun({ clock }, run).confusion);
});

/** Waves along each axis, four of each, averaged over the picture. */
function aConvolution(): OnnxModel {
  const weights = Float32Array.from({ length: 8 * 3 * 25 }, (_, n) => {
    const [filter, y, x] = [Math.floor(n / 75), Math.floor(n / 5) % 5, n % 5];
    return 0.1 * Math.sin((filter < 4 ? x : y) * (0.6 + 0.4 * (filter % 4)));
  });
  return onnxModel({
    name: 'conv',
    inputs: [onnxValue('pixels', 'float32', [1, 3, 32, 32])],
    outputs: [onnxValue('logits', 'float32', [1, 2])],
    initializers: [
      floats('filters', [8, 3, 5, 5], weights),
      floats('w', [8, 2], new Float32Array(16)),
      floats('b', [2], [0, 0]),
    ],
    nodes: [
      onnxNode('Conv', ['pixels', 'filters'], ['maps']),
      onnxNode('Relu', ['maps'], ['active']),
      onnxNode('GlobalAveragePool', ['active'], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['flat'], { axis: 1 }),
      onnxNode('Gemm', ['flat', 'w', 'b'], ['logits']),
    ],
  });
}

test('evaluating the version again gives what training measured', async () => {
  const run = await train();
  const measured = evaluateRun({ clock }, run);
  const { version } = await register(run);

  const again = await evaluateVersion(needs(), version, { limits });

  expect(again.on).toBe(`${run.snapshot.id}/test`);
  for (const key of ['samples', 'accuracy', 'balancedAccuracy', 'macroF1', 'confusion'] as const)
    expect(again[key]).toEqual(measured[key]);
  expect(again.calibration.before).toBeCloseTo(measured.calibration.before, 5);
  expect(await catalog.evaluations.list(model, 1)).toHaveLength(2);
});

test('a bundle that does not reproduce its parity predictions is not registered', async () => {
  const run = await train();
  const [first, ...rest] = run.parity.samples;
  const shifted = first?.probabilities.map((p, k) => (k === 0 ? p - 2e-5 : p + 2e-5)) ?? [];
  const samples = [{ contentHash: first?.contentHash ?? '', probabilities: shifted }, ...rest];

  expect(await codeOf(register({ ...run, parity: { ...run.parity, samples } }))).toBe('PARITY_FAILED');

  expect(await codeOf(catalog.registry.get(model))).toBe('MODEL_NOT_FOUND');
  expect(await catalog.runs.get(run.run.id)).toMatchObject({ status: 'failed', error: { code: 'PARITY_FAILED' } });
});

test('a graph that the store damaged is not registered', async () => {
  const run = await train();
  const damaging: MemoryStore = {
    ...store,
    put: (key, bytes, options) => store.put(key, key.endsWith('model.onnx') ? bytes.subarray(1) : bytes, options),
  };

  const registering = registerRun({ ...needs(), store: damaging }, run, { by: 'test', limits });

  expect(await codeOf(registering)).toBe('BUNDLE_CORRUPT');
  expect(await codeOf(catalog.registry.get(model))).toBe('MODEL_NOT_FOUND');
});

test('a later version becomes champion when it is not worse on the same pictures, and stays behind when it is', async () => {
  await register(await train());
  const equal = await register(await train());
  const worse = await register(unlearned(await train()));

  expect(equal.promotion).toMatch(/^Made champion: balanced accuracy/);
  expect(worse.promotion).toMatch(/^Not made champion: balanced accuracy 50\.0 % against/);
  expect((await catalog.registry.getVersion(model, 'champion')).version).toBe(2);
  expect((await catalog.registry.get(model)).versions).toHaveLength(3);
});

test('a later version that lacks a class of the champion stays behind', async () => {
  await register(await train());
  const run = await train();
  const snapshot = { ...run.snapshot, classes: run.snapshot.classes.slice(1) };

  const decision = await decidePromotion(needs(), { ...run, snapshot }, { limits });

  expect(decision.isPromoted).toBe(false);
  expect(decision.reason).toContain(`it cannot answer ${run.snapshot.classes[0]}, which version 1 can`);
});

test('a champion of other pictures is measured on the newcomer’s test split', async () => {
  await register(unlearned(await train()));
  const run = await train('apart');

  const { promotion } = await register(run);

  expect(promotion).toContain(`on ${run.snapshot.counts.test} test pictures that neither was made from`);
  expect(promotion).not.toContain('50.0 % of version 1');
});

test('a champion is not compared on pictures that it was made from', async () => {
  await register(await train());

  const { promotion } = await register(await train('overlapping'));

  expect(promotion).toMatch(
    /^Not made champion: only \d of the \d+ pictures of its test split (is|are) new to version 1/,
  );
});

test('promotion can be forced and forbidden', async () => {
  await register(await train());

  const forced = await register(unlearned(await train()), 'always');
  const forbidden = await register(await train(), 'never');

  expect(forced.promotion).toContain('as asked');
  expect(forbidden.promotion).toContain('turned off');
  expect((await catalog.registry.getVersion(model, 'champion')).version).toBe(2);
});

test('a champion whose bundle is damaged gives way', async () => {
  const { version } = await register(await train());
  store.objects.set(objectKeys.bundleFile(version.bundleHash, 'model.onnx'), new Uint8Array(3));
  await pool.run('closeBundle', { bundleHash: version.bundleHash });

  const { promotion } = await register(await train('apart'));

  expect(promotion).toContain('version 1 cannot be loaded any more');
});

test('an alias moves by hand, and the log knows what was live when', async () => {
  await register(await train());
  await register(await train(), 'never');
  const before = clock.now();
  await new Promise((resolve) => setTimeout(resolve, 5));

  await promoteVersion(needs(), { model, version: '2', alias: 'champion', by: 'ada', expected: 1 });

  const liveAt = async (at: number) => (await findLiveAt(needs(), { model, alias: 'champion', at }))?.version;
  expect(await liveAt(before)).toBe(1);
  expect(await liveAt(clock.now())).toBe(2);
  expect(await liveAt(1)).toBeUndefined();
  const stale = promoteVersion(needs(), { model, version: '1', alias: 'champion', by: 'bob', expected: 1 });
  expect(await codeOf(stale)).toBe('ALIAS_CONFLICT');
  const absent = promoteVersion(needs(), { model, version: '9', alias: 'champion', by: 'bob' });
  expect(await codeOf(absent)).toBe('VERSION_NOT_FOUND');
  expect(await codeOf(findLiveAt(needs(), { model: 'none', alias: 'champion', at: 1 }))).toBe('MODEL_NOT_FOUND');
});

test('an exported bundle is whole, and a folder in use is left alone', async () => {
  const { version } = await register(await train());
  const target = join(folder, 'out', 'bundle');

  const files = await exportBundle({ store }, { version, folder: target });

  expect(files.map((f) => f.name).toSorted()).toEqual([
    'bundle.json',
    'model-card.md',
    'model.onnx',
    'neighbors.safetensors',
    'parity.json',
  ]);
  expect((await readBundle(target, version.bundleHash)).manifest.model).toBe(model);
  expect(await codeOf(exportBundle({ store }, { version, folder: target }))).toBe('USAGE_INVALID');
  await writeFile(join(folder, 'file'), '');
  expect(await codeOf(exportBundle({ store }, { version, folder: join(folder, 'file') }))).toBe('USAGE_INVALID');
});

test('a damaged bundle is not exported, not even in part', async () => {
  const { version } = await register(await train());
  store.objects.set(objectKeys.bundleFile(version.bundleHash, 'parity.json'), new Uint8Array(3));
  const target = join(folder, 'bundle');
  await mkdir(target);

  expect(await codeOf(exportBundle({ store }, { version, folder: target }))).toBe('BUNDLE_CORRUPT');
  await expect(readFile(join(target, 'bundle.json'))).rejects.toThrow('ENOENT');
});

/** A source of files in memory: bytes, or an error to throw. */
const aSource =
  (files: Record<string, Uint8Array | TintypeError>): OpenPictureSource =>
  async () => ({
    location: '/elsewhere',
    files: async function* () {
      for (const [path, content] of Object.entries(files)) {
        const read = async () => {
          if (content instanceof TintypeError) throw content;
          return content;
        };
        yield { path, sizeBytes: 1, modifiedAt: 0, read };
      }
    },
  });

test('a folder is evaluated by its class folders, and what cannot be answered for is listed', async () => {
  const { version } = await register(await train());
  const [across, along] = [pictures[0]?.bytes, pictures[16]?.bytes] as [Uint8Array, Uint8Array];
  const openSource = aSource({
    'across/1.png': across,
    'along/2.png': along,
    'along/3.png': new TextEncoder().encode('not a picture'),
    'along/4.png': new TintypeError('FILE_UNREADABLE', { reason: 'EACCES' }),
    'zigzag/5.png': along,
    '6.png': along,
  });

  const evaluation = await evaluateFolder({ ...needs(), openSource }, version, { folder: '/x', limits });

  expect(evaluation).toMatchObject({ samples: 2, accuracy: 1, on: '/elsewhere', version: 1 });
  expect(evaluation.rejected?.map((r) => [r.path, r.code])).toEqual([
    ['6.png', 'CLASS_NOT_FOUND'],
    ['along/3.png', 'IMAGE_UNRECOGNIZED'],
    ['along/4.png', 'FILE_UNREADABLE'],
    ['zigzag/5.png', 'CLASS_NOT_FOUND'],
  ]);
  expect((await catalog.evaluations.list(model, 1))[0]).toEqual(evaluation);
});

test('a folder with nothing to measure says why', async () => {
  const { version } = await register(await train());
  const evaluate = (files: Record<string, Uint8Array>) =>
    evaluateFolder({ ...needs(), openSource: aSource(files) }, version, { folder: '/x', limits });

  expect(await codeOf(evaluate({}))).toBe('SOURCE_EMPTY');
  await expect(evaluate({ 'zigzag/1.png': new Uint8Array() })).rejects.toThrow('zigzag/1.png states none of them');
  expect(await catalog.evaluations.list(model, 1)).toHaveLength(1);
});
