/** @file Per ONNX operator, small models that use it. */
import { floats, integers, onnxNode, onnxTensor } from '../build-onnx.ts';
import { type Attributes, f, number, type RuleCase, single, weights } from './case-builders.ts';
import { layoutCases } from './layout.cases.ts';

/** Between the picture and an operator that is not defined for all numbers. */
const positive = (opType: string, attributes: Attributes = {}): RuleCase => ({
  name: 'positive numbers',
  nodes: [onnxNode('Exp', ['x'], ['e']), onnxNode(opType, ['e'], ['y'], attributes)],
});

/** A truth value shown as a number. */
const compared = (opType: string): RuleCase => ({
  name: 'with a row',
  stored: [floats('row', [6], [-0.5, 0, 0.1, 0.2, 0.3, 0.9])],
  nodes: [
    onnxNode(opType, ['x', 'row'], ['c']),
    onnxNode('Cast', ['c'], ['n'], { to: 1 }),
    onnxNode('Mul', ['n', 'x'], ['y']),
  ],
});

const logical = (opType: string): RuleCase => ({
  name: 'of two comparisons',
  stored: [number('low', -0.3), number('high', 0.3)],
  nodes: [
    onnxNode('Greater', ['x', 'low'], ['a']),
    onnxNode('Less', ['x', 'high'], ['b']),
    onnxNode(opType, ['a', 'b'], ['c']),
    onnxNode('Cast', ['c'], ['n'], { to: 1 }),
    onnxNode('Mul', ['n', 'x'], ['y']),
  ],
});

const reduction = (opType: string, since = 18): RuleCase[] => [
  {
    name: 'every axis',
    opset: 13,
    nodes: [onnxNode(opType, ['x'], ['r']), onnxNode('Mul', ['x', 'r'], ['y'])],
  },
  single(opType, { name: 'axes of an attribute', opset: since - 1, attributes: { axes: [2, -1], keepdims: 0 } }),
  single(opType, { name: 'axes of an input', stored: [integers('axes', [1])], attributes: { keepdims: 1 } }),
];

const conv = (name: string, dims: readonly number[], attributes: Attributes): RuleCase =>
  single('Conv', {
    name,
    stored: [weights('w', dims), weights('bias', dims.slice(0, 1))],
    attributes,
    learned: ['w', 'bias'],
  });

const pool = (opType: string): RuleCase[] => [
  single(opType, { name: 'side by side', attributes: { kernel_shape: [2, 2], strides: [2, 2] } }),
  single(opType, {
    name: 'overlapping, padded',
    attributes: { kernel_shape: [3, 3], strides: [1, 2], pads: [1, 1, 1, 1] },
  }),
  single(opType, { name: 'auto_pad', attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' } }),
  single(opType, { name: 'overhanging', attributes: { kernel_shape: [2, 2], strides: [3, 4], ceil_mode: 1 } }),
];

/** A convolution before, so that operands are learned. */
const behindWeight = (opType: string): RuleCase => ({
  name: 'a learned operand behind a weight',
  stored: [weights('w', [3, 3, 1, 1]), weights('operand', [3, 1, 1], 2)],
  nodes: [onnxNode('Conv', ['x', 'w'], ['c']), onnxNode(opType, ['c', 'operand'], ['y'])],
  learned: ['w', 'operand'],
});
const arithmetic = (opType: string): RuleCase[] => [
  behindWeight(opType),
  single(opType, { name: 'what normalizes pixels is not learned', stored: [weights('mean', [3, 1, 1], 2)] }),
  single(opType, { name: 'a single number', stored: [number('half', 0.5)] }),
];

const perChannel = ['scale', 'bias', 'mean', 'variance'].map((name) =>
  weights(name, [3], name === 'variance' ? 1.5 : 0.5),
);

export const ruleCases: Readonly<Record<string, readonly RuleCase[]>> = {
  ...Object.fromEntries(
    'Abs Neg Exp Erf Tanh Sigmoid Relu Softplus HardSwish Identity Softsign Gelu Swish'
      .split(' ')
      .map((opType) => [opType, [single(opType, { opset: opType === 'Gelu' ? 20 : opType === 'Swish' ? 24 : 18 })]]),
  ),
  Mish: [single('Mish')],
  Sign: [single('Sign')],
  Floor: [single('Floor')],
  Log: [positive('Log')],
  Sqrt: [positive('Sqrt')],
  Reciprocal: [positive('Reciprocal')],
  Add: arithmetic('Add'),
  Sub: arithmetic('Sub'),
  Mul: arithmetic('Mul'),
  Div: arithmetic('Div'),
  Pow: [2, 3, 0.5, -1, -0.5, 1, 2.5].map((exponent) => ({
    name: `exponent ${exponent}`,
    stored: [number('exponent', exponent)],
    nodes: [onnxNode('Exp', ['x'], ['e']), onnxNode('Pow', ['e', 'exponent'], ['y'])],
  })),
  Sum: [single('Sum', { stored: [weights('a', [3, 1, 1]), weights('b', [6])] })],
  Mean: [single('Mean', { stored: [weights('a', [3, 1, 1]), weights('b', [6])] })],
  Max: [single('Max', { stored: [weights('a', [3, 1, 1]), number('b', 0.1)] })],
  Min: [single('Min', { stored: [weights('a', [3, 1, 1]), number('b', 0.1)] })],
  Clip: [
    single('Clip', { name: 'both ends', stored: [number('low', -0.4), number('high', 0.4)] }),
    { name: 'no lower end', stored: [number('high', 0.4)], nodes: [onnxNode('Clip', ['x', '', 'high'], ['y'])] },
    single('Clip', { name: 'attributes', opset: 10, attributes: { min: f(0), max: f(6) } }),
  ],
  LeakyRelu: [single('LeakyRelu', { attributes: { alpha: f(0.2) } })],
  PRelu: [single('PRelu', { stored: [weights('slope', [3, 1, 1])], learned: ['slope'] })],
  Elu: [single('Elu', { attributes: { alpha: f(0.7) } })],
  Selu: [single('Selu')],
  HardSigmoid: [
    single('HardSigmoid'),
    single('HardSigmoid', { name: 'of MobileNetV3', attributes: { alpha: f(1 / 6) } }),
  ],
  'com.microsoft.Gelu': [single('com.microsoft.Gelu')],
  'com.microsoft.FastGelu': [
    single('com.microsoft.FastGelu'),
    single('com.microsoft.FastGelu', { name: 'with bias', stored: [weights('bias', [6])], learned: ['bias'] }),
  ],
  'com.microsoft.QuickGelu': [single('com.microsoft.QuickGelu', { attributes: { alpha: f(1.702) } })],
  Equal: [compared('Equal')],
  Greater: [compared('Greater')],
  Less: [compared('Less')],
  GreaterOrEqual: [compared('GreaterOrEqual')],
  LessOrEqual: [compared('LessOrEqual')],
  And: [logical('And')],
  Or: [logical('Or')],
  Not: [
    {
      name: 'a comparison',
      stored: [number('low', -0.3)],
      nodes: [
        onnxNode('Greater', ['x', 'low'], ['a']),
        onnxNode('Not', ['a'], ['b']),
        onnxNode('Cast', ['b'], ['n'], { to: 1 }),
        onnxNode('Mul', ['n', 'x'], ['y']),
      ],
    },
  ],
  Where: [
    {
      name: 'a stored mask',
      stored: [onnxTensor('mask', 'bool', [4, 1], Uint8Array.of(1, 0, 0, 1)), number('none', -1e4)],
      nodes: [onnxNode('Where', ['mask', 'x', 'none'], ['y'])],
    },
  ],
  Cast: [
    {
      name: 'to whole numbers and back',
      stored: [number('ten', 10)],
      nodes: [
        onnxNode('Mul', ['x', 'ten'], ['m']),
        onnxNode('Cast', ['m'], ['i'], { to: 7 }),
        onnxNode('Cast', ['i'], ['n'], { to: 1 }),
        onnxNode('Mul', ['n', 'x'], ['y']),
      ],
    },
  ],
  Dropout: [single('Dropout'), single('Dropout', { name: 'attribute', opset: 10, attributes: { ratio: f(0.5) } })],
  Conv: [
    conv('3x3', [4, 3, 3, 3], { pads: [1, 1, 1, 1] }),
    conv('auto_pad upper', [4, 3, 3, 2], { auto_pad: 'SAME_UPPER', strides: [2, 2], kernel_shape: [3, 2] }),
    conv('auto_pad lower', [4, 3, 2, 3], { auto_pad: 'SAME_LOWER', strides: [1, 2] }),
    conv('auto_pad valid', [4, 3, 2, 2], { auto_pad: 'VALID' }),
    conv('dilated, in groups', [6, 1, 2, 2], { group: 3, dilations: [2, 3], strides: [1, 2] }),
  ],
  ConvTranspose: [
    single('ConvTranspose', {
      stored: [weights('w', [3, 2, 3, 3]), weights('bias', [2])],
      attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
      learned: ['w', 'bias'],
    }),
    single('ConvTranspose', {
      name: 'in groups',
      stored: [weights('w', [3, 2, 2, 2])],
      attributes: { group: 3 },
      learned: ['w'],
    }),
  ],
  Gemm: [
    {
      name: 'transposed weight and bias',
      stored: [weights('w', [5, 72]), weights('bias', [5])],
      nodes: [onnxNode('Flatten', ['x'], ['flat']), onnxNode('Gemm', ['flat', 'w', 'bias'], ['y'], { transB: 1 })],
      learned: ['w', 'bias'],
    },
    {
      name: 'factors',
      stored: [weights('w', [72, 5]), weights('bias', [5])],
      nodes: [
        onnxNode('Flatten', ['x'], ['flat']),
        onnxNode('Gemm', ['flat', 'w', 'bias'], ['y'], { alpha: f(0.5), beta: f(2) }),
      ],
      learned: ['w', 'bias'],
    },
  ],
  MatMul: [
    single('MatMul', { name: 'a stored matrix', stored: [weights('w', [6, 5])], learned: ['w'] }),
    single('MatMul', { name: 'a stored vector', stored: [weights('w', [6])], learned: ['w'] }),
    {
      name: 'two pictures',
      nodes: [onnxNode('Transpose', ['x'], ['t'], { perm: [0, 1, 3, 2] }), onnxNode('MatMul', ['x', 't'], ['y'])],
    },
  ],
  BatchNormalization: [
    single('BatchNormalization', { stored: perChannel, attributes: { epsilon: f(1e-3) }, learned: ['scale', 'bias'] }),
    {
      name: 'behind a convolution with a bias',
      stored: [weights('w', [3, 3, 1, 1]), weights('before', [3]), ...perChannel],
      nodes: [
        onnxNode('Conv', ['x', 'w', 'before'], ['c']),
        onnxNode('BatchNormalization', ['c', 'scale', 'bias', 'mean', 'variance'], ['y']),
      ],
      learned: ['w', 'before', 'scale', 'bias'],
    },
    {
      name: 'behind a convolution that others read too',
      stored: [weights('w', [3, 3, 1, 1]), ...perChannel],
      nodes: [
        onnxNode('Conv', ['x', 'w'], ['c']),
        onnxNode('BatchNormalization', ['c', 'scale', 'bias', 'mean', 'variance'], ['n']),
        onnxNode('Add', ['c', 'n'], ['y']),
      ],
      learned: ['w', 'scale', 'bias'],
    },
  ],
  LayerNormalization: [
    single('LayerNormalization', {
      stored: [weights('scale', [6], 1), weights('bias', [6])],
      learned: ['scale', 'bias'],
    }),
    single('LayerNormalization', {
      name: 'over two axes, without bias',
      stored: [weights('scale', [4, 6], 1)],
      attributes: { axis: 2, epsilon: f(1e-3) },
      learned: ['scale'],
    }),
  ],
  SimplifiedLayerNormalization: [
    single('SimplifiedLayerNormalization', {
      stored: [weights('scale', [6], 1)],
      attributes: { axis: -1, epsilon: f(1e-3) },
      learned: ['scale'],
    }),
  ],
  RMSNormalization: [
    single('RMSNormalization', {
      opset: 23,
      stored: [weights('scale', [6], 1)],
      attributes: { axis: -1, epsilon: f(1e-3) },
      learned: ['scale'],
    }),
  ],
  InstanceNormalization: [
    single('InstanceNormalization', {
      stored: [weights('scale', [3], 1), weights('bias', [3])],
      learned: ['scale', 'bias'],
    }),
  ],
  GroupNormalization: [
    {
      name: 'per channel',
      opset: 21,
      stored: [weights('w', [4, 3, 1, 1]), weights('scale', [4], 1), weights('bias', [4])],
      nodes: [
        onnxNode('Conv', ['x', 'w'], ['c']),
        onnxNode('GroupNormalization', ['c', 'scale', 'bias'], ['y'], { num_groups: 2 }),
      ],
      learned: ['w', 'scale', 'bias'],
    },
    {
      name: 'per group',
      opset: 18,
      stored: [weights('w', [4, 3, 1, 1]), weights('scale', [2], 1), weights('bias', [2])],
      nodes: [
        onnxNode('Conv', ['x', 'w'], ['c']),
        onnxNode('GroupNormalization', ['c', 'scale', 'bias'], ['y'], { num_groups: 2 }),
      ],
      learned: ['w', 'scale', 'bias'],
    },
  ],
  Softmax: [
    single('Softmax'),
    single('Softmax', { name: 'an inner axis', attributes: { axis: 1 } }),
    single('Softmax', { name: 'all axes behind the first as one', opset: 11 }),
  ],
  LogSoftmax: [single('LogSoftmax'), single('LogSoftmax', { name: 'opset 11', opset: 11, attributes: { axis: 2 } })],
  ReduceSum: reduction('ReduceSum', 13),
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMin'),
  ReduceL1: reduction('ReduceL1'),
  ReduceL2: reduction('ReduceL2'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  ReduceLogSumExp: reduction('ReduceLogSumExp'),
  ReduceLogSum: [
    {
      name: 'positive numbers',
      stored: [integers('axes', [-1])],
      nodes: [onnxNode('Exp', ['x'], ['e']), onnxNode('ReduceLogSum', ['e', 'axes'], ['y'])],
    },
  ],
  GlobalAveragePool: [single('GlobalAveragePool')],
  GlobalMaxPool: [single('GlobalMaxPool')],
  MaxPool: [
    ...pool('MaxPool'),
    single('MaxPool', { name: 'dilated', attributes: { kernel_shape: [2, 2], dilations: [2, 2] } }),
  ],
  AveragePool: [
    ...pool('AveragePool'),
    single('AveragePool', {
      name: 'pads count',
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
    }),
  ],
  LpNormalization: [single('LpNormalization', { attributes: { axis: 1 } })],
  ...layoutCases,
};
