/** @file Per operator, the inputs that its tests run on: gradient against central differences, ONNX Runtime against the reference. */
import type { ConvOptions, MaxPoolOptions, OperatorName, RangeAttributes, SliceOptions } from './operator.ts';
import { apply, ops } from './ops.ts';
import { type Shape, sizeOf } from './shape.ts';
import { constant, type ElementType, input, scalar, type Value } from './value.ts';

/** Numbers drawn for an input: `apart` are all at least 0.05 from each other and from 0, for operators with kinks. */
export type Draw = 'any' | 'positive' | 'apart' | 'coin' | { below: number };

export interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly { shape: Shape; draw?: Draw }[];
  /** One value or several, all of which a loss may depend on unless `silent` tells how many at the end carry no gradient. */
  readonly build: (inputs: readonly Value[]) => Value | readonly Value[];
  readonly silent?: number;
}

const plain =
  (operator: OperatorName) =>
  (inputs: readonly Value[]): Value =>
    apply(operator, inputs, {})[0] as Value;

function unary(operator: OperatorName, draw: Draw = 'any'): OperatorCase[] {
  return [
    { name: 'a matrix', inputs: [{ shape: [3, 4], draw }], build: plain(operator) },
    { name: 'a scalar', inputs: [{ shape: [], draw }], build: plain(operator) },
  ];
}

function binary(operator: OperatorName, draw: Draw = 'any'): OperatorCase[] {
  const pairs: [string, Shape, Shape][] = [
    ['equal shapes', [2, 3], [2, 3]],
    ['a row stretched', [4, 3], [3]],
    ['both stretched', [2, 1, 3], [4, 1]],
    ['a scalar stretched', [2, 3], []],
  ];
  return pairs.map(([name, a, b]) => ({
    name,
    inputs: [
      { shape: a, draw },
      { shape: b, draw },
    ],
    build: plain(operator),
  }));
}

/** Where exponentials are large, too. */
function wide(operator: OperatorName): OperatorCase[] {
  const far = ([x]: readonly Value[]): Value => plain(operator)([ops.mul(x as Value, scalar(4))]);
  return [...unary(operator), { name: 'far from 0', inputs: [{ shape: [3, 4], draw: 'apart' }], build: far }];
}

/** On both sides of a kink at 0, and far enough for kinks at 2 and 3 where doubled. */
const kinked = [{ shape: [5, 8], draw: 'apart' as const }];
const timesTwo = (x: Value | undefined): Value => ops.mul(x as Value, scalar(2));

function reduction(operator: 'reduceSum' | 'reduceMean' | 'reduceMax', draw: Draw = 'any'): OperatorCase[] {
  const inputs = [{ shape: [2, 3, 4], draw }];
  return [
    { name: 'every axis', inputs, build: ([x]) => ops[operator](x as Value) },
    { name: 'the last axis', inputs, build: ([x]) => ops[operator](x as Value, { axes: [-1] }) },
    { name: 'outer axes kept', inputs, build: ([x]) => ops[operator](x as Value, { axes: [0, 2], keepDims: true }) },
  ];
}

const products: [string, Shape, Shape][] = [
  ['matrices', [3, 4], [4, 2]],
  ['a batch of matrices', [2, 3, 4], [2, 4, 5]],
  ['one matrix for a batch', [2, 3, 4], [4, 5]],
  ['batches that stretch', [2, 1, 3, 4], [3, 4, 2]],
];
const swapped = (shape: Shape): Shape => [...shape.slice(0, -2), ...shape.slice(-2).toReversed()];

const ranges: [string, Partial<RangeAttributes>][] = [
  ['both ends', { min: -0.6, max: 0.6 }],
  ['no upper end', { min: 0 }],
  ['no lower end', { max: 0.1 }],
  ['no ends', {}],
];

/** Picture, weight, options. */
const convolutions: [string, Shape, Shape, ConvOptions][] = [
  ['1x1', [2, 3, 3, 2], [4, 3, 1, 1], {}],
  ['1x1 every other pixel', [2, 3, 5, 4], [2, 3, 1, 1], { strides: [2, 2] }],
  ['3x3 of the same size', [2, 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 that halves an odd size', [1, 2, 7, 5], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['3x3 whose stride leaves a rest', [2, 2, 6, 8], [2, 2, 3, 3], { strides: [2, 3] }],
  ['3x3 padded below and on the right alone', [1, 2, 6, 6], [2, 2, 3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }],
  ['a wide window, dilated', [1, 2, 5, 9], [2, 2, 2, 3], { dilations: [2, 3], pads: [0, 2, 1, 2] }],
  ['dilated with a stride', [2, 1, 8, 7], [2, 1, 3, 2], { dilations: [2, 1], strides: [2, 2], pads: [2, 0, 1, 1] }],
  ['more pads than window', [1, 1, 2, 3], [2, 1, 2, 2], { pads: [3, 2, 1, 3] }],
  ['two groups', [2, 4, 4, 3], [6, 2, 2, 3], { groups: 2, pads: [1, 1, 0, 1] }],
  ['depthwise', [2, 3, 5, 5], [3, 1, 3, 3], { groups: 3, pads: [1, 1, 1, 1] }],
  ['depthwise that halves', [2, 3, 6, 7], [3, 1, 3, 3], { groups: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['depthwise with two filters each', [1, 2, 5, 4], [4, 1, 2, 2], { groups: 2 }],
  ['patches', [2, 3, 6, 4], [5, 3, 2, 2], { strides: [2, 2] }],
];
/** Picture, options. */
const windows: [string, Shape, MaxPoolOptions][] = [
  ['2x2 side by side', [2, 2, 4, 6], { kernel: [2, 2] }],
  ['2x2 that leaves a rest', [1, 2, 5, 3], { kernel: [2, 2] }],
  ['3x3 overlapping, padded', [2, 2, 6, 5], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['padded above alone', [1, 2, 5, 5], { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 0, 0] }],
  ['overhanging', [1, 2, 6, 5], { kernel: [3, 3], strides: [2, 2], ceil: true }],
  ['overhanging, padded', [1, 2, 6, 7], { kernel: [3, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil: true }],
  [
    'an overhanging window that would begin outside',
    [1, 1, 5, 5],
    { kernel: [2, 2], strides: [4, 4], pads: [0, 0, 1, 1], ceil: true },
  ],
];
const dilatedWindows: typeof windows = [
  ...windows,
  ['dilated', [1, 2, 7, 6], { kernel: [2, 3], strides: [1, 2], dilations: [3, 2], pads: [1, 2, 1, 0] }],
];

/** Of [2, 3, 4, 5]. */
const slices: [string, SliceOptions][] = [
  ['two axes', { starts: [1, 2], ends: [2, 4], axes: [1, 3] }],
  ['negative positions', { starts: [-3], ends: [-1], axes: [-1] }],
  ['past the end', { starts: [1], ends: [100], axes: [2] }],
  ['every other, the last not', { starts: [0], ends: [4], axes: [3], steps: [2] }],
  ['every third from the second', { starts: [1], ends: [5], axes: [3], steps: [3] }],
  ['backwards', { starts: [-1], ends: [-Infinity], axes: [2], steps: [-1] }],
  ['backwards in twos, over two axes', { starts: [4, 2], ends: [0, -100], axes: [3, 1], steps: [-2, -2] }],
];

const channelwise: Shape[] = [
  [3, 4],
  [2, 3, 4, 2],
  [1, 2, 3],
];

const convolved = (x: Shape, w: Shape, options: ConvOptions): Shape =>
  ops.conv(input('x', x), input('w', w), options).shape;

/** Total, as the operator table is: an operator without cases does not compile. */
export const operatorCases: { readonly [Name in OperatorName]: readonly OperatorCase[] } = {
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div', 'apart'),
  pow: [
    ...binary('pow', 'positive'),
    {
      name: 'a whole power of negative numbers',
      inputs: [{ shape: [3, 4], draw: 'apart' }],
      build: ([x]) => ops.pow(x as Value, scalar(3)),
    },
  ],
  maximum: binary('maximum', 'apart'),
  minimum: binary('minimum', 'apart'),
  neg: unary('neg'),
  abs: unary('abs', 'apart'),
  sign: unary('sign', 'apart'),
  floor: unary('floor', 'apart'),
  exp: unary('exp'),
  log: unary('log', 'positive'),
  sqrt: unary('sqrt', 'positive'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  erf: wide('erf'),
  relu: unary('relu', 'apart'),
  clip: ranges.map(([name, range]) => ({
    name,
    inputs: [{ shape: [3, 4], draw: 'apart' }],
    build: ([x]) => ops.clip(x as Value, range),
  })),
  gateGradient: ranges.map(([name, range]) => ({
    name,
    inputs: [{ shape: [3, 4] }, { shape: [3, 4], draw: 'apart' }],
    build: ([g, y]) => ops.gateGradient(g as Value, y as Value, range),
  })),
  leakyRelu: [
    { name: 'slope 0.01', inputs: kinked, build: ([x]) => ops.leakyRelu(x as Value) },
    { name: 'slope 0.3', inputs: kinked, build: ([x]) => ops.leakyRelu(x as Value, { slope: 0.3 }) },
  ],
  elu: [
    { name: 'alpha 1', inputs: kinked, build: ([x]) => ops.elu(x as Value) },
    { name: 'alpha 0.4', inputs: kinked, build: ([x]) => ops.elu(x as Value, { alpha: 0.4 }) },
  ],
  softplus: wide('softplus'),
  hardSigmoid: [
    { name: 'of MobileNetV3', inputs: kinked, build: ([x]) => ops.hardSigmoid(timesTwo(x)) },
    {
      name: 'of ONNX',
      inputs: kinked,
      build: ([x]) => ops.hardSigmoid(timesTwo(x), { alpha: 0.2, beta: 0.4 }),
    },
  ],
  hardSwish: [{ name: 'both ends', inputs: kinked, build: ([x]) => ops.hardSwish(timesTwo(x)) }],
  silu: wide('silu'),
  gelu: (['none', 'tanh'] as const).flatMap((approximate): OperatorCase[] => [
    {
      name: `approximate: ${approximate}`,
      inputs: [{ shape: [3, 4] }],
      build: ([x]) => ops.gelu(x as Value, { approximate }),
    },
    {
      name: `approximate: ${approximate}, far from 0`,
      inputs: [{ shape: [3, 4], draw: 'apart' }],
      build: ([x]) => ops.gelu(ops.mul(x as Value, scalar(3)), { approximate }),
    },
  ]),
  equal: binary('equal', 'coin'),
  greater: binary('greater', 'apart'),
  less: binary('less', 'apart'),
  not: [
    {
      name: 'a comparison',
      inputs: [{ shape: [3, 4], draw: 'coin' }],
      build: ([x]) => ops.not(ops.equal(x as Value, scalar(1))),
    },
  ],
  and: [
    {
      name: 'two comparisons, one stretched',
      inputs: [
        { shape: [3, 4], draw: 'coin' },
        { shape: [4], draw: 'coin' },
      ],
      build: ([a, b]) => ops.and(ops.equal(a as Value, scalar(1)), ops.equal(b as Value, scalar(1))),
    },
  ],
  where: [
    {
      name: 'a constant condition',
      inputs: [{ shape: [2, 2] }, { shape: [2] }],
      build: ([a, b]) => ops.where(constant(Uint8Array.of(1, 0), [2, 1]), a as Value, b as Value),
    },
    {
      name: 'a condition stretched over both',
      inputs: [{ shape: [3, 1], draw: 'apart' }, { shape: [3, 4] }, { shape: [4] }],
      build: ([c, a, b]) => ops.where(ops.greater(c as Value, ops.neg(c as Value)), a as Value, b as Value),
    },
  ],
  cast: [
    {
      name: 'numbers from truth values',
      inputs: [{ shape: [3, 4], draw: 'coin' }],
      build: ([x]) => ops.cast(ops.equal(x as Value, scalar(1)), 'float32'),
    },
    {
      name: 'floats from integers',
      inputs: [{ shape: [6], draw: { below: 9 } }],
      build: ([x]) => ops.cast(x as Value, 'float32'),
    },
    {
      name: 'integers from floats, toward 0',
      inputs: [{ shape: [8], draw: 'apart' }],
      build: ([x]) => ops.cast(timesTwo(x), 'int64'),
    },
  ],
  reshape: [
    { name: 'two axes joined', inputs: [{ shape: [2, 3, 4] }], build: ([x]) => ops.reshape(x as Value, [-1, 4]) },
    { name: 'to a scalar', inputs: [{ shape: [1, 1] }], build: ([x]) => ops.reshape(x as Value, []) },
  ],
  transpose: [
    { name: 'three axes turned', inputs: [{ shape: [2, 3, 4] }], build: ([x]) => ops.transpose(x as Value, [1, 2, 0]) },
  ],
  expand: [
    { name: 'inside and in front', inputs: [{ shape: [3, 1] }], build: ([x]) => ops.expand(x as Value, [2, 3, 4]) },
  ],
  reduceSum: reduction('reduceSum'),
  reduceMean: reduction('reduceMean'),
  reduceMax: reduction('reduceMax', 'apart'),
  matmul: products.flatMap(([name, a, b]) =>
    [0, 1, 2, 3].map((flags): OperatorCase => {
      const [transposeA, transposeB] = [flags % 2 === 1, flags > 1];
      return {
        name: `${name}${transposeA ? ', first transposed' : ''}${transposeB ? ', second transposed' : ''}`,
        inputs: [{ shape: transposeA ? swapped(a) : a }, { shape: transposeB ? swapped(b) : b }],
        build: ([x, y]) => ops.matmul(x as Value, y as Value, { transposeA, transposeB }),
      };
    }),
  ),
  conv: convolutions.flatMap(([name, x, w, options]): OperatorCase[] => [
    { name, inputs: [{ shape: x }, { shape: w }], build: ([a, b]) => ops.conv(a as Value, b as Value, options) },
    {
      name: `${name}, with bias`,
      inputs: [{ shape: x }, { shape: w }, { shape: w.slice(0, 1) }],
      build: ([a, b, bias]) => ops.conv(a as Value, b as Value, { ...options, bias }),
    },
  ]),
  convInputGradient: convolutions.map(([name, inputShape, w, options]) => ({
    name,
    inputs: [{ shape: convolved(inputShape, w, options) }, { shape: w }],
    build: ([g, weight]) => ops.convInputGradient(g as Value, weight as Value, { ...options, inputShape }),
  })),
  convWeightGradient: convolutions.map(([name, x, weightShape, options]) => ({
    name,
    inputs: [{ shape: x }, { shape: convolved(x, weightShape, options) }],
    build: ([a, g]) => ops.convWeightGradient(a as Value, g as Value, { ...options, weightShape }),
  })),
  batchNorm: channelwise.map((shape) => ({
    name: `${shape.length} axes`,
    inputs: [{ shape }, { shape: shape.slice(1, 2) }, { shape: shape.slice(1, 2) }],
    build: ([x, scale, bias]) => Object.values(ops.batchNorm(x as Value, scale as Value, bias as Value)),
    silent: 2,
  })),
  batchNormGradient: channelwise.map((shape) => {
    const channels = { shape: shape.slice(1, 2) };
    return {
      name: `${shape.length} axes`,
      inputs: [{ shape }, { shape }, channels, channels, { ...channels, draw: 'positive' }],
      build: (inputs) => {
        const [g, x, scale, mean, variance] = inputs as [Value, Value, Value, Value, Value];
        return Object.values(ops.batchNormGradient({ g, x, scale, mean, variance }, { epsilon: 1e-3 }));
      },
    };
  }),
  frozenBatchNorm: channelwise.map((shape) => {
    const channels = { shape: shape.slice(1, 2) };
    return {
      name: `${shape.length} axes`,
      inputs: [{ shape }, channels, channels, channels, { ...channels, draw: 'positive' }],
      build: (inputs) => {
        const [x, scale, bias, mean, variance] = inputs as [Value, Value, Value, Value, Value];
        return ops.frozenBatchNorm(x, { scale, bias, mean, variance }, { epsilon: 1e-3 });
      },
    };
  }),
  layerNorm: [
    {
      name: 'rows',
      inputs: [{ shape: [3, 5] }, { shape: [5] }, { shape: [5] }],
      build: ([x, scale, bias]) => ops.layerNorm(x as Value, scale as Value, bias as Value).y,
    },
    {
      name: 'tokens, the statistics too',
      inputs: [{ shape: [2, 3, 4] }, { shape: [4] }, { shape: [4] }],
      build: ([x, scale, bias]) =>
        Object.values(ops.layerNorm(x as Value, scale as Value, bias as Value, { epsilon: 1e-2 })),
    },
    {
      name: 'the mean alone',
      inputs: [{ shape: [2, 4] }, { shape: [4] }, { shape: [4] }],
      build: ([x, scale, bias]) => ops.layerNorm(x as Value, scale as Value, bias as Value).mean,
    },
  ],
  maxPool: dilatedWindows.map(([name, shape, options]) => ({
    name,
    inputs: [{ shape, draw: 'apart' }],
    build: ([x]) => Object.values(ops.maxPool(x as Value, options)),
    silent: 1,
  })),
  maxPoolGradient: dilatedWindows.map(([name, shape, options]) => ({
    name,
    inputs: [{ shape: ops.maxPool(input('x', shape), options).y.shape }, { shape, draw: 'apart' }],
    build: ([g, x]) =>
      ops.maxPoolGradient({ g: g as Value, x: x as Value, ...ops.maxPool(x as Value, options) }, options),
  })),
  averagePool: [false, true].flatMap((countPads) =>
    windows.map(
      ([name, shape, options]): OperatorCase => ({
        name: `${name}${countPads ? ', pads count' : ''}`,
        inputs: [{ shape }],
        build: ([x]) => ops.averagePool(x as Value, { ...options, countPads }),
      }),
    ),
  ),
  averagePoolGradient: [false, true].flatMap((countPads) =>
    windows.map(
      ([name, inputShape, options]): OperatorCase => ({
        name: `${name}${countPads ? ', pads count' : ''}`,
        inputs: [{ shape: ops.maxPool(input('x', inputShape), options).y.shape }],
        build: ([g]) => ops.averagePoolGradient(g as Value, { ...options, countPads, inputShape }),
      }),
    ),
  ),
  slice: slices.map(([name, options]) => ({
    name,
    inputs: [{ shape: [2, 3, 4, 5] }],
    build: ([x]) => ops.slice(x as Value, options),
  })),
  pad: [
    {
      name: 'zeros around the inner axes',
      inputs: [{ shape: [2, 3, 2] }],
      build: ([x]) => ops.pad(x as Value, { begin: [0, 1, 2], end: [0, 0, 1] }),
    },
    {
      name: 'another number behind the first',
      inputs: [{ shape: [2, 3] }],
      build: ([x]) => ops.pad(x as Value, { begin: [0, 0], end: [2, 0], value: -1.5 }),
    },
  ],
  concat: [
    {
      name: 'an inner axis of unequal parts',
      inputs: [{ shape: [2, 3, 2] }, { shape: [2, 1, 2] }, { shape: [2, 2, 2] }],
      build: (inputs) => ops.concat(inputs, 1),
    },
    { name: 'a value with itself', inputs: [{ shape: [2, 3] }], build: ([x]) => ops.concat([x, x] as Value[], -1) },
  ],
  split: [
    {
      name: 'all parts used',
      inputs: [{ shape: [2, 6, 2] }],
      build: ([x]) => ops.split(x as Value, { axis: 1, sizes: [1, 3, 2] }),
    },
    {
      name: 'one part used',
      inputs: [{ shape: [4, 3] }],
      build: ([x]) => ops.split(x as Value, { axis: 0, sizes: [2, 1, 1] })[1] as Value,
    },
  ],
  softmax: [
    { name: 'the last axis', inputs: [{ shape: [3, 5] }], build: ([x]) => ops.softmax(x as Value) },
    { name: 'an inner axis', inputs: [{ shape: [2, 3, 4] }], build: ([x]) => ops.softmax(x as Value, 1) },
  ],
  logSoftmax: [
    { name: 'the last axis', inputs: [{ shape: [3, 5] }], build: ([x]) => ops.logSoftmax(x as Value) },
    { name: 'an inner axis', inputs: [{ shape: [2, 3, 4] }], build: ([x]) => ops.logSoftmax(x as Value, 1) },
  ],
  oneHot: [
    {
      name: 'a row of indices',
      inputs: [{ shape: [6], draw: { below: 4 } }],
      build: ([x]) => ops.oneHot(x as Value, 4),
    },
  ],
  gather: [
    {
      name: 'a matrix of indices along an inner axis',
      inputs: [{ shape: [2, 4, 3] }, { shape: [2, 3], draw: { below: 4 } }],
      build: ([x, indices]) => ops.gather(x as Value, indices as Value, 1),
    },
    {
      name: 'one index',
      inputs: [{ shape: [2, 4] }, { shape: [], draw: { below: 4 } }],
      build: ([x, index]) => ops.gather(x as Value, index as Value, -1),
    },
    {
      name: 'the first axis',
      inputs: [{ shape: [3, 2] }, { shape: [5], draw: { below: 3 } }],
      build: ([x, indices]) => ops.gather(x as Value, indices as Value),
    },
  ],
  gatherRows: [
    {
      name: 'rows named more than once',
      inputs: [{ shape: [3, 2, 2] }, { shape: [7], draw: { below: 3 } }],
      build: ([x, indices]) => ops.gatherRows(x as Value, indices as Value),
    },
  ],
  scatterAddRows: [
    {
      name: 'rows hit more than once',
      inputs: [{ shape: [7, 2, 2] }, { shape: [7], draw: { below: 3 } }],
      build: ([x, indices]) => ops.scatterAddRows(x as Value, indices as Value, 4),
    },
  ],
};

export const typeOf = (draw: Draw | undefined): ElementType => (typeof draw === 'object' ? 'int64' : 'float32');

/** Values that float32 holds exactly, so that no test measures rounding of its inputs. */
export function drawValues(shape: Shape, draw: Draw | undefined, uniform: () => number): Float64Array {
  const size = sizeOf(shape);
  const shuffled = Array.from({ length: size }, (_, i) => ({ i, key: uniform() })).sort((a, b) => a.key - b.key);
  return Float64Array.from({ length: size }, (_, i) => {
    if (typeof draw === 'object') return Math.floor(uniform() * draw.below);
    if (draw === 'coin') return Math.round(uniform());
    if (draw === 'positive') return Math.fround(0.3 + uniform());
    const rank = shuffled[i]?.i ?? 0;
    if (draw === 'apart') return Math.fround((rank % 2 === 0 ? 1 : -1) * (0.2 + 0.1 * rank + 0.02 * uniform()));
    return Math.fround(2 * uniform() - 1);
  });
}
