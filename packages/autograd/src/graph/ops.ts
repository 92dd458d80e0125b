/** @file Operators as functions: `ops.mul(a, b)` is a new value. */
import type {
  AveragePoolAttributes,
  AveragePoolOptions,
  AxisAttributes,
  ConvAttributes,
  ConvOptions,
  MaxPoolAttributes,
  MaxPoolOptions,
  OperatorAttributes,
  OperatorName,
  Ops,
  RangeAttributes,
  ReduceAttributes,
  ReduceOptions,
} from './operator.ts';
import { resolveShape } from './operators/layout.ts';
import { resolveSlice } from './operators/parts.ts';
import { operators } from './operators.ts';
import { isSameShape, normalizeAxes, sizeOf } from './shape.ts';
import { makeNode, type Value } from './value.ts';

/** Throws ShapeError where the inputs do not fit. */
export function apply<Name extends OperatorName>(
  operator: Name,
  inputs: readonly Value[],
  attributes: OperatorAttributes[Name],
): readonly Value[] {
  return makeNode({ operator, inputs, attributes }, operators[operator].inferShape(inputs, attributes)).outputs;
}

function one<Name extends OperatorName>(
  operator: Name,
  inputs: readonly Value[],
  attributes: OperatorAttributes[Name],
): Value {
  return apply(operator, inputs, attributes)[0] as Value;
}

type Plain = {
  [Name in OperatorName]: OperatorAttributes[Name] extends { readonly [name: string]: never } ? Name : never;
}[OperatorName];

const unary =
  (operator: Plain) =>
  (x: Value): Value =>
    one(operator, [x], {});
const binary =
  (operator: Plain) =>
  (a: Value, b: Value): Value =>
    one(operator, [a, b], {});

const reduce =
  (operator: 'reduceSum' | 'reduceMean' | 'reduceMax') =>
  (x: Value, { axes = [...x.shape.keys()], keepDims = false }: ReduceOptions = {}): Value => {
    const attributes: ReduceAttributes = { axes: normalizeAxes(axes, x.shape.length), keepDims };
    return attributes.axes.length === 0 ? x : one(operator, [x], attributes);
  };

const alongAxis = (x: Value | undefined, axis: number): AxisAttributes => ({
  axis: normalizeAxes([axis], x?.shape.length ?? 0)[0] as number,
});

const rangeOf = ({ min = -Infinity, max = Infinity }: Partial<RangeAttributes>): RangeAttributes => ({ min, max });

const convAttributes = ({
  strides = [1, 1],
  pads = [0, 0, 0, 0],
  dilations = [1, 1],
  groups = 1,
}: ConvOptions): ConvAttributes => ({ strides, pads, dilations, groups });

const maxPoolAttributes = (options: MaxPoolOptions): MaxPoolAttributes => {
  const { kernel, strides = kernel, pads = [0, 0, 0, 0], dilations = [1, 1], ceil = false } = options;
  return { kernel, strides, pads, dilations, ceil };
};

const averagePoolAttributes = (options: AveragePoolOptions): AveragePoolAttributes => {
  const { kernel, strides = kernel, pads = [0, 0, 0, 0], ceil = false, countPads = false } = options;
  return { kernel, strides, pads, ceil, countPads };
};

type Values3 = readonly [Value, Value, Value];

export const ops: Ops = Object.freeze({
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  pow: binary('pow'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  neg: unary('neg'),
  abs: unary('abs'),
  sign: unary('sign'),
  floor: unary('floor'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  erf: unary('erf'),
  relu: unary('relu'),
  clip: (x, range) => one('clip', [x], rangeOf(range)),
  gateGradient: (g, y, range) => one('gateGradient', [g, y], rangeOf(range)),
  leakyRelu: (x, { slope = 0.01 } = {}) => one('leakyRelu', [x], { slope }),
  elu: (x, { alpha = 1 } = {}) => one('elu', [x], { alpha }),
  softplus: unary('softplus'),
  hardSigmoid: (x, { alpha = 1 / 6, beta = 0.5 } = {}) => one('hardSigmoid', [x], { alpha, beta }),
  hardSwish: unary('hardSwish'),
  silu: unary('silu'),
  gelu: (x, { approximate = 'none' } = {}) => one('gelu', [x], { approximate }),
  equal: binary('equal'),
  greater: binary('greater'),
  less: binary('less'),
  not: unary('not'),
  and: binary('and'),
  where: (condition, a, b) => one('where', [condition, a, b], {}),
  cast: (x, type) => (x.type === type ? x : one('cast', [x], { type })),
  reshape: (x, shape) => {
    const resolved = resolveShape(shape, sizeOf(x.shape));
    return isSameShape(resolved, x.shape) ? x : one('reshape', [x], { shape: resolved });
  },
  transpose: (x, permutation) => one('transpose', [x], { permutation: [...permutation] }),
  expand: (x, shape) => (isSameShape(x.shape, shape) ? x : one('expand', [x], { shape: [...shape] })),
  sumTo: (x, shape) => {
    const missing = x.shape.length - shape.length;
    const axes = [...x.shape.keys()].filter((axis) => axis < missing || shape[axis - missing] !== x.shape[axis]);
    return ops.reshape(ops.reduceSum(x, { axes, keepDims: true }), shape);
  },
  reduceSum: reduce('reduceSum'),
  reduceMean: reduce('reduceMean'),
  reduceMax: reduce('reduceMax'),
  matmul: (a, b, { transposeA = false, transposeB = false } = {}) => one('matmul', [a, b], { transposeA, transposeB }),
  conv: (x, weight, { bias, ...options } = {}) =>
    one('conv', bias ? [x, weight, bias] : [x, weight], convAttributes(options)),
  convInputGradient: (g, weight, { inputShape, ...options }) =>
    one('convInputGradient', [g, weight], { ...convAttributes(options), inputShape }),
  convWeightGradient: (x, g, { weightShape, ...options }) =>
    one('convWeightGradient', [x, g], { ...convAttributes(options), weightShape }),
  batchNorm: (x, scale, bias, { epsilon = 1e-5 } = {}) => {
    const [y, mean, variance] = apply('batchNorm', [x, scale, bias], { epsilon }) as Values3;
    return { y, mean, variance };
  },
  batchNormGradient: ({ g, x, scale, mean, variance }, { epsilon = 1e-5 } = {}) => {
    const [dx, dScale, dBias] = apply('batchNormGradient', [g, x, scale, mean, variance], { epsilon }) as Values3;
    return { dx, dScale, dBias };
  },
  frozenBatchNorm: (x, { scale, bias, mean, variance }, { epsilon = 1e-5 } = {}) =>
    one('frozenBatchNorm', [x, scale, bias, mean, variance], { epsilon }),
  layerNorm: (x, scale, bias, { epsilon = 1e-5 } = {}) => {
    const [y, mean, inverseStd] = apply('layerNorm', [x, scale, bias], { epsilon }) as Values3;
    return { y, mean, inverseStd };
  },
  maxPool: (x, options) => {
    const [y, indices] = apply('maxPool', [x], maxPoolAttributes(options)) as readonly [Value, Value];
    return { y, indices };
  },
  maxPoolGradient: ({ g, x, y, indices }, options) =>
    one('maxPoolGradient', [g, x, y, indices], { ...maxPoolAttributes(options), inputShape: x.shape }),
  averagePool: (x, options) => one('averagePool', [x], averagePoolAttributes(options)),
  averagePoolGradient: (g, { inputShape, ...options }) =>
    one('averagePoolGradient', [g], { ...averagePoolAttributes(options), inputShape }),
  slice: (x, options) => {
    const attributes = resolveSlice(x.shape, options);
    const isWhole = attributes.axes.every(
      (axis, i) => attributes.starts[i] === 0 && attributes.ends[i] === x.shape[axis] && attributes.steps[i] === 1,
    );
    return isWhole ? x : one('slice', [x], attributes);
  },
  pad: (x, { begin, end, value = 0 }) =>
    [...begin, ...end].every((size) => size === 0) ? x : one('pad', [x], { begin, end, value }),
  concat: (values, axis) => one('concat', values, alongAxis(values[0], axis)),
  split: (x, { axis, sizes }) => [...apply('split', [x], { ...alongAxis(x, axis), sizes })],
  softmax: (x, axis = -1) => one('softmax', [x], alongAxis(x, axis)),
  logSoftmax: (x, axis = -1) => one('logSoftmax', [x], alongAxis(x, axis)),
  oneHot: (indices, depth) => one('oneHot', [indices], { depth }),
  gather: (x, indices, axis = 0) => one('gather', [x, indices], alongAxis(x, axis)),
  gatherRows: (x, indices) => one('gatherRows', [x, indices], {}),
  scatterAddRows: (updates, indices, rows) => one('scatterAddRows', [updates, indices], { rows }),
} satisfies Ops);
