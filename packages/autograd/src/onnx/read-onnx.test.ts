/** @file Every file of the hostile collection, and hostile models made here, are refused with the reason that fits. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { sharedFolder } from '../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxTensor, onnxValue } from './build-onnx.ts';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx_pb.ts';
import { OnnxError, type OnnxModel, parseOnnx } from './read-onnx.ts';
import { renderOnnx } from './write-onnx.ts';

const hostile = resolve(sharedFolder, 'models/hostile');

interface Parts {
  nodes?: NodeProto[];
  initializers?: TensorProto[];
}

function aModel({ nodes = [onnxNode('Relu', ['x'], ['y'])], initializers = [] }: Parts = {}): OnnxModel {
  return onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', ['N', 4])],
    outputs: [onnxValue('y', 'float32', ['N', 4])],
    nodes,
    initializers,
  });
}

function refusal(model: OnnxModel | Uint8Array): string {
  try {
    parseOnnx(model instanceof Uint8Array ? model : renderOnnx(model));
  } catch (error) {
    if (error instanceof OnnxError) return error.reason;
    throw error;
  }
  return 'accepted';
}

const expected: Record<string, RegExp> = {
  'empty.onnx': /it is empty/,
  'random.onnx': /not an ONNX file/,
  'trunc.onnx': /cut short/,
  'deep.onnx': /cut short/,
  'badop.onnx': /unknown operator "NoSuchOp"/,
  'loop_forever.onnx': /operator Loop/,
  'bomb_constofshape_64g.onnx': /too much memory: ConstantOfShape/,
  'bomb_expand_64g.onnx': /too much memory: Expand/,
};

test.skipIf(!existsSync(hostile))(
  'every hostile file is refused and the good one is not (needs ../shared/models/hostile)',
  () => {
    const reasons = Object.fromEntries(
      readdirSync(hostile).map((name) => [name, refusal(readFileSync(resolve(hostile, name)))]),
    );

    for (const [name, reason] of Object.entries(reasons)) {
      const wanted = name === 'good.onnx' ? /^accepted$/ : (expected[name] ?? /keeps its data in another file/);
      expect.soft(reason, name).toMatch(wanted);
    }
    expect(Object.keys(reasons)).toHaveLength(22);
  },
);

test('tensor data is a view of the bytes, not a copy', () => {
  const bytes = renderOnnx(aModel({ initializers: [floats('w', [2], [1, 2])] }));

  const model = parseOnnx(bytes);

  expect(model.graph?.initializer[0]?.rawData.buffer).toBe(bytes.buffer);
});

test('what is written is read back equal, byte for byte', () => {
  const bytes = renderOnnx(aModel({ initializers: [floats('w', [2], [1, 2])] }));

  expect(renderOnnx(parseOnnx(bytes))).toEqual(bytes);
});

test('no cut of a model is taken for a whole one', () => {
  const bytes = renderOnnx(aModel({ initializers: [floats('w', [2], [1, 2])] }));

  for (let length = 0; length < bytes.length; length++) expect(refusal(bytes.subarray(0, length))).not.toBe('accepted');
});

describe('data outside the file is refused', () => {
  const outside = (): TensorProto => {
    const tensor = floats('w', [4], [1, 2, 3, 4]);
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    return tensor;
  };
  const inSubgraph = (): NodeProto => {
    const node = onnxNode('Relu', ['x'], ['y']);
    const { graph } = aModel({ initializers: [outside()] });
    const type = AttributeProto_AttributeType.GRAPH;
    node.attribute.push(create(AttributeProtoSchema, { name: 'body', type, ...(graph && { g: graph }) }));
    return node;
  };

  test.each([
    ['of an initializer', () => aModel({ initializers: [outside()] })],
    ['of an attribute', () => aModel({ nodes: [onnxNode('Constant', [], ['y'], { value: { tensor: outside() } })] })],
    ['inside a subgraph', () => aModel({ nodes: [inSubgraph()] })],
    [
      'inside a function',
      () => {
        const model = aModel();
        model.functions.push(create(FunctionProtoSchema, { name: 'f', node: [inSubgraph()] }));
        return model;
      },
    ],
  ])('%s', (_, build) => {
    expect(refusal(build())).toMatch(/keeps its data in another file/);
  });
});

describe('sizes that do not fit are refused', () => {
  const withTensor = (change: (tensor: TensorProto) => void, base = floats('w', [2, 2], [1, 2, 3, 4])): OnnxModel => {
    change(base);
    return aModel({ initializers: [base] });
  };

  test.each<[string, OnnxModel, RegExp]>([
    ['a negative dimension', withTensor((t) => (t.dims = [-1n])), /negative dimension/],
    ['fewer bytes than elements', withTensor((t) => (t.dims = [5n])), /16 bytes of data where its shape needs 20/],
    ['a product that overflows', withTensor((t) => (t.dims = [2n ** 40n, 2n ** 40n])), /too large/],
    ['too many dimensions', withTensor((t) => (t.dims = Array.from({ length: 17 }, () => 1n))), /too many dimensions/],
    ['no data', withTensor((t) => (t.rawData = new Uint8Array())), /0 elements of data where its shape needs 4/],
    [
      'float_data of another length',
      withTensor((t) => Object.assign(t, { rawData: new Uint8Array(), floatData: [1, 2, 3] })),
      /3 elements of data where its shape needs 4/,
    ],
    ['an unknown element type', withTensor((t) => (t.dataType = 99)), /unknown element type 99/],
    [
      'an impossible input',
      (() => {
        const model = aModel();
        model.graph?.input.push(onnxValue('z', 'float32', [-5]));
        return model;
      })(),
      /impossible dimension/,
    ],
  ])('%s', (_, model, reason) => {
    expect(refusal(model)).toMatch(reason);
  });
});

describe('a small constant that asks for a huge tensor is refused', () => {
  const huge = integers('s', [2 ** 20, 2 ** 20]);
  const int = (name: string, value: bigint) => onnxTensor(name, 'int64', [], BigInt64Array.of(value));

  test.each<[string, Parts]>([
    ['ConstantOfShape', { nodes: [onnxNode('ConstantOfShape', ['s'], ['y'])], initializers: [huge] }],
    ['Expand', { nodes: [onnxNode('Expand', ['x', 's'], ['y'])], initializers: [huge] }],
    ['Tile', { nodes: [onnxNode('Tile', ['x', 's'], ['y'])], initializers: [huge] }],
    ['OneHot', { nodes: [onnxNode('OneHot', ['x', 's', 'v'], ['y'])], initializers: [int('s', 2n ** 40n)] }],
    [
      'Range',
      {
        nodes: [onnxNode('Range', ['a', 'b', 'c'], ['y'])],
        initializers: [int('a', 0n), int('b', 2n ** 40n), int('c', 1n)],
      },
    ],
    ['RandomNormal', { nodes: [onnxNode('RandomNormal', [], ['y'], { shape: [2 ** 30, 2 ** 10] })] }],
    ['Conv', { nodes: [onnxNode('Conv', ['x', 'w'], ['y'], { pads: [2 ** 30, 0, 0, 0] })] }],
    ['Pad', { nodes: [onnxNode('Pad', ['x', 's'], ['y'])], initializers: [integers('s', [0, 2 ** 30])] }],
    [
      'ConstantOfShape',
      {
        nodes: [
          onnxNode('Constant', [], ['s'], { value: { tensor: integers('', [2 ** 40]) } }),
          onnxNode('ConstantOfShape', ['s'], ['y']),
        ],
      },
    ],
    [
      'Expand',
      {
        nodes: [0, 1, 2, 3, 4].map((i) => onnxNode('Expand', ['x', 's'], [`y${i}`])),
        initializers: [integers('s', [2 ** 26])],
      },
    ],
  ])('%s', (operator, parts) => {
    expect(refusal(aModel(parts))).toMatch(new RegExp(`(too much memory|impossible extent).*|its ${operator}`));
    expect(refusal(aModel(parts))).toContain(operator);
  });
});

describe('operators are held to the known ones', () => {
  test.each<[string, NodeProto, RegExp]>([
    ['control flow', onnxNode('If', ['x'], ['y']), /operator If, which image models do not need/],
    ['an invented name', onnxNode('Frobnicate', ['x'], ['y']), /unknown operator "Frobnicate"/],
    ['another domain', onnxNode('Relu', ['x'], ['y'], {}, 'evil.corp'), /operator domain "evil.corp"/],
    ["the runtime's inner layout", onnxNode('Conv', ['x'], ['y'], {}, 'com.microsoft.nchwc'), /operator domain/],
  ])('%s', (_, node, reason) => {
    expect(refusal(aModel({ nodes: [node] }))).toMatch(reason);
  });

  test('an unused domain among the imports does no harm', () => {
    const model = aModel();
    model.opsetImport.push({ ...(model.opsetImport[0] as (typeof model.opsetImport)[0]), domain: 'ai.onnx.preview' });

    expect(refusal(model)).toBe('accepted');
  });
});

describe('bytes that would swell in memory are refused before they are decoded', () => {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const graphOf = (content: Uint8Array): Uint8Array => Uint8Array.from([0x3a, ...varint(content.length), ...content]);

  test('millions of empty nodes', () => {
    const bytes = graphOf(new Uint8Array(4_200_000).map((_, i) => (i % 2 === 0 ? 0x0a : 0)));

    expect(refusal(bytes)).toMatch(/too many parts/);
  });

  test('a long list of small integers', () => {
    const numbers = 70_000_000;
    const tensor = [0x3a, ...varint(numbers)];
    const size = tensor.length + numbers;
    const head = [0x2a, ...varint(size), ...tensor];
    const bytes = new Uint8Array(1 + varint(head.length + numbers).length + head.length + numbers);
    bytes.set([0x3a, ...varint(head.length + numbers), ...head]);

    expect(refusal(bytes)).toMatch(/too many parts/);
  });

  test('subgraphs inside subgraphs', () => {
    let content = new Uint8Array();
    for (let depth = 0; depth < 40; depth++) {
      const attribute = [0x32, ...varint(content.length), ...content];
      const node = [0x2a, ...varint(attribute.length), ...attribute];
      content = Uint8Array.from([0x0a, ...varint(node.length), ...node]);
    }

    expect(refusal(graphOf(content))).toMatch(/nested too deep/);
  });
});
