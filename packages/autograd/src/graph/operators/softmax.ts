/** @file Softmax and its logarithm over one axis. */
import type { GradientContext, Operator, OperatorAttributes, ReferenceTensor } from '../operator.ts';
import { normalizeAxes, stridesOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';

type Attributes = OperatorAttributes['softmax'];

/** exp(x - max) per line along the axis, handed with its sum and maximum to `finish`. */
function alongAxis(
  { data, shape }: ReferenceTensor,
  axis: number,
  finish: (x: number, maximum: number, sum: number) => number,
): Float64Array {
  const length = shape[axis] as number;
  const stride = stridesOf(shape)[axis] as number;
  const result = new Float64Array(data.length);
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue;
    const line = Array.from({ length }, (_, i) => data[start + i * stride] as number);
    const maximum = Math.max(...line);
    const sum = line.reduce((total, x) => total + Math.exp(x - maximum), 0);
    for (const [i, x] of line.entries()) result[start + i * stride] = finish(x, maximum, sum);
  }
  return result;
}

interface Rule {
  finish: (x: number, maximum: number, sum: number) => number;
  /** `total` sums over the axis, which it keeps as 1. */
  derive: (ops: GradientContext<Attributes>['ops'], g: Value, y: Value, total: (x: Value) => Value) => Value;
  onnx: string;
}

function normalization({ finish, derive, onnx }: Rule): Operator<Attributes> {
  return {
    inferShape: ([x], { axis }) => {
      normalizeAxes([axis], (x as TensorType).shape.length);
      return [x as TensorType];
    },
    reference: ({ inputs, attributes: { axis } }) => inputs.map((input) => alongAxis(input, axis, finish)),
    gradient: ({ outputs, gradients, attributes: { axis }, ops }) => [
      derive(ops, gradients[0] as Value, outputs[0] as Value, (x) =>
        ops.reduceSum(x, { axes: [axis], keepDims: true }),
      ),
    ],
    onnx: ({ inputs, outputs, attributes: { axis }, writer }) => writer.node(onnx, inputs, outputs, { axis }),
  };
}

export const softmaxes = {
  /** dL/dx = y (g - Σ g y) */
  softmax: normalization({
    finish: (x, maximum, sum) => Math.exp(x - maximum) / sum,
    derive: (ops, g, y, total) => ops.mul(y, ops.sub(g, total(ops.mul(g, y)))),
    onnx: 'Softmax',
  }),
  /** dL/dx = g - softmax(x) Σ g, and softmax(x) = e^y */
  logSoftmax: normalization({
    finish: (x, maximum, sum) => x - maximum - Math.log(sum),
    derive: (ops, g, y, total) => ops.sub(g, ops.mul(ops.exp(y), total(g))),
    onnx: 'LogSoftmax',
  }),
};
