/** @file Activation functions and their like: element by element, one input. */
import type { Operator, OperatorAttributes, Ops, RangeAttributes } from '../operator.ts';
import { scalar, type TensorType, type Value } from '../value.ts';
import { mapBroadcast, unary } from './elementwise.ts';

type Activations = Pick<
  OperatorAttributes,
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'relu'
  | 'clip'
  | 'gateGradient'
  | 'leakyRelu'
  | 'elu'
  | 'softplus'
  | 'hardSigmoid'
  | 'hardSwish'
  | 'silu'
  | 'gelu'
>;

/**
 * erf(x) = 2/√π ∫₀ˣ e^(-t²) dt, to the last digits: 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), whose terms all have one sign
 * (https://dlmf.nist.gov/7.6.E2).
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, 0];
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** √(2/π), of gelu's approximation by tanh(√(2/π) (x + 0.044715 x³)). */
const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const hardSigmoid = (x: number, alpha: number, beta: number): number => Math.min(Math.max(alpha * x + beta, 0), 1);

export const activations: { readonly [Name in keyof Activations]: Operator<Activations[Name]> } = {
  /** d tanh(x)/dx = 1 - tanh(x)^2 */
  tanh: unary({
    f: Math.tanh,
    derive: (ops, g, _, y) => ops.sub(g, ops.mul(g, ops.mul(y, y))),
    onnx: 'Tanh',
  }),
  /** σ(x) = 1 / (1 + e^-x), so dσ/dx = σ(1 - σ). */
  sigmoid: unary({
    f: sigmoid,
    derive: (ops, g, _, y) => ops.mul(g, ops.sub(y, ops.mul(y, y))),
    onnx: 'Sigmoid',
  }),
  /** d erf(x)/dx = 2/√π e^(-x²) */
  erf: unary({
    f: erf,
    derive: (ops, g, x) => ops.mul(g, ops.mul(ops.exp(ops.neg(ops.mul(x, x))), scalar(2 / Math.sqrt(Math.PI)))),
    onnx: 'Erf',
  }),
  /** At 0 the derivative is taken as 0, as every framework does. */
  relu: unary({
    f: (x) => Math.max(x, 0),
    derive: (ops, g, _, y) => ops.gateGradient(g, y, { min: 0 }),
    onnx: 'Relu',
  }),
  /** At both ends the derivative is taken as 0. */
  clip: unary({
    f: (x, { min, max }) => Math.min(Math.max(x, min), max),
    derive: (ops, g, _, y, range) => ops.gateGradient(g, y, range),
    onnx: ({ inputs: [x], outputs, attributes: { min, max }, writer }) =>
      writer.node(
        'Clip',
        [
          x as string,
          min === -Infinity ? '' : writer.floats([min], []),
          ...(max === Infinity ? [] : [writer.floats([max], [])]),
        ],
        outputs,
      ),
  }),
  /** Linear in g, constant in y. */
  gateGradient: {
    inferShape: ([g]) => [g as TensorType],
    reference: ({ inputs, outputs, attributes: { min, max } }) => [
      mapBroadcast(inputs, (outputs[0] as TensorType).shape, (g, y) => (y > min && y < max ? g : 0)),
    ],
    gradient: ({ inputs: [, y], gradients, attributes, ops }) => [
      ops.gateGradient(gradients[0] as Value, y as Value, attributes),
      undefined,
    ],
    onnx: ({ inputs: [g, y], outputs, attributes, writer }) => {
      const tests = boundsOf(attributes).map(([opType, bound]) => {
        const passed = writer.temporary();
        writer.node(opType, [y as string, writer.floats([bound], [])], [passed]);
        return passed;
      });
      const [first, second] = tests;
      if (first === undefined) return writer.node('Identity', [g as string], outputs);
      const both = second === undefined ? first : writer.temporary();
      if (second !== undefined) writer.node('And', [first, second], [both]);
      writer.node('Where', [both, g as string, writer.floats([0], [])], outputs);
    },
  },
  /** x where positive, slope x elsewhere. */
  leakyRelu: unary({
    f: (x, { slope: below }) => (x > 0 ? x : below * x),
    derive: (ops, g, x, _, { slope: below }) => ops.where(ops.greater(x, scalar(0)), g, ops.mul(g, scalar(below))),
    onnx: ({ inputs, outputs, attributes: { slope: below }, writer }) =>
      writer.node('LeakyRelu', inputs, outputs, { alpha: { float: below } }),
  }),
  /** x where positive, α (e^x - 1) = y elsewhere, with the derivative α e^x = y + α. */
  elu: unary({
    f: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
    derive: (ops, g, x, y, { alpha }) => ops.where(ops.greater(x, scalar(0)), g, ops.mul(g, ops.add(y, scalar(alpha)))),
    onnx: ({ inputs, outputs, attributes: { alpha }, writer }) =>
      writer.node('Elu', inputs, outputs, { alpha: { float: alpha } }),
  }),
  /** ln(1 + e^x), whose derivative is σ(x). */
  softplus: unary({
    f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derive: (ops, g, x) => ops.mul(g, ops.sigmoid(x)),
    onnx: 'Softplus',
  }),
  /** α x + β between 0 and 1. */
  hardSigmoid: unary({
    f: (x, { alpha, beta }) => hardSigmoid(x, alpha, beta),
    derive: (ops, g, _, y, { alpha }) => ops.mul(ops.gateGradient(g, y, { min: 0, max: 1 }), scalar(alpha)),
    onnx: ({ inputs, outputs, attributes: { alpha, beta }, writer }) =>
      writer.node('HardSigmoid', inputs, outputs, { alpha: { float: alpha }, beta: { float: beta } }),
  }),
  /** x h(x) with h(x) = x/6 + 1/2 between 0 and 1 (https://arxiv.org/abs/1905.02244): h(x) + x/6 where -3 < x < 3. */
  hardSwish: unary({
    f: (x) => x * hardSigmoid(x, 1 / 6, 0.5),
    derive: (ops, g, x) => {
      const throughX = ops.mul(g, ops.hardSigmoid(x, { alpha: 1 / 6, beta: 0.5 }));
      return ops.add(throughX, ops.gateGradient(ops.mul(g, ops.mul(x, scalar(1 / 6))), x, { min: -3, max: 3 }));
    },
    onnx: 'HardSwish',
  }),
  /** x σ(x), with the derivative σ + x σ (1 - σ) = σ (1 + x - y). ONNX Runtime fuses the two operators. */
  silu: unary({
    f: (x) => x * sigmoid(x),
    derive: (ops, g, x, y) => ops.mul(g, ops.mul(ops.sigmoid(x), ops.add(ops.sub(x, y), scalar(1)))),
    onnx: ({ inputs: [x], outputs, writer }) => {
      const gate = writer.temporary();
      writer.node('Sigmoid', [x as string], [gate]);
      writer.node('Mul', [x as string, gate], outputs);
    },
  }),
  /** https://arxiv.org/abs/1606.08415 */
  gelu: unary({
    f: (x, { approximate }) =>
      (x * (1 + (approximate === 'none' ? erf(x * Math.SQRT1_2) : Math.tanh(slope * (x + cubic * x ** 3))))) / 2,
    derive: (ops, g, x, _, { approximate }) =>
      approximate === 'none' ? differentiateGelu(ops, g, x) : differentiateTanhGelu(ops, g, x),
    onnx: ({ inputs, outputs, attributes: { approximate }, writer }) =>
      writer.node(approximate === 'none' ? 'Gelu' : 'FastGelu', inputs, outputs, {}, 'com.microsoft'),
  }),
};

/** gelu(x) = x Φ(x), so d gelu/dx = Φ(x) + x φ(x), with the normal distribution Φ(x) = (1 + erf(x/√2)) / 2 and its density φ. */
function differentiateGelu(ops: Ops, g: Value, x: Value): Value {
  const distribution = ops.add(ops.mul(ops.erf(ops.mul(x, scalar(Math.SQRT1_2))), scalar(0.5)), scalar(0.5));
  const density = ops.mul(ops.exp(ops.mul(ops.mul(x, x), scalar(-0.5))), scalar(1 / Math.sqrt(2 * Math.PI)));
  return ops.mul(g, ops.add(distribution, ops.mul(x, density)));
}

/** With y = x (1 + t) / 2, t = tanh(u): dy/dx = (1 + t) / 2 + x (1 - t²) / 2 du/dx. */
function differentiateTanhGelu(ops: Ops, g: Value, x: Value): Value {
  const square = ops.mul(x, x);
  const t = ops.tanh(ops.mul(x, ops.add(ops.mul(square, scalar(slope * cubic)), scalar(slope))));
  const inner = ops.add(ops.mul(square, scalar(1.5 * slope * cubic)), scalar(0.5 * slope));
  const outer = ops.add(ops.mul(t, scalar(0.5)), scalar(0.5));
  return ops.mul(g, ops.add(outer, ops.mul(ops.mul(x, inner), ops.sub(scalar(1), ops.mul(t, t)))));
}

const boundsOf = ({ min, max }: RangeAttributes): [opType: string, bound: number][] => [
  ...(min === -Infinity ? [] : [['Greater', min] as [string, number]]),
  ...(max === Infinity ? [] : [['Less', max] as [string, number]]),
];
