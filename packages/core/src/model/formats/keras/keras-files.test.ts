/** @file Keras files of every kind answer as TensorFlow did, and hostile ones are refused. fixtures/make_fixtures.py made them. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConvertedModel, convertKeras } from './convert-keras.ts';
import { openKerasSource } from './open-keras-source.ts';
import { kerasPictures, runOnPictures } from './testing.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, number[][]>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-keras-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function convert(path: string, options: { sizePx?: number } = {}): Promise<ConvertedModel> {
  using source = await openKerasSource(path);
  return convertKeras(source.model, { ...source, ...options });
}

/** Of one output, for the two pictures. */
async function answer(model: ConvertedModel, { output = 'probabilities', scale = (x: number) => x } = {}) {
  const shape = [model.size.heightPx, model.size.widthPx, 3];
  const pictures = kerasPictures(shape).map((picture) => picture.map(scale));
  return runOnPictures(model.graph, { shape, pictures, input: 'pixels', output });
}

const fromMinusOne = (x: number): number => Math.fround(x / 127.5) - 1;

function expectClose(found: Float32Array, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  const difference = wanted.reduce((most, value, n) => Math.max(most, Math.abs(value - (found[n] as number))), 0);
  expect(difference).toBeLessThan(2e-6);
}

test.each(['sequential.h5', 'sequential.keras'])('%s: a Sequential model answers as in TensorFlow', async (file) => {
  const model = await convert(join(fixtures, file));

  expectClose(await answer(model), expected.sequential?.flat() ?? []);
  expect(model).toMatchObject({ size: { heightPx: 15, widthPx: 13 }, classCount: 3, notices: [] });
  expect(model.front.isScaled).toBe(true);
});

test.each(['functional.h5', 'functional.keras'])('%s: one sigmoid becomes two classes', async (file) => {
  const model = await convert(join(fixtures, file));

  expectClose(await answer(model), expected.functional?.flatMap(([p = 0]) => [1 - p, p]) ?? []);
  expect(model).toMatchObject({ classCount: 2, features: { dimensions: 16 } });
  expect(model.front.isScaled).toBe(true);
});

test.each([
  'nested.h5',
  'nested.keras',
  'teachable/keras_model.h5',
  'teachable',
  'teachable-js/model.json',
  'teachable-js',
  'converted_keras.zip',
])('%s: models inside models answer as in TensorFlow', async (file) => {
  const model = await convert(join(fixtures, file));

  expectClose(await answer(model, { scale: fromMinusOne }), expected.nested?.flat() ?? []);
  expect(model).toMatchObject({ classCount: 3, features: { dimensions: 5 } });
  expect(model.front.isScaled).toBe(false);
});

test.each(['shared.h5', 'shared.keras'])('%s: shared layers, a learned normalization, and no softmax', async (file) => {
  const model = await convert(join(fixtures, file));

  expectClose(await answer(model, { output: 'logits' }), expected.shared?.flat() ?? []);
  expect(model.front).toMatchObject({
    isScaled: true,
    resizing: { size: { heightPx: 10, widthPx: 8 }, fit: 'squash' },
  });
  expect(model.notices).toEqual(['It ends without a softmax: its outputs are taken as logits.']);
});

test('class names that came with a Teachable Machine model are found', async () => {
  using fromKeras = await openKerasSource(join(fixtures, 'converted_keras.zip'));
  using fromJs = await openKerasSource(join(fixtures, 'teachable-js'));

  expect(fromKeras.labels).toEqual({ file: 'labels.txt', text: '0 Cup\n1 2 spoons\n2 Größe\n' });
  expect(fromJs.labels?.file).toBe('metadata.json');
  expect(fromJs.madeBy).toBe('TensorFlow.js (tfjs-layers 1.3.1)');
});

const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: Error) => (error.name === 'ModelRefusal' ? error.message : `other: ${error.stack}`),
  );

/** The TensorFlow.js fixture with another topology. */
async function refusalOfTopology(change: (text: string) => string): Promise<string> {
  cpSync(join(fixtures, 'teachable-js'), folder, { recursive: true });
  const path = join(folder, 'model.json');
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  return refusalOf(convert(folder));
}

const refused: [what: string, find: string | RegExp, put: string, why: string][] = [
  [
    'an unknown layer',
    '"class_name": "ReLU"',
    '"class_name": "Lambda"',
    '"sequential_1/model1/Conv1_relu" (Lambda) is of a kind',
  ],
  ['a layer called like a method', '"class_name": "ReLU"', '"class_name": "toString"', '(toString) is of a kind'],
  ['an unknown activation', '"activation": "relu"', '"activation": "odd"', 'the activation "odd"'],
  ['channels first', '"channels_last"', '"channels_first"', 'counts channels first'],
  ['weights of another shape', '"units": 5', '"units": 6', 'has weights [4, 5], not [4, 6]'],
  ['a subclassed model', '"class_name": "Sequential"', '"class_name": "MyModel"', 'of the class "MyModel"'],
  [
    'missing weights',
    '"Conv1/kernel"',
    '"Conv2/kernel"',
    'the weights "kernel" of its layer "sequential_1/model1/Conv1" are missing',
  ],
  ['weights cut short', '[4, 5]', '[4, 5000]', 'cut short'],
  ['weights of integers', '"dtype": "float32"}]}]', '"dtype": "int32"}]}]', 'type int32'],
  ['weights elsewhere', '"weights.bin"', '"../weights.bin"', 'are not beside it'],
  ['many classes at once', '"activation": "softmax"', '"activation": "sigmoid"', 'a sigmoid each'],
  ['a graph model', '{"modelTopology"', '{"format": "graph-model", "modelTopology"', 'graph model'],
  ['absurd strides', '"strides": [2, 2]', '"strides": [0, 2]', 'no sensible strides'],
  [
    'an absurd size',
    /"batch_input_shape": \[null, 12, 12, 3\]/g,
    '"batch_input_shape": [null, 1e9, 12, 3]',
    'any size',
  ],
  ['a layer that depends on itself', '[["Conv1", 0, 0, {}]]', '[["Conv1_relu", 0, 0, {}]]', 'depends on itself'],
  ['a call of nothing', '[["Conv1", 0, 0, {}]]', '[["Conv9", 0, 0, {}]]', 'calls "Conv9"'],
  ['two layers of one name', '"name": "pool"', '"name": "model1"', 'two layers "model1"'],
  ['no JSON', '{', '', 'not JSON'],
];

test.each(refused)('%s is refused, and the message says where', async (_, find, put, why) => {
  expect(await refusalOfTopology((text) => text.replaceAll(find, put))).toContain(why);
});

test('other files are refused by what they are', async () => {
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const h5 = readFileSync(join(fixtures, 'sequential.h5'));
  const keras = readFileSync(join(fixtures, 'sequential.keras'));

  expect(await refusalOf(convert(join(folder, 'none.h5')))).toContain('does not exist');
  expect(await refusalOf(convert(write('empty.h5', '')))).toContain('neither an HDF5 file');
  expect(await refusalOf(convert(write('cut.h5', h5.subarray(0, 3_000))))).toContain('not a whole HDF5 file');
  expect(await refusalOf(convert(write('cut.keras', keras.subarray(0, 30_000))))).toContain('damaged or cut short');
  expect(await refusalOf(convert(write('weights.h5', await weightsAlone())))).toContain('weights alone');
});

/** `model.weights.h5` of a .keras file. */
async function weightsAlone(): Promise<Uint8Array> {
  const { readZip } = await import('../read-zip.ts');
  const entries = readZip(readFileSync(join(fixtures, 'sequential.keras')), { mostBytes: 1e6 });
  return (await entries.get('model.weights.h5')?.read()) ?? new Uint8Array();
}

test('a model of any size needs one, and a fixed one takes no other', async () => {
  expect(await refusalOf(convert(join(fixtures, 'nested.h5'), { sizePx: 224 }))).toContain(
    'its input is 12 x 12, not 224 x 224',
  );
  const anySize = (text: string): string => text.replaceAll('[null, 12, 12, 3]', '[null, null, null, 3]');
  expect(await refusalOfTopology(anySize)).toContain('say which with --size');
  expect((await convert(folder, { sizePx: 12 })).size).toEqual({ heightPx: 12, widthPx: 12 });
});
