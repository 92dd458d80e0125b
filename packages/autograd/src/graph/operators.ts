/** @file Everything known about each operator: its shape, its float64 reference, its gradient, its ONNX form. One record, total. */
import type { TensorProto } from '../onnx/generated/onnx_pb.ts';
import type { NodeProto } from '../onnx/generated/onnx_pb.ts';
import { integers, onnxNode } from '../onnx/build-onnx.ts';
import { div, exp, expand, matmul, mul, neg, reshape, sub, sum, sumTo, transpose } from './functions.ts';
import {
  broadcastShapes,
  elementwise,
  type NdArray,
  reduce,
  referenceMatmul,
  referencePermute,
  referenceRows,
} from './reference.ts';
import { type Attributes, constant, type Shape, sizeOf, type Value } from './value.ts';

export interface EmitContext {
  inputs: readonly string[];
  output: string;
  value: Value;
  /** Adds a stored tensor and gives its name. */
  store(make: (name: string) => TensorProto): string;
}

export interface Operator {
  /** Throws where the shapes do not fit. */
  inferShape(shapes: readonly Shape[], attributes: Attributes): Shape;
  /** In float64, plainly: what the ONNX form is tested against. */
  reference(inputs: readonly NdArray[], value: Value): Float64Array;
  /** Gradients of the inputs, given that of the output, as values of the same graph. */
  gradient(value: Value, output: Value): readonly Value[];
  onnx(context: EmitContext): readonly NodeProto[];
}

const ints = (value: Attributes[string] | undefined): readonly number[] => value as readonly number[];
const first = (value: Value): Value => value.inputs[0] as Value;
const second = (value: Value): Value => value.inputs[1] as Value;
const sameShape = (shapes: readonly Shape[]): Shape => shapes[0] as Shape;
const keptShape = ([shape]: readonly Shape[], attributes: Attributes): Shape =>
  (shape as Shape).map((size, i) => (ints(attributes.axes).includes(i) ? 1 : size));

const plain =
  (opType: string) =>
  ({ inputs, output }: EmitContext): readonly NodeProto[] => [onnxNode(opType, inputs, [output])];

/** An operator of one input that acts on each element alone. `gradient` gives d output / d input from the value itself. */
const unary = (opType: string, compute: (x: number) => number, gradient: (value: Value) => Value): Operator => ({
  inferShape: sameShape,
  reference: ([x]) => (x as NdArray).data.map(compute),
  gradient: (value, output) => [mul(output, gradient(value))],
  onnx: plain(opType),
});

/** An operator of two inputs that broadcast against each other. */
const binary = (
  opType: string,
  compute: (a: number, b: number) => number,
  gradient: (value: Value, output: Value) => readonly [Value, Value],
): Operator => ({
  inferShape: ([a, b]) => broadcastShapes(a as Shape, b as Shape),
  reference: ([a, b], value) => elementwise(a as NdArray, b as NdArray, value.shape, compute),
  gradient: (value, output) => {
    const [toA, toB] = gradient(value, output);
    return [sumTo(toA, first(value).shape), sumTo(toB, second(value).shape)];
  },
  onnx: plain(opType),
});

const permuted = (shape: Shape, permutation: readonly number[]): Shape =>
  permutation.map((axis) => shape[axis] as number);
const inverse = (permutation: readonly number[]): number[] => permutation.map((_, i) => permutation.indexOf(i));

export const operators = {
  add: binary(
    'Add',
    (a, b) => a + b,
    (_value, output) => [output, output],
  ),
  sub: binary(
    'Sub',
    (a, b) => a - b,
    (_value, output) => [output, neg(output)],
  ),
  mul: binary(
    'Mul',
    (a, b) => a * b,
    (value, output) => [mul(output, second(value)), mul(output, first(value))],
  ),
  div: binary(
    'Div',
    (a, b) => a / b,
    (value, output) => [div(output, second(value)), neg(div(mul(output, value), second(value)))],
  ),
  neg: unary(
    'Neg',
    (x) => -x,
    (value) => constant(new Float32Array(sizeOf(value.shape)).fill(-1), value.shape),
  ),
  exp: unary('Exp', Math.exp, (value) => value),
  log: unary('Log', Math.log, (value) => div(1, first(value))),
  sqrt: unary('Sqrt', Math.sqrt, (value) => div(0.5, value)),
  /** 1 - tanh² */
  tanh: unary('Tanh', Math.tanh, (value) => sub(1, mul(value, value))),
  /** σ (1 - σ) */
  sigmoid: unary(
    'Sigmoid',
    (x) => 1 / (1 + Math.exp(-x)),
    (value) => mul(value, sub(1, value)),
  ),
  relu: unary(
    'Relu',
    (x) => Math.max(0, x),
    (value) => stepOf(value),
  ),
  /** 1 where positive, else 0; flat, so that it passes no gradient on. */
  step: unary('Sign', Math.sign, (value) => mul(value, 0)),
  matmul: {
    inferShape: ([a, b]) => matmulShape(a as Shape, b as Shape),
    reference: ([a, b], value) => referenceMatmul(a as NdArray, b as NdArray, value.shape),
    // dA = G Bᵀ, dB = Aᵀ G, summed over what broadcast
    gradient: (value, output) => [
      sumTo(matmul(output, transpose(second(value))), first(value).shape),
      sumTo(matmul(transpose(first(value)), output), second(value).shape),
    ],
    onnx: plain('MatMul'),
  },
  transpose: {
    inferShape: ([x], attributes) => permuted(x as Shape, ints(attributes.permutation)),
    reference: ([x], value) => referencePermute(x as NdArray, ints(value.attributes.permutation)),
    gradient: (value, output) => [transpose(output, inverse(ints(value.attributes.permutation)))],
    onnx: ({ inputs, output, value }) => [
      onnxNode('Transpose', inputs, [output], { perm: ints(value.attributes.permutation) }),
    ],
  },
  reshape: {
    inferShape: ([x], attributes) => {
      const shape = ints(attributes.shape);
      if (sizeOf(shape) !== sizeOf(x as Shape))
        throw new Error(`[${x?.join(', ')}] cannot become [${shape.join(', ')}]`);
      return shape;
    },
    reference: ([x]) => (x as NdArray).data,
    gradient: (value, output) => [reshape(output, first(value).shape)],
    onnx: ({ inputs, output, value, store }) => [
      onnxNode('Reshape', [...inputs, store((name) => integers(name, value.shape))], [output]),
    ],
  },
  expand: {
    inferShape: ([x], attributes) => broadcastShapes(x as Shape, ints(attributes.shape)),
    reference: ([x], value) =>
      elementwise(x as NdArray, { shape: [], data: Float64Array.of(0) }, value.shape, (a) => a),
    gradient: (value, output) => [sumTo(output, first(value).shape)],
    onnx: ({ inputs, output, value, store }) => [
      onnxNode('Expand', [...inputs, store((name) => integers(name, value.shape))], [output]),
    ],
  },
  sum: {
    inferShape: keptShape,
    reference: ([x], value) => reduce(x as NdArray, value.shape),
    gradient: (value, output) => [expand(output, first(value).shape)],
    onnx: ({ inputs, output, value, store }) => [
      onnxNode('ReduceSum', [...inputs, store((name) => integers(name, ints(value.attributes.axes)))], [output], {
        keepdims: 1,
      }),
    ],
  },
  mean: {
    inferShape: keptShape,
    reference: ([x], value) => reduce(x as NdArray, value.shape).map((total) => total / shareOf(value)),
    gradient: (value, output) => [expand(mul(output, 1 / shareOf(value)), first(value).shape)],
    onnx: ({ inputs, output, value }) => [
      onnxNode('ReduceMean', inputs, [output], { axes: ints(value.attributes.axes), keepdims: 1 }),
    ],
  },
  softmax: {
    inferShape: sameShape,
    reference: ([x]) =>
      referenceRows(x as NdArray, (row) => row.map(Math.exp).map((e, _i, all) => e / all.reduce((a, b) => a + b))),
    // dx = p (g - Σ g p)
    gradient: (value, output) => [mul(value, sub(output, sum(mul(output, value), [value.shape.length - 1])))],
    onnx: ({ inputs, output }) => [onnxNode('Softmax', inputs, [output], { axis: -1 })],
  },
  logSoftmax: {
    inferShape: sameShape,
    reference: ([x]) =>
      referenceRows(x as NdArray, (row) => row.map((v) => v - Math.log(row.reduce((a, b) => a + Math.exp(b), 0)))),
    // dx = g - softmax(x) Σ g
    gradient: (value, output) => [sub(output, mul(exp(value), sum(output, [value.shape.length - 1])))],
    onnx: ({ inputs, output }) => [onnxNode('LogSoftmax', inputs, [output], { axis: -1 })],
  },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

/** How many elements a mean is taken over. */
const shareOf = (value: Value): number => sizeOf(first(value).shape) / sizeOf(value.shape);

/** The sign of relu's output is 1 where it let its input through and 0 where not. */
const stepOf = (value: Value): Value => ({
  kind: 'operator',
  operator: 'step',
  inputs: [value],
  attributes: {},
  shape: value.shape,
});

function matmulShape(a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2))
    throw new Error(`[${a.join(', ')}] and [${b.join(', ')}] cannot be multiplied`);
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), a.at(-2) as number, b.at(-1) as number];
}
