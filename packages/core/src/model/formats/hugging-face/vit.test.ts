/** @file Hugging Face's ViT and DINOv2 answer here as in transformers, at other sizes too, and come back as they were. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import { renderInference } from '@tintype/autograd/step/render-inference';
import { TintypeError } from '@tintype/contracts/errors';
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildVit } from '../../architectures/vit.ts';
import { parseHuggingFacePreprocessing } from '../../preprocessing-files.ts';
import { readSafetensors } from '../read-safetensors.ts';
import { type LoadedVit, loadHuggingFaceVit } from './load-vit.ts';
import { renderHuggingFaceVit } from './save-vit.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
  string,
  Record<string, number[]>
>;
const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };
const load = (name: string, options: { sizePx?: number } = {}) =>
  loadHuggingFaceVit({ hub }, join(fixtures, name), options);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-vit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** For the picture whose pixels are sin(0.37 i). */
async function answer({ shape, state }: LoadedVit, output: 'logits' | 'features', sizePx: number): Promise<number[]> {
  const classes = state.get('parameters/head.bias')?.data.length ?? 2;
  const whole = new Map(state);
  if (!whole.has('parameters/head.weight')) {
    whole.set('parameters/head.weight', {
      shape: [classes, shape.width],
      data: new Float32Array(classes * shape.width),
    });
    whole.set('parameters/head.bias', { shape: [classes], data: new Float32Array(classes) });
  }
  const model = renderInference((batch) => buildVit(shape, { batch, classes, sizePx, mode: evaluationMode }), whole);
  await using session = await openSession(renderOnnx(model));
  const data = Float32Array.from({ length: 3 * sizePx * sizePx }, (_, i) => Math.sin(0.37 * i));
  const outputs = await session.run({ pixels: { type: 'float32', dims: [1, 3, sizePx, sizePx], data } }, [output]);
  return [...floatsOf(outputs, output)];
}

/** Infinite where the lengths differ. */
function differ(found: readonly number[], wanted: readonly number[] = []): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce((most, value, n) => Math.max(most, Math.abs(value - (found[n] as number))), 0);
}

test.each([
  ['vit-classifier', 'logits', 12],
  ['vit-classifier', 'logits', 20],
  ['vit', 'features', 12],
  ['vit', 'features', 20],
  ['dinov2', 'features', 12],
  ['dinov2', 'features', 20],
] as const)('%s gives the %s of transformers at %d pixels', async (name, output, sizePx) => {
  const loaded = await load(name, { sizePx });

  expect(differ(await answer(loaded, output, sizePx), expected[name]?.[sizePx])).toBeLessThan(2e-5);
});

test('classes and preprocessing come along', async () => {
  const { classes, preprocessing, hash, notices } = await load('vit-classifier');

  expect(classes).toEqual(['cat', 'dog', 'red panda']);
  expect(preprocessing).toMatchObject({ widthPx: 12, heightPx: 12, resize: 'squash', mean: [0.5, 0.5, 0.5] });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(notices).toEqual([]);
});

test("DINOv2's own classifier reads more than ours, and is left out with a notice", async () => {
  const { state, classes, notices } = await load('dinov2-classifier');

  expect(state.has('parameters/head.weight')).toBe(false);
  expect(classes).toBeUndefined();
  expect(notices[0]).toContain('also reads the mean of all patches');
});

const squash = preprocessingSchema.parse({ widthPx: 12, heightPx: 12 });

test('what was loaded and saved is what it was, tensor by tensor', async () => {
  const loaded = await load('vit-classifier');

  const { files } = renderHuggingFaceVit({ ...loaded, classes: loaded.classes ?? [], preprocessing: squash });

  const original = await readSafetensors(join(fixtures, 'vit-classifier/model.safetensors'));
  const saved = await readSafetensors(files.get('model.safetensors') ?? new Uint8Array());
  expect(new Map(saved.tensors)).toEqual(new Map([...original.tensors].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  expect(saved.metadata).toEqual({ format: 'pt' });
});

test('a saved folder is loaded again with the same answers, DINOv2 with a classifier of ours included', async () => {
  const loaded = await load('dinov2');
  const head = Float32Array.from({ length: 36 }, (_, n) => Math.cos(n));
  loaded.state.set('parameters/head.weight', { shape: [3, 12], data: head });
  loaded.state.set('parameters/head.bias', { shape: [3], data: Float32Array.of(1, 2, 3) });

  const { files } = renderHuggingFaceVit({ ...loaded, classes: ['a', 'b', 'c'], preprocessing: squash });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const again = await loadHuggingFaceVit({ hub }, folder);

  expect(again.shape).toEqual(loaded.shape);
  expect(differ(await answer(again, 'features', 12), await answer(loaded, 'features', 12))).toBe(0);
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
  expect(tensors.get('classifier.weight')?.shape).toEqual([3, 24]);
  expect([...(tensors.get('classifier.weight')?.data.subarray(12, 24) ?? [])]).toEqual(Array(12).fill(0));
});

const statements: [string, Partial<Preprocessing>][] = [
  ['squashed', { interpolation: 'cubic' }],
  [
    'cut from the middle',
    { resize: 'crop', cropFraction: 0.5, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  ],
];
test.each(statements)('preprocessing that is %s is stated so that it reads back equal', async (_, change) => {
  const preprocessing = { ...squash, ...change };
  const loaded = await load('vit-classifier');

  const { files } = renderHuggingFaceVit({ ...loaded, classes: [], preprocessing });

  const text = new TextDecoder().decode(files.get('preprocessor_config.json'));
  expect(parseHuggingFacePreprocessing(text)).toEqual({ preprocessing });
});

test('what transformers cannot be told is said', async () => {
  const loaded = await load('vit-classifier');

  const { files, notices } = renderHuggingFaceVit({
    ...loaded,
    classes: [],
    preprocessing: { ...squash, resize: 'letterbox' },
  });

  expect(files.has('preprocessor_config.json')).toBe(false);
  expect(notices[0]).toContain('transformers has no letterbox');
});

const refusals: [change: Record<string, unknown>, why: string][] = [
  [{ model_type: 'swin' }, 'of the type "swin"'],
  [{ model_type: 'deit' }, 'of the type "deit"'],
  [{ hidden_act: 'relu' }, 'its activation is "relu"'],
  [{ use_swiglu_ffn: true }, 'SwiGLU'],
  [{ num_channels: 1 }, 'have 1 channels'],
  [{ hidden_size: 16 }, 'but its config.json makes it'],
  [{ num_hidden_layers: 3 }, 'encoder.layer.2'],
  [{ num_hidden_layers: 1e9 }, 'has num_hidden_layers 1000000000'],
  [{ image_size: 13 }, 'do not divide into patches of 4'],
];
test.each(refusals)('a config.json with %j is refused', async (change, why) => {
  await cp(join(fixtures, 'vit-classifier'), folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...change }));

  const error = await loadHuggingFaceVit({ hub }, folder).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(TintypeError);
  expect(error).toMatchObject({ code: 'MODEL_FILE_INVALID', message: expect.stringContaining(why) as string });
});
