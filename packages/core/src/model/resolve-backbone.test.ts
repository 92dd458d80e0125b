/** @file Tests of what `--backbone` may be: built-in, a file with or without side files, a hub reference, and what is refused. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floats, integers, onnxModel, onnxNode, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BackboneHub, HubFile } from '../ports/backbone-hub.ts';
import { tasks } from './picture-tasks.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { resolveBackbone } from './resolve-backbone.ts';
import { inProcessPool } from './testing.ts';

const half = [0.5, 0.5, 0.5];
const pool = inProcessPool<PictureTasks>(tasks);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-backbone-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Pools a picture to 3 features, then classifies these into 2: what an image model looks like, in four operators. */
function aModel({ size = 'S' as number | string, channels = 3, name = 'pixels' } = {}): OnnxModel {
  return onnxModel({
    name: 'tiny',
    inputs: [onnxValue(name, 'float32', ['N', channels, size, size])],
    outputs: [onnxValue('logits', 'float32', ['N', 2])],
    initializers: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6]), floats('b', [2], [0, 0])],
    nodes: [
      onnxNode('GlobalAveragePool', [name], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['flat'], { axis: 1 }),
      onnxNode('Gemm', ['flat', 'w', 'b'], ['logits']),
    ],
  });
}

async function writeModel(model: OnnxModel, file = 'tiny.onnx'): Promise<string> {
  const path = join(folder, file);
  await writeFile(path, renderOnnx(model));
  return path;
}

const noHub: BackboneHub = {
  fetchFile: async () => {
    throw new Error('not asked');
  },
  findFile: async () => undefined,
};
const resolve = (name: string, hub: BackboneHub = noHub) => resolveBackbone({ hub, pool }, name);

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof TintypeError ? `${error.code}: ${error.message}` : `other: ${String(error)}`),
  );

test.each([
  ['histograms', 'histograms'],
  ['pixels', 'pixels'],
  ['pixels:16', 'pixels'],
])('%s need no file', async (name, kind) => {
  const { backbone, modelPath, notices } = await resolve(name);

  expect(backbone.kind).toBe(kind);
  expect(modelPath).toBeUndefined();
  expect(notices).toEqual([]);
});

test('a bare ONNX file is cut before its classifier, and what was assumed is said', async () => {
  const path = await writeModel(aModel());

  const { backbone, shape, modelPath, notices } = await resolve(path);

  expect(backbone).toMatchObject({ name: 'tiny.onnx', featureOutput: 'flat', inputName: 'pixels', dimensions: 3 });
  expect(backbone.preprocessing).toMatchObject({
    widthPx: 224,
    heightPx: 224,
    resize: 'squash',
    mean: half,
    std: half,
  });
  expect([shape, modelPath]).toEqual(['flatten', path]);
  expect(notices).toEqual([expect.stringContaining('states no preprocessing')]);
});

test('the size that the graph fixes is taken', async () => {
  const { backbone } = await resolve(await writeModel(aModel({ size: 32 })));

  expect(backbone.preprocessing).toMatchObject({ widthPx: 32, heightPx: 32 });
});

test('our side file goes before the libraries’, and theirs are found beside the onnx folder', async () => {
  await mkdir(join(folder, 'onnx'));
  const path = await writeModel(aModel(), 'onnx/model.onnx');
  const theirs = { size: 48, resample: 3, image_mean: half, image_std: half };
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(theirs));
  const found = await resolve(path);
  await writeFile(
    join(folder, 'onnx/model.preprocessing.json'),
    '{"widthPx": 40, "heightPx": 40, "channelOrder": "BGR"}',
  );

  const own = await resolve(path);

  expect(found.backbone.preprocessing).toMatchObject({ widthPx: 48, interpolation: 'cubic' });
  expect(own.backbone.preprocessing).toMatchObject({ widthPx: 40, channelOrder: 'BGR' });
  expect(own.notices).toEqual([]);
});

test("timm's config.json is read, another library's is passed over", async () => {
  const path = await writeModel(aModel());
  await writeFile(join(folder, 'config.json'), '{"model_type": "vit"}');
  const other = await resolve(path);
  const config = { input_size: [3, 56, 56], crop_pct: 0.875, interpolation: 'bicubic', mean: half, std: half };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ pretrained_cfg: config }));

  const timm = await resolve(path);

  expect(other.notices).toHaveLength(1);
  expect(timm.backbone.preprocessing).toMatchObject({ widthPx: 56, resize: 'crop', cropFraction: 0.875 });
});

test('tokens give the class token', async () => {
  const model = onnxModel({
    name: 'tokens',
    inputs: [onnxValue('pixel_values', 'float32', ['N', 3, 8, 8])],
    outputs: [onnxValue('last_hidden_state', 'float32', ['N', 16, 12])],
    initializers: [integers('shape', [0, 16, 12])],
    nodes: [onnxNode('Reshape', ['pixel_values', 'shape'], ['last_hidden_state'])],
  });

  const { backbone, shape } = await resolve(await writeModel(model));

  expect([backbone.dimensions, shape]).toEqual([12, 'first-token']);
});

test('a hub reference is pinned to its commit and carries its license', async () => {
  const path = await writeModel(aModel());
  const side = join(folder, 'side.json');
  await writeFile(side, JSON.stringify({ size: 64, image_mean: half, image_std: half }));
  const asked: unknown[] = [];
  const file = (p: string): HubFile => ({ path: p, sha256: 'x', revision: 'c0ffee', license: 'mit' });
  const hub: BackboneHub = {
    fetchFile: async (reference) => {
      asked.push(reference);
      return file(path);
    },
    findFile: async (reference) => (reference.file === 'preprocessor_config.json' ? file(side) : undefined),
  };

  const { backbone } = await resolve('hub:acme/eyes/onnx/small.onnx@v1', hub);
  await resolve('hub:acme/eyes', hub);

  expect(backbone).toMatchObject({ name: 'hub:acme/eyes/onnx/small.onnx@c0ffee', license: 'mit' });
  expect(backbone.preprocessing.widthPx).toBe(64);
  expect(asked).toEqual([
    { repository: 'acme/eyes', file: 'onnx/small.onnx', revision: 'v1' },
    { repository: 'acme/eyes', revision: 'main' },
  ]);
});

test.each([
  ['a name that is nothing', 'resnet', 'BACKBONE_UNKNOWN'],
  ['a file that is not there', '/nowhere/x.onnx', 'BACKBONE_UNKNOWN'],
  ['half a hub reference', 'hub:acme', 'BACKBONE_UNKNOWN'],
])('%s is not a backbone', async (_, name, code) => {
  expect(await codeOf(resolve(name))).toMatch(code);
});

const reshape = (dims: readonly number[]): OnnxModel =>
  onnxModel({
    name: 'odd',
    inputs: [onnxValue('pixels', 'float32', [1, 3, 8, 8])],
    outputs: [onnxValue('features', 'float32', dims)],
    initializers: [integers('shape', dims)],
    nodes: [onnxNode('Reshape', ['pixels', 'shape'], ['features'])],
  });

test.each<[string, OnnxModel, string]>([
  ['one channel', aModel({ channels: 1 }), 'not float32 [N, 3, H, W]'],
  ['a feature output without a batch', reshape([192]), 'not [N, D]'],
  ['a graph that cannot run', reshape([1, 7]), 'it cannot be run'],
  ['far too many features', aModelOfMaps(), 'at most 16384'],
])('a model with %s is refused', async (_, model, reason) => {
  const path = await writeModel(model);

  const code = await codeOf(resolve(path));

  expect(code).toMatch(/^BACKBONE_INVALID/);
  expect(code).toContain(reason);
});

function aModelOfMaps(): OnnxModel {
  return onnxModel({
    name: 'maps',
    inputs: [onnxValue('pixels', 'float32', ['N', 3, 224, 224])],
    outputs: [onnxValue('features', 'float32', ['N', 3, 224, 224])],
    nodes: [onnxNode('Relu', ['pixels'], ['features'])],
  });
}

test('two inputs are refused', async () => {
  const model = onnxModel({
    name: 'two',
    inputs: [onnxValue('a', 'float32', ['N', 3, 8, 8]), onnxValue('b', 'float32', ['N', 3, 8, 8])],
    outputs: [onnxValue('features', 'float32', ['N', 3, 8, 8])],
    nodes: [onnxNode('Add', ['a', 'b'], ['features'])],
  });

  expect(await codeOf(resolve(await writeModel(model)))).toContain('2 inputs, not one');
});

test('a file that is not ONNX, or not all of one, is refused', async () => {
  const whole = await readFile(await writeModel(aModel()));
  const path = join(folder, 'cut.onnx');
  await writeFile(path, whole.subarray(0, whole.length - 20));

  expect(await codeOf(resolve(path))).toMatch(/^ONNX_INVALID/);
});

test('a side file that contradicts the graph or itself is refused, not guessed at', async () => {
  const path = await writeModel(aModel({ size: 32 }));
  const side = join(folder, 'tiny.preprocessing.json');
  await writeFile(side, '{"widthPx": 64, "heightPx": 64}');
  expect(await codeOf(resolve(path))).toContain('its input is 32 x 32, but 64 x 64 is stated');
  await writeFile(side, '{"widthPx": 32}');
  expect(await codeOf(resolve(path))).toContain('tiny.preprocessing.json is not usable');
});

test('a model that hangs or kills its process is refused by name', async () => {
  const path = await writeModel(aModel());
  const failing = (code: 'DEADLINE_EXCEEDED' | 'CHILD_CRASHED') =>
    inProcessPool<PictureTasks>({
      inspectBackbone: async () => {
        throw code === 'CHILD_CRASHED' ? new TintypeError(code, {}) : new TintypeError(code, { deadlineMs: 1 });
      },
    });

  expect(await codeOf(resolveBackbone({ hub: noHub, pool: failing('DEADLINE_EXCEEDED') }, path))).toContain(
    'gave no answer',
  );
  expect(await codeOf(resolveBackbone({ hub: noHub, pool: failing('CHILD_CRASHED') }, path))).toContain(
    'BACKBONE_INVALID',
  );
});

test('a file that changed between look and load is refused', async () => {
  const path = await writeModel(aModel());
  const { backbone } = await resolve(path);
  await copyFile(await writeModel(aModel({ size: 32 }), 'other.onnx'), path);

  expect(await codeOf(pool.run('inspectBackbone', { backbone, modelPath: path }))).toContain('changed meanwhile');
});
