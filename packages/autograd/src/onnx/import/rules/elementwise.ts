/** @file Import of what works element by element. */
import type { Ops } from '../../../graph/operator.ts';
import { ops } from '../../../graph/ops.ts';
import { sizeOf } from '../../../graph/shape.ts';
import { constant, scalar, type Value } from '../../../graph/value.ts';
import type { ImportRule, ImportRules, NodeReader } from '../node-reader.ts';
import { graphType } from '../stored-tensor.ts';

const unary = (build: (x: Value) => Value): ImportRule => ({ build: (node) => build(node.value(0)) });

const binary = (build: (a: Value, b: Value) => Value): ImportRule => ({
  build: (node) => build(node.value(0), node.value(1)),
});

/** Stored operands are learned: biases, scales of layers, positions. */
const learned = (build: (a: Value, b: Value) => Value): ImportRule => ({ ...binary(build), roles: () => 'operand' });

const variadic = (combine: (a: Value, b: Value) => Value): ImportRule => ({
  build: ({ inputs }) => inputs.filter((input) => input !== undefined).reduce(combine),
});

/** The one number of a constant. */
function numberOf(value: Value | undefined): number | undefined {
  const isNumber = value?.origin.kind === 'constant' && sizeOf(value.shape) === 1;
  return isNumber && value.origin.kind === 'constant' ? Number(value.origin.data[0]) : undefined;
}

/** Exponents that have an operator of their own are written with it: a power has no gradient at 0 and below. */
function power(node: NodeReader): Value {
  const [x, exponent] = [node.value(0), node.value(1)];
  const special = powers.get(numberOf(exponent) ?? Number.NaN);
  return special ? special(x) : ops.pow(x, ops.cast(exponent, x.type));
}

const powers = new Map<number, (x: Value) => Value>([
  [0.5, (x) => ops.sqrt(x)],
  [1, (x) => x],
  [2, (x) => ops.mul(x, x)],
  [3, (x) => ops.mul(x, ops.mul(x, x))],
  [-1, (x) => ops.div(scalar(1), x)],
  [-0.5, (x) => ops.div(scalar(1), ops.sqrt(x))],
]);

/** Bounds are inputs since opset 11, attributes before. */
function clip(node: NodeReader): Value {
  const bound = (input: number, name: string, otherwise: number): number =>
    node.findNumbers(input)?.[0] ?? node.float(name, otherwise);
  return ops.clip(node.value(0), { min: bound(1, 'min', -Infinity), max: bound(2, 'max', Infinity) });
}

/** γ elu(x, α) with the constants of https://arxiv.org/abs/1706.02515 */
function selu(node: NodeReader): Value {
  const alpha = node.float('alpha', 1.6732631921768188);
  return ops.mul(ops.elu(node.value(0), { alpha }), scalar(node.float('gamma', 1.0507010221481323)));
}

const or = (a: Value, b: Value): Value => ops.not(ops.and(ops.not(a), ops.not(b)));

const unaries: Readonly<Record<string, keyof Ops>> = {
  Abs: 'abs',
  Neg: 'neg',
  Sign: 'sign',
  Floor: 'floor',
  Exp: 'exp',
  Log: 'log',
  Sqrt: 'sqrt',
  Erf: 'erf',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  Relu: 'relu',
  Softplus: 'softplus',
  HardSwish: 'hardSwish',
  Not: 'not',
};

export const elementwiseRules: ImportRules = {
  ...Object.fromEntries(
    Object.entries(unaries).map(([opType, name]) => [opType, unary((x) => (ops[name] as (x: Value) => Value)(x))]),
  ),
  Add: learned((a, b) => ops.add(a, b)),
  Sub: learned((a, b) => ops.sub(a, b)),
  Mul: learned((a, b) => ops.mul(a, b)),
  Div: learned((a, b) => ops.div(a, b)),
  Pow: { build: power },
  Sum: variadic((a, b) => ops.add(a, b)),
  Mean: {
    build: ({ inputs }) => {
      const values = inputs.filter((input) => input !== undefined);
      return ops.mul(
        values.reduce((a, b) => ops.add(a, b)),
        scalar(1 / values.length),
      );
    },
  },
  Max: variadic((a, b) => ops.maximum(a, b)),
  Min: variadic((a, b) => ops.minimum(a, b)),
  Reciprocal: unary((x) => ops.div(scalar(1), x)),
  Softsign: unary((x) => ops.div(x, ops.add(ops.abs(x), scalar(1)))),
  /** x tanh(ln(1 + e^x)) */
  Mish: unary((x) => ops.mul(x, ops.tanh(ops.softplus(x)))),
  Clip: { build: clip },
  LeakyRelu: { build: (node) => ops.leakyRelu(node.value(0), { slope: node.float('alpha', 0.01) }) },
  PRelu: {
    build: (node) => {
      const [x, slope] = [node.value(0), node.value(1)];
      return ops.where(ops.greater(x, scalar(0)), x, ops.mul(x, slope));
    },
    roles: (input) => (input === 1 ? 'bias' : undefined),
  },
  Elu: { build: (node) => ops.elu(node.value(0), { alpha: node.float('alpha', 1) }) },
  Selu: { build: selu },
  HardSigmoid: {
    build: (node) => ops.hardSigmoid(node.value(0), { alpha: node.float('alpha', 0.2), beta: node.float('beta', 0.5) }),
  },
  Gelu: {
    build: (node) =>
      ops.gelu(node.value(0), { approximate: node.text('approximate', 'none') === 'tanh' ? 'tanh' : 'none' }),
  },
  'com.microsoft.Gelu': unary((x) => ops.gelu(x)),
  'com.microsoft.FastGelu': {
    build: (node) => {
      const [x, bias] = [node.value(0), node.inputs[1]];
      return ops.gelu(bias ? ops.add(x, bias) : x, { approximate: 'tanh' });
    },
    roles: (input) => (input === 1 ? 'bias' : undefined),
  },
  'com.microsoft.QuickGelu': {
    build: (node) => {
      const x = node.value(0);
      return ops.mul(x, ops.sigmoid(ops.mul(x, scalar(node.float('alpha', 1.702)))));
    },
  },
  /** x σ(α x) */
  Swish: {
    build: (node) => {
      const [x, alpha] = [node.value(0), node.float('alpha', 1)];
      return alpha === 1 ? ops.silu(x) : ops.mul(x, ops.sigmoid(ops.mul(x, scalar(alpha))));
    },
  },
  Equal: binary((a, b) => ops.equal(a, b)),
  Greater: binary((a, b) => ops.greater(a, b)),
  Less: binary((a, b) => ops.less(a, b)),
  GreaterOrEqual: binary((a, b) => ops.not(ops.less(a, b))),
  LessOrEqual: binary((a, b) => ops.not(ops.greater(a, b))),
  And: binary((a, b) => ops.and(a, b)),
  Or: binary(or),
  Where: { build: (node) => ops.where(node.value(0), node.value(1), node.value(2)) },
  Cast: { build: (node) => ops.cast(node.value(0), graphType(node.integer('to', 0))) },
  Identity: unary((x) => x),
  /** Exported models drop nothing: dropout is written for evaluation. The mask that it may give too is all true. */
  Dropout: {
    build: (node) => {
      const x = node.value(0);
      return [x, constant(new Uint8Array(sizeOf(x.shape)).fill(1), x.shape)];
    },
  },
};
