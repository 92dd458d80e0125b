/** @file Per ONNX operator that moves elements or tells sizes, small models that use it. */
import { integers, onnxNode, onnxTensor } from '../build-onnx.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import { f, number, type RuleCase, single, weights } from './case-builders.ts';

/** Sizes as exporters compute them: from the shape of the picture. */
const sizeChain = (use: readonly NodeProto[]): Pick<RuleCase, 'nodes' | 'stored'> => ({
  stored: [integers('first', [0]), integers('one', [1]), integers('rest', [-1]), integers('axis0', [0])],
  nodes: [
    onnxNode('Shape', ['x'], ['shape']),
    onnxNode('Gather', ['shape', 'first'], ['batch'], { axis: 0 }),
    onnxNode('Gather', ['shape', 'one'], ['channels'], { axis: 0 }),
    ...use,
  ],
});

export const layoutCases: Readonly<Record<string, readonly RuleCase[]>> = {
  Reshape: [
    single('Reshape', { name: '0 copies', stored: [integers('shape', [0, -1, 2])] }),
    {
      name: 'a computed shape',
      ...sizeChain([
        onnxNode('Concat', ['batch', 'rest'], ['to'], { axis: 0 }),
        onnxNode('Reshape', ['x', 'to'], ['y']),
      ]),
    },
  ],
  Flatten: [single('Flatten'), single('Flatten', { name: 'axis 2', attributes: { axis: 2 } })],
  Transpose: [single('Transpose', { attributes: { perm: [0, 2, 3, 1] } })],
  Squeeze: [
    {
      name: 'axes of an input',
      stored: [integers('axes', [2, 3])],
      nodes: [onnxNode('GlobalAveragePool', ['x'], ['p']), onnxNode('Squeeze', ['p', 'axes'], ['y'])],
    },
    {
      name: 'every axis of 1, opset 11',
      opset: 11,
      nodes: [onnxNode('GlobalAveragePool', ['x'], ['p']), onnxNode('Squeeze', ['p'], ['y'])],
    },
  ],
  Unsqueeze: [
    single('Unsqueeze', { stored: [integers('axes', [1, -1])] }),
    single('Unsqueeze', { name: 'an attribute', opset: 11, attributes: { axes: [0, 4] } }),
  ],
  Expand: [
    {
      name: 'a token for every picture',
      ...sizeChain([
        onnxNode('Concat', ['batch', 'rest', 'rest'], ['to'], { axis: 0 }),
        onnxNode('Abs', ['to'], ['sizes']),
        onnxNode('Expand', ['token', 'sizes'], ['tokens']),
        onnxNode('Reshape', ['x', 'flat'], ['words']),
        onnxNode('Concat', ['tokens', 'words'], ['y'], { axis: 1 }),
      ]),
      stored: [...(sizeChain([]).stored ?? []), weights('token', [1, 1, 6]), integers('flat', [0, 12, 6])],
      learned: ['token'],
    },
  ],
  Tile: [single('Tile', { stored: [integers('repeats', [1, 2, 1, 3])] })],
  Concat: [
    {
      name: 'channels',
      nodes: [onnxNode('Relu', ['x'], ['r']), onnxNode('Concat', ['x', 'r', 'x'], ['y'], { axis: 1 })],
    },
  ],
  Split: [
    {
      name: 'stated sizes',
      stored: [integers('sizes', [1, 2])],
      nodes: [onnxNode('Split', ['x', 'sizes'], ['a', 'b'], { axis: 1 }), onnxNode('Mul', ['a', 'b'], ['y'])],
    },
    {
      name: 'equal parts, opset 11',
      opset: 11,
      nodes: [onnxNode('Split', ['x'], ['a', 'b'], { axis: 3 }), onnxNode('Mul', ['a', 'b'], ['y'])],
    },
  ],
  Slice: [
    single('Slice', {
      stored: ['starts', 'ends', 'axes', 'steps'].map((name, i) =>
        integers(
          name,
          [
            [-1, 1],
            [-100, 2 ** 53],
            [3, 2],
            [-2, 1],
          ][i] as number[],
        ),
      ),
    }),
    single('Slice', { name: 'attributes', opset: 9, attributes: { starts: [0, 1], ends: [1, -1], axes: [1, 2] } }),
  ],
  Gather: [
    single('Gather', { name: 'negative indices', stored: [integers('indices', [-1, 0, 1])], attributes: { axis: 2 } }),
  ],
  Pad: [
    single('Pad', { name: 'zeros', stored: [integers('pads', [0, 0, 1, 2, 0, 0, 0, 1])] }),
    single('Pad', { name: 'a number', stored: [integers('pads', [0, 0, 1, 0, 0, 0, 0, 0]), number('value', -3)] }),
    single('Pad', {
      name: 'reflect',
      stored: [integers('pads', [0, 0, 2, 3, 0, 0, 3, 1])],
      attributes: { mode: 'reflect' },
    }),
    single('Pad', { name: 'edge', stored: [integers('pads', [0, 0, 2, 0, 0, 0, 0, 2])], attributes: { mode: 'edge' } }),
    single('Pad', {
      name: 'wrap',
      opset: 19,
      stored: [integers('pads', [0, 0, 1, 0, 0, 0, 0, 2])],
      attributes: { mode: 'wrap' },
    }),
    single('Pad', { name: 'cut', stored: [integers('pads', [0, 0, -1, 1, 0, 0, 0, -2])] }),
    single('Pad', { name: 'attributes', opset: 10, attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1] } }),
  ],
  SpaceToDepth: [single('SpaceToDepth', { attributes: { blocksize: 2 } })],
  DepthToSpace: ['DCR', 'CRD'].map((mode) => ({
    name: mode,
    stored: [weights('w', [8, 3, 1, 1])],
    nodes: [onnxNode('Conv', ['x', 'w'], ['c']), onnxNode('DepthToSpace', ['c'], ['y'], { blocksize: 2, mode })],
    learned: ['w'],
  })),
  Constant: [
    {
      name: 'a tensor',
      nodes: [
        onnxNode('Constant', [], ['w'], { value: { tensor: weights('', [6, 5]) } }),
        onnxNode('MatMul', ['x', 'w'], ['y']),
      ],
      learned: ['w'],
    },
    {
      name: 'numbers',
      nodes: [
        onnxNode('Constant', [], ['a'], { value_float: f(0.5) }),
        onnxNode('Constant', [], ['b'], { value_floats: { floats: [1, 2, 3, 4, 5, 6] } }),
        onnxNode('Constant', [], ['axis'], { value_int: 1 }),
        onnxNode('Constant', [], ['axes'], { value_ints: [1] }),
        onnxNode('Mul', ['x', 'a'], ['m']),
        onnxNode('Add', ['m', 'b'], ['n']),
        onnxNode('ReduceSum', ['n', 'axes'], ['r']),
        onnxNode('Gather', ['r', 'axis'], ['y'], { axis: 2 }),
      ],
    },
  ],
  ConstantOfShape: [
    {
      name: 'zeros of a computed shape',
      ...sizeChain([
        onnxNode('ConstantOfShape', ['channels'], ['zeros']),
        onnxNode('Unsqueeze', ['zeros', 'rest'], ['z']),
        onnxNode('Unsqueeze', ['z', 'rest'], ['zz']),
        onnxNode('Add', ['x', 'zz'], ['y']),
      ]),
    },
  ],
  Range: [
    {
      name: 'positions',
      stored: [
        onnxTensor('start', 'int64', [], BigInt64Array.of(0n)),
        onnxTensor('limit', 'int64', [], BigInt64Array.of(6n)),
        onnxTensor('step', 'int64', [], BigInt64Array.of(2n)),
      ],
      nodes: [onnxNode('Range', ['start', 'limit', 'step'], ['r']), onnxNode('Gather', ['x', 'r'], ['y'], { axis: 3 })],
    },
  ],
  DequantizeLinear: [
    {
      name: 'weights per channel',
      stored: [
        onnxTensor(
          'q',
          'uint8',
          [4, 3, 1, 1],
          Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
        ),
        weights('scales', [4], 1.5),
        onnxTensor('zeros', 'uint8', [4], Uint8Array.of(120, 100, 90, 130)),
      ],
      nodes: [
        onnxNode('DequantizeLinear', ['q', 'scales', 'zeros'], ['w'], { axis: 0 }),
        onnxNode('Conv', ['x', 'w'], ['y']),
      ],
      learned: ['w'],
    },
  ],
  Shape: [
    {
      name: 'a part of it',
      stored: [integers('rest', [-1])],
      nodes: [
        onnxNode('Shape', ['x'], ['s'], { start: 0, end: 2 }),
        onnxNode('Concat', ['s', 'rest'], ['to'], { axis: 0 }),
        onnxNode('Reshape', ['x', 'to'], ['y']),
      ],
    },
  ],
  Size: [
    {
      name: 'as a divisor',
      nodes: [
        onnxNode('Size', ['x'], ['s']),
        onnxNode('Cast', ['s'], ['n'], { to: 1 }),
        onnxNode('Div', ['x', 'n'], ['y']),
      ],
    },
  ],
};
