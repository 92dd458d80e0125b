/** @file Import of whole models: the two MobileNets, exports of transformers, models with a frozen part, hostile ones. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareGradients } from '../../graph/compare-gradients.ts';
import { emitOnnx } from '../../graph/emit.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { ops } from '../../graph/ops.ts';
import { sizeOf } from '../../graph/shape.ts';
import { constant, listNodes, type Node, type Value } from '../../graph/value.ts';
import { floatsOf, openSession, type Tensor } from '../../runtime/session.ts';
import { draw, largestDifference, sharedFolder } from '../../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxTensor, onnxValue } from '../build-onnx.ts';
import { pruneToOutputs } from '../edit-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError, type OnnxModel, parseOnnx } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { type ImportedBuffer, type ImportedNetwork, importOnnx } from './import-onnx.ts';
import { replaceTensors } from './replace-tensors.ts';

const models = resolve(sharedFolder, 'models');

async function run(model: OnnxModel, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  await using session = await openSession(renderOnnx(model));
  return await session.run(feeds);
}

/** What the network starts with, by input name. */
function startOf({ parameters, buffers }: ImportedNetwork): Record<string, Float32Array> {
  return Object.fromEntries([
    ...parameters.map(({ name, initialize }) => [`parameters/${name}`, initialize()]),
    ...buffers.map(({ name, initial }) => [`buffers/${name}`, initial]),
  ]);
}

function tensorsOf(network: ImportedNetwork, data: Readonly<Record<string, Float32Array>>): Record<string, Tensor> {
  const inputs = [network.input, ...[...network.parameters, ...network.buffers].map(({ value }) => value)];
  return Object.fromEntries(
    inputs.map(({ origin, shape }): [string, Tensor] => {
      const name = origin.kind === 'input' ? origin.name : '';
      return [name, { type: 'float32', dims: shape, data: data[name] ?? new Float32Array() }];
    }),
  );
}

async function featuresOf(
  network: ImportedNetwork,
  data: Readonly<Record<string, Float32Array>>,
): Promise<Float32Array> {
  return floatsOf(await run(emitOnnx({ features: network.features }), tensorsOf(network, data)), 'features');
}

/** Largest difference, as a share of the largest number. */
function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((sofar, x) => Math.max(sofar, Math.abs(x)), 0);
  return largestDifference(
    actual.map((x) => x / largest),
    expected.map((x) => x / largest),
  );
}

const picture = (name: string, dims: readonly (number | string)[] = ['N', 3, 'H', 'W']) =>
  onnxValue(name, 'float32', dims);
const small = { batch: 2, heightPx: 6, widthPx: 6 };
const weights = (name: string, dims: readonly number[], scale = 0.5, shift = 0): TensorProto =>
  floats(
    name,
    dims,
    draw(sizeOf(dims), name.length * 7 + dims.length).map((x) => shift + scale * x),
  );

describe('the MobileNets of ../shared/models', () => {
  const file = (name: string): OnnxModel => parseOnnx(readFileSync(resolve(models, name)));

  test.skipIf(!existsSync(models)).each([
    { name: 'mobilenetv1-0.25-128-imagenet-fp32.onnx', parameters: 54, depthCount: 27 },
    { name: 'mobilenetv2-imagenet-fp32.onnx', parameters: 104, depthCount: 32 },
    { name: 'mobilenetv2-imagenet-w8.onnx', parameters: 104, depthCount: 32 },
  ])('$name gives the features of the file', async ({ name, parameters, depthCount }) => {
    const model = file(name);
    const dims = [2, 3, 64, 96];
    const pixels = draw(sizeOf(dims), 1);

    const network = await importOnnx(model, { batch: 2, heightPx: 64, widthPx: 96, output: 'features' });

    const original = await run(pruneToOutputs(model, ['features']), { input: { type: 'float32', dims, data: pixels } });
    const features = await featuresOf(network, { ...startOf(network), pixels });
    expect(relativeDifference(features, floatsOf(original, 'features'))).toBeLessThan(1e-5);
    expect(network.parameters).toHaveLength(parameters);
    expect([network.depthCount, network.notices]).toEqual([depthCount, []]);
  });

  test.skipIf(!existsSync(models))('the smaller one has the gradients of the reference', async () => {
    const model = file('mobilenetv1-0.25-128-imagenet-fp32.onnx');
    const network = await importOnnx(model, { batch: 2, heightPx: 64, widthPx: 64, output: 'features' });
    const { shape } = network.features;

    const comparison = await compareGradients({
      loss: ops.reduceMean(ops.mul(network.features, constant(draw(sizeOf(shape), 2), shape))),
      variables: network.parameters.map(({ value }) => value),
      feeds: { ...startOf(network), pixels: draw(sizeOf(network.input.shape), 3) },
    });

    expect(comparison.worst.error).toBeLessThan(1e-4);
    expect(comparison.globalError).toBeLessThan(1e-5);
  });
});

/** A transformer as exporters write it: sizes computed from shapes, a class token stretched over the batch, attention by heads. */
function aTransformer(): OnnxModel {
  const linear = (x: string, name: string, rows: number, columns: number) => ({
    stored: [weights(`${name}.weight`, [rows, columns]), weights(`${name}.bias`, [columns])],
    nodes: [
      onnxNode('MatMul', [x, `${name}.weight`], [`${name}.product`]),
      onnxNode('Add', [`${name}.bias`, `${name}.product`], [name]),
    ],
  });
  const heads = (x: string, order: number[]) => [
    onnxNode('Reshape', [x, 'by head'], [`${x}.split`]),
    onnxNode('Transpose', [`${x}.split`], [`${x}.heads`], { perm: order }),
  ];
  const layers = ['q', 'k', 'v'].map((name) => linear('normed', name, 8, 8));
  const out = linear('mixed', 'out', 8, 8);
  const sizes = (numbers: readonly (number | string)[], to: string) => [
    ...numbers.map((size, i) =>
      typeof size === 'number'
        ? onnxNode('Constant', [], [`${to}.${i}`], { value_ints: [size] })
        : onnxNode('Unsqueeze', [size, 'axis 0'], [`${to}.${i}`]),
    ),
    onnxNode(
      'Concat',
      numbers.map((_, i) => `${to}.${i}`),
      [to],
      { axis: 0 },
    ),
  ];
  return onnxModel({
    name: 'transformer',
    inputs: [picture('pixel_values', ['batch', 3, 6, 6])],
    outputs: [onnxValue('last_hidden_state', 'float32', ['batch', 5, 8])],
    initializers: [
      weights('mean', [3, 1, 1]),
      weights('patches', [8, 3, 3, 3]),
      weights('token', [1, 1, 8]),
      weights('positions', [1, 5, 8]),
      weights('scale', [8], 0.2, 1),
      weights('shift', [8]),
      floats('head root', [], [2]),
      integers('axis 0', [0]),
      onnxTensor('zero', 'int64', [], BigInt64Array.of(0n)),
      ...[...layers, out].flatMap(({ stored }) => stored),
    ],
    nodes: [
      onnxNode('Sub', ['pixel_values', 'mean'], ['centered']),
      onnxNode('Shape', ['pixel_values'], ['shape']),
      onnxNode('Gather', ['shape', 'zero'], ['batch'], { axis: 0 }),
      onnxNode('Conv', ['centered', 'patches'], ['maps'], { strides: [3, 3] }),
      ...sizes(['batch', 8, -1], 'flat'),
      onnxNode('Reshape', ['maps', 'flat'], ['columns']),
      onnxNode('Transpose', ['columns'], ['words'], { perm: [0, 2, 1] }),
      ...sizes(['batch', 1, 8], 'stretched'),
      onnxNode('Expand', ['token', 'stretched'], ['tokens']),
      onnxNode('Concat', ['tokens', 'words'], ['sentence'], { axis: 1 }),
      onnxNode('Add', ['sentence', 'positions'], ['placed']),
      onnxNode('LayerNormalization', ['placed', 'scale', 'shift'], ['normed'], { axis: -1 }),
      ...layers.flatMap(({ nodes }) => nodes),
      ...sizes(['batch', 5, 2, 4], 'by head'),
      ...heads('q', [0, 2, 1, 3]),
      ...heads('k', [0, 2, 3, 1]),
      ...heads('v', [0, 2, 1, 3]),
      onnxNode('MatMul', ['q.heads', 'k.heads'], ['products']),
      onnxNode('Div', ['products', 'head root'], ['scores']),
      onnxNode('Softmax', ['scores'], ['attention'], { axis: -1 }),
      onnxNode('MatMul', ['attention', 'v.heads'], ['seen']),
      onnxNode('Transpose', ['seen'], ['turned'], { perm: [0, 2, 1, 3] }),
      ...sizes(['batch', 5, 8], 'joined'),
      onnxNode('Reshape', ['turned', 'joined'], ['mixed']),
      ...out.nodes,
      onnxNode('Add', ['placed', 'out'], ['last_hidden_state']),
    ],
  });
}

test('a transformer keeps its class token, and learns what its file stores but for the normalization of pixels', async () => {
  const model = aTransformer();
  const pixels = draw(2 * 3 * 36, 4);

  const network = await importOnnx(model, small);

  const original = await run(model, { pixel_values: { type: 'float32', dims: [2, 3, 6, 6], data: pixels } });
  const tokens = floatsOf(original, 'last_hidden_state');
  const first = Float32Array.from([...tokens.subarray(0, 8), ...tokens.subarray(40, 48)]);
  expect(relativeDifference(await featuresOf(network, { ...startOf(network), pixels }), first)).toBeLessThan(1e-5);
  const decaying = network.parameters.filter(({ decays }) => decays).map(({ name }) => name);
  expect(decaying).toEqual(['patches', 'q.weight', 'k.weight', 'v.weight', 'out.weight']);
  const others = network.parameters.filter(({ decays }) => !decays).map(({ name }) => name);
  expect(others).toEqual(['token', 'positions', 'scale', 'shift', 'q.bias', 'k.bias', 'v.bias', 'out.bias']);
  expect(network.parameters.find(({ name }) => name === 'token')?.value.shape).toEqual([1, 1, 8]);
});

/** Conv, batch norm and relu, residual from the second on. */
function aResidualNet(between: readonly NodeProto[] = [], opset = 17): OnnxModel {
  const block = (name: string, x: string, channels: number) => ({
    stored: [
      weights(`${name}.conv`, [4, channels, 3, 3]),
      weights(`${name}.scale`, [4], 0.2, 1),
      weights(`${name}.shift`, [4]),
      weights(`${name}.mean`, [4]),
      weights(`${name}.variance`, [4], 0.3, 1),
    ],
    nodes: [
      onnxNode('Conv', [x, `${name}.conv`], [`${name}.maps`], { pads: [1, 1, 1, 1] }),
      onnxNode(
        'BatchNormalization',
        [`${name}.maps`, `${name}.scale`, `${name}.shift`, `${name}.mean`, `${name}.variance`],
        [`${name}.normed`],
      ),
    ],
  });
  const blocks = [
    block('stem', 'image', 3),
    block('a', between.at(-1)?.output[0] ?? 'stem.y', 4),
    block('b', 'a.y', 4),
  ];
  const relu = (from: string, to: string) => onnxNode('Relu', [from], [to]);
  const [stem, a, b] = blocks.map(({ nodes }) => nodes) as [NodeProto[], NodeProto[], NodeProto[]];
  return onnxModel({
    name: 'residual',
    opset,
    inputs: [picture('image')],
    outputs: [onnxValue('features', 'float32', ['N', 4])],
    initializers: blocks.flatMap(({ stored }) => stored),
    nodes: [
      ...stem,
      relu('stem.normed', 'stem.y'),
      ...between,
      ...a,
      onnxNode('Add', ['a.normed', between.at(-1)?.output[0] ?? 'stem.y'], ['a.sum']),
      relu('a.sum', 'a.y'),
      ...b,
      onnxNode('Add', ['b.normed', 'a.y'], ['b.sum']),
      relu('b.sum', 'b.y'),
      onnxNode('GlobalAveragePool', ['b.y'], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['features']),
    ],
  });
}

describe('blocks', () => {
  test('a residual block has one depth, its normalization included', async () => {
    const { parameters, depthCount } = await importOnnx(aResidualNet(), small);

    expect(parameters.map(({ name, depth }) => `${name} ${depth}`)).toEqual([
      'stem.conv 0',
      'stem.scale 0',
      'stem.shift 0',
      'a.conv 1',
      'a.scale 1',
      'a.shift 1',
      'b.conv 2',
      'b.scale 2',
      'b.shift 2',
    ]);
    expect(depthCount).toBe(3);
  });
});

describe('batch normalization', () => {
  test('frozen, it vanishes into the convolution and leaves its statistics alone', async () => {
    const network = await importOnnx(aResidualNet(), small);

    const operators = listNodes([network.features]).map(({ operator }) => operator);
    expect(operators).not.toContain('batchNorm');
    expect(network.buffers).toHaveLength(6);
    expect(network.buffers.every(({ value, next }) => value === next)).toBe(true);
  });

  test('live, it takes the statistics of the batch, which the stored ones follow', async () => {
    const network = await importOnnx(aResidualNet(), { ...small, batchNorm: 'live' });
    const pixels = draw(2 * 3 * 36, 4);
    const feeds = { ...startOf(network), pixels };
    const [mean, variance] = network.buffers.slice(0, 2) as [ImportedBuffer, ImportedBuffer];
    const norm = listNodes([network.features]).find(({ operator }) => operator === 'batchNorm') as Node;

    const values = evaluate([mean.next, variance.next, norm.outputs[1] as Value, norm.outputs[2] as Value], feeds);

    const [nextMean, nextVariance, batchMean, batchVariance] = values as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    expect([mean.name, variance.name]).toEqual(['stem.mean', 'stem.variance']);
    expect(
      largestDifference(
        nextMean,
        batchMean.map((x, c) => 0.9 * (mean.initial[c] as number) + 0.1 * x),
      ),
    ).toBeLessThan(1e-6);
    const unbiased = batchVariance.map((x) => (x * 72) / 71);
    expect(
      largestDifference(
        nextVariance,
        unbiased.map((x, c) => 0.9 * (variance.initial[c] as number) + 0.1 * x),
      ),
    ).toBeLessThan(1e-6);
  });
});

describe('an operator without a gradient', () => {
  const pixels = draw(2 * 3 * 36, 4);
  const image: Tensor = { type: 'float32', dims: [2, 3, 6, 6], data: pixels };

  test('stays frozen with all before it, and what follows is trained', async () => {
    const model = aResidualNet([onnxNode('LRN', ['stem.y'], ['lrn'], { size: 3 })]);

    const network = await importOnnx(model, small);

    expect(network.notices).toEqual(['LRN and all before it stay frozen: it has no gradient here.']);
    expect(network.parameters.map(({ name }) => name)).toEqual([
      'a.conv',
      'a.scale',
      'a.shift',
      'b.conv',
      'b.scale',
      'b.shift',
    ]);
    const maps = Object.values(await run(network.frozen as OnnxModel, { image }))[0] as Tensor & { type: 'float32' };
    expect(maps.dims).toEqual(network.input.shape);
    const features = await featuresOf(network, { ...startOf(network), pixels: maps.data });
    expect(relativeDifference(features, floatsOf(await run(model, { image }), 'features'))).toBeLessThan(1e-5);
  });

  test('a form that is not differentiated is one, too', async () => {
    const pool = onnxNode('AveragePool', ['stem.y'], ['pool'], {
      kernel_shape: [2, 2],
      dilations: [2, 2],
      pads: [1, 1, 1, 1],
    });

    const network = await importOnnx(aResidualNet([pool], 19), small);

    expect(network.notices).toEqual(['AveragePool and all before it stay frozen: it is dilated.']);
    expect(network.parameters).toHaveLength(6);
  });

  test('at the end it leaves nothing to train', async () => {
    const model = onnxModel({
      name: 'end',
      inputs: [picture('image')],
      outputs: [onnxValue('y', 'float32', ['N', 3, 6, 6])],
      nodes: [onnxNode('LRN', ['image'], ['y'], { size: 3 })],
    });

    const network = await importOnnx(model, small);

    expect(network.parameters).toEqual([]);
    expect(network.notices.at(-1)).toBe('Nothing of the model is left to train.');
    expect(network.features.shape).toEqual([2, 108]);
  });

  test('inside a residual branch, the whole block is frozen, and sizes asked of it are known', async () => {
    const model = aResidualNet([
      onnxNode('LRN', ['stem.y'], ['lrn'], { size: 3 }),
      onnxNode('Add', ['lrn', 'stem.y'], ['sum']),
      onnxNode('Shape', ['stem.y'], ['size']),
      onnxNode('Reshape', ['sum', 'size'], ['reshaped']),
    ]);

    const network = await importOnnx(model, small);

    expect(network.parameters).toHaveLength(6);
    const maps = Object.values(await run(network.frozen as OnnxModel, { image }))[0] as Tensor & { type: 'float32' };
    const features = await featuresOf(network, { ...startOf(network), pixels: maps.data });
    expect(relativeDifference(features, floatsOf(await run(model, { image }), 'features'))).toBeLessThan(1e-5);
  });

  test('on constants alone it is computed once', async () => {
    const model = onnxModel({
      name: 'constants',
      inputs: [picture('image')],
      outputs: [onnxValue('y', 'float32', ['N', 3, 6, 6])],
      initializers: [weights('angles', [6])],
      nodes: [onnxNode('Sin', ['angles'], ['waves']), onnxNode('Mul', ['image', 'waves'], ['y'])],
    });

    const network = await importOnnx(model, small);

    const y = floatsOf(await run(model, { image }), 'y');
    expect([network.frozen, network.parameters]).toEqual([undefined, []]);
    expect(relativeDifference(await featuresOf(network, { pixels }), y)).toBeLessThan(1e-6);
  });
});

test('what was learned goes back into the file', async () => {
  const model = aResidualNet();
  const network = await importOnnx(model, small);
  const pixels = draw(2 * 3 * 36, 4);
  const learned = new Map(
    network.parameters.map(({ name, value }, i) => [
      name,
      { shape: value.shape, data: draw(sizeOf(value.shape), 50 + i) },
    ]),
  );

  const changed = parseOnnx(renderOnnx(replaceTensors(model, learned)));

  const data = Object.fromEntries([...learned].map(([name, tensor]) => [`parameters/${name}`, tensor.data]));
  const features = await featuresOf(network, { ...startOf(network), ...data, pixels });
  const results = await run(changed, { image: { type: 'float32', dims: [2, 3, 6, 6], data: pixels } });
  expect(relativeDifference(floatsOf(results, 'features'), features)).toBeLessThan(1e-5);
  expect(() => replaceTensors(model, new Map([['nothing', { shape: [1], data: new Float32Array(1) }]]))).toThrow(
    OnnxError,
  );
});

test('weights that the file computes are stored in its place', async () => {
  const model = onnxModel({
    name: 'turned',
    inputs: [picture('image', [1, 3, 2, 2])],
    outputs: [onnxValue('y', 'float32', [1, 5])],
    initializers: [weights('stored', [5, 12])],
    nodes: [
      onnxNode('Flatten', ['image'], ['flat']),
      onnxNode('Transpose', ['stored'], ['turned'], { perm: [1, 0] }),
      onnxNode('MatMul', ['flat', 'turned'], ['y']),
    ],
  });
  const { parameters } = await importOnnx(model, { batch: 1, heightPx: 2, widthPx: 2 });

  const changed = replaceTensors(model, new Map([['turned', { shape: [12, 5], data: new Float32Array(60) }]]));

  expect(parameters.map(({ name, value }) => [name, value.shape])).toEqual([['turned', [12, 5]]]);
  expect(changed.graph?.node.map(({ opType }) => opType)).toEqual(['Flatten', 'MatMul']);
});
