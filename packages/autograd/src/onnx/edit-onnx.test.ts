/** @file Graph surgery on small models, and on the real ones where they are. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSession } from '../runtime/session.ts';
import { sharedFolder } from '../testing.ts';
import { type Dimension, floats, integers, onnxModel, onnxNode, onnxValue } from './build-onnx.ts';
import {
  concatenateModels,
  findFeatureOutput,
  freeBatch,
  listInputs,
  listOutputs,
  prefixNames,
  pruneToOutputs,
} from './edit-onnx.ts';
import type { NodeProto, TensorProto } from './generated/onnx_pb.ts';
import { OnnxError, type OnnxModel, parseOnnx } from './read-onnx.ts';
import { renderOnnx } from './write-onnx.ts';

interface Parts {
  nodes: NodeProto[];
  initializers?: TensorProto[];
  outputs: string[];
  dims?: Dimension[];
}

const aModel = ({ nodes, initializers = [], outputs, dims = ['N', 4] }: Parts): OnnxModel =>
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', dims)],
    outputs: outputs.map((name) => onnxValue(name, 'float32', ['N', 4])),
    nodes,
    initializers,
  });

const aChain = (): OnnxModel =>
  aModel({
    nodes: [
      onnxNode('Relu', ['x'], ['hidden']),
      onnxNode('Add', ['hidden', 'b'], ['y']),
      onnxNode('Mul', ['x', 'unused'], ['z']),
    ],
    initializers: [floats('b', [4], [1, 1, 1, 1]), floats('unused', [], [2])],
    outputs: ['y', 'z'],
  });

async function run(model: OnnxModel, data: Float32Array, dims: number[]) {
  await using session = await openSession(renderOnnx(model));
  return await session.run({ x: { type: 'float32', dims, data } });
}

test('pruning leaves what the outputs need, inner tensors included', async () => {
  const pruned = pruneToOutputs(aChain(), ['y', 'hidden']);

  const { y, hidden } = await run(pruned, Float32Array.of(-1, 0, 1, 2), [1, 4]);

  expect([...(y?.data ?? [])]).toEqual([1, 1, 2, 3]);
  expect([...(hidden?.data ?? [])]).toEqual([0, 0, 1, 2]);
  expect(pruned.graph?.node.map((node) => node.opType)).toEqual(['Relu', 'Add']);
  expect(pruned.graph?.initializer.map((tensor) => tensor.name)).toEqual(['b']);
});

test('stored values listed as inputs are not asked for, and no longer listed once pruned', () => {
  const model = aChain();
  model.graph?.input.push(onnxValue('b', 'float32', [4]));

  expect(listInputs(model).map(({ name }) => name)).toEqual(['x']);
  expect(pruneToOutputs(model, ['y']).graph?.input.map(({ name }) => name)).toEqual(['x']);
});

test('a dimension of 0, as some exporters write for unknown, is unknown', () => {
  const model = aModel({ nodes: [], outputs: ['y'], dims: ['N', 0, 3] });

  expect(listInputs(model)[0]?.dims).toEqual(['N', undefined, 3]);
});

test('editing changes no model that was given', () => {
  const model = aChain();
  const before = renderOnnx(model);

  concatenateModels(
    prefixNames(freeBatch(pruneToOutputs(model, ['y'])), 'a/', new Set(['x'])),
    prefixNames(model, 'b/'),
    {
      connections: { 'b/x': 'a/y' },
    },
  );

  expect(renderOnnx(model)).toEqual(before);
});

test('two models in a row compute what they compute one after the other', async () => {
  const first = prefixNames(pruneToOutputs(aChain(), ['y']), 'a/', new Set(['x']));
  const second = prefixNames(aChain(), 'b/');

  const joined = concatenateModels(first, second, { connections: { 'b/x': 'a/y' }, keep: ['a/y'] });
  const outputs = await run(joined, Float32Array.of(-1, 0, 1, 2), [1, 4]);

  expect(listOutputs(joined).map(({ name }) => name)).toEqual(['a/y', 'b/y', 'b/z']);
  expect([...(outputs['a/y']?.data ?? [])]).toEqual([1, 1, 2, 3]);
  expect([...(outputs['b/y']?.data ?? [])]).toEqual([2, 2, 3, 4]);
});

describe('models that cannot be joined are refused', () => {
  const older = (): OnnxModel => {
    const model = prefixNames(aChain(), 'b/');
    if (model.opsetImport[0]) model.opsetImport[0].version = 12n;
    return model;
  };

  test.each<[string, () => unknown, RegExp]>([
    [
      'tensors of one name',
      () => concatenateModels(aChain(), aChain(), { connections: { x: 'y' } }),
      /both models have a tensor "b"/,
    ],
    [
      'an open input',
      () => concatenateModels(aChain(), prefixNames(aChain(), 'b/'), { connections: {} }),
      /connected to the input "b\/x"/,
    ],
    [
      'operators of another set',
      () => concatenateModels(aChain(), older(), { connections: { 'b/x': 'y' } }),
      /operator set 17, where Relu/,
    ],
    ['a cut that is not there', () => pruneToOutputs(aChain(), ['nothing']), /no tensor "nothing"/],
  ])('%s', (_, join, reason) => {
    expect(join).toThrow(OnnxError);
    expect(join).toThrow(reason);
  });
});

describe('a model for one picture runs on several', () => {
  test.each<[string, number[]]>([
    ['a reshape that names every size', [1, 2, 6]],
    ['a reshape with a rest', [1, 3, -1]],
  ])('%s', async (_, shape) => {
    const model = onnxModel({
      name: 'test',
      inputs: [onnxValue('x', 'float32', [1, 3, 4])],
      outputs: [onnxValue('y', 'float32', [1, shape[1] as number, 12 / (shape[1] as number)])],
      initializers: [integers('shape', shape)],
      nodes: [onnxNode('Reshape', ['x', 'shape'], ['y'])],
    });
    const data = Float32Array.from({ length: 24 }, (_, i) => i);

    const { y } = await run(freeBatch(model), data, [2, 3, 4]);

    expect(y?.dims).toEqual([2, shape[1], 12 / (shape[1] as number)]);
    expect(y?.data).toEqual(data);
  });

  test('a reshape of stored values stays', () => {
    const model = aModel({
      nodes: [onnxNode('Reshape', ['b', 'shape'], ['row']), onnxNode('Add', ['x', 'row'], ['y'])],
      initializers: [floats('b', [4], [1, 1, 1, 1]), integers('shape', [1, 4])],
      outputs: ['y'],
      dims: [1, 4],
    });

    expect(freeBatch(model).graph?.node).toEqual(model.graph?.node);
  });
});

describe('the feature output is', () => {
  const weights = [floats('w', [4, 2], new Float32Array(8)), floats('b', [2], [0, 0])];
  const gemm = onnxNode('Gemm', ['pooled', 'w', 'b'], ['scores']);
  const pooled = onnxNode('Relu', ['x'], ['pooled']);
  const kernel = floats('k', [2, 4, 1, 1], new Float32Array(8));

  test.each<[string, Parts, string]>([
    [
      'an output of a known name',
      { nodes: [pooled, gemm], initializers: weights, outputs: ['scores', 'Pooler_Output'] },
      'Pooler_Output',
    ],
    ['what the last Gemm reads', { nodes: [pooled, gemm], initializers: weights, outputs: ['scores'] }, 'pooled'],
    [
      'what the last MatMul reads, behind bias and softmax',
      {
        nodes: [
          pooled,
          onnxNode('MatMul', ['pooled', 'w'], ['product']),
          onnxNode('Add', ['product', 'b'], ['biased']),
          onnxNode('Softmax', ['biased'], ['scores'], { axis: 1 }),
        ],
        initializers: weights,
        outputs: ['scores'],
      },
      'pooled',
    ],
    [
      'what a Gemm with dequantized weights reads, before its dropout',
      {
        nodes: [
          pooled,
          onnxNode('Dropout', ['pooled'], ['dropped']),
          onnxNode('DequantizeLinear', ['w', 'b'], ['real']),
          onnxNode('Gemm', ['dropped', 'real'], ['scores']),
        ],
        initializers: weights,
        outputs: ['scores'],
      },
      'pooled',
    ],
    [
      'what a 1x1 convolution behind a global pooling reads',
      {
        nodes: [
          onnxNode('GlobalAveragePool', ['x'], ['pooled']),
          onnxNode('Conv', ['pooled', 'k'], ['mapped']),
          onnxNode('Flatten', ['mapped'], ['scores'], { axis: 1 }),
        ],
        initializers: [kernel],
        outputs: ['scores'],
      },
      'pooled',
    ],
  ])('%s', (_, parts, expected) => {
    expect(findFeatureOutput(aModel(parts))).toBe(expected);
  });

  test.each<[string, NodeProto[]]>([
    ['a detector', [onnxNode('Conv', ['x', 'k'], ['scores'])]],
    ['a product of two moving tensors', [pooled, onnxNode('MatMul', ['pooled', 'x'], ['scores'])]],
    ['a loop of nodes', [onnxNode('Identity', ['scores'], ['scores'])]],
  ])('not to be found in %s', (_, nodes) => {
    expect(() => findFeatureOutput(aModel({ nodes, initializers: [kernel], outputs: ['scores'] }))).toThrow(OnnxError);
  });

  test.skipIf(!existsSync(resolve(sharedFolder, 'models')))('found in real models (needs ../shared/models)', () => {
    const read = (file: string): OnnxModel => parseOnnx(readFileSync(resolve(sharedFolder, 'models', file)));
    const bare = pruneToOutputs(read('mobilenetv2-imagenet-fp32.onnx'), ['probs']);

    expect(findFeatureOutput(read('mobilenetv2-imagenet-fp32.onnx'))).toBe('features');
    expect(findFeatureOutput(bare)).toBe('mean_63_g');
    expect(() => findFeatureOutput(read('yolox_nano.onnx'))).toThrow(OnnxError);
    expect(() => findFeatureOutput(read('ultraface-RFB-320.onnx'))).toThrow(OnnxError);
  });
});
