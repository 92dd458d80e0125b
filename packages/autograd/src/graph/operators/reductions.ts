/** @file Operators that fold axes away. */
import type { GradientContext, Operator, OperatorAttributes, ReduceAttributes } from '../operator.ts';
import { broadcastStrides, normalizeAxes, reduceShape, sizeOf } from '../shape.ts';
import { scalar, type TensorType, type Value } from '../value.ts';
import { forEachOffset } from './elementwise.ts';

type Context = GradientContext<ReduceAttributes>;

interface Rule {
  initial: number;
  step: (folded: number, x: number) => number;
  finish?: (folded: number, count: number) => number;
  /** dL/dx from g = dL/dy with the folded axes kept as 1. */
  derive: (context: Context, g: Value, count: number) => Value;
  onnx: string;
}

const kept = ({ inputs, attributes: { axes } }: Context, y: Value, ops: Context['ops']): Value =>
  ops.reshape(y, reduceShape((inputs[0] as Value).shape, axes, true));

function reduction({ initial, step, finish = (x) => x, derive, onnx }: Rule): Operator<ReduceAttributes> {
  const countOf = (shape: readonly number[], axes: readonly number[]): number =>
    sizeOf(axes.map((axis) => shape[axis] as number));
  return {
    inferShape: ([x], { axes, keepDims }) => {
      const { type, shape } = x as TensorType;
      normalizeAxes(axes, shape.length);
      return [{ type, shape: reduceShape(shape, axes, keepDims) }];
    },
    reference: ({ inputs, attributes: { axes } }) =>
      inputs.map(({ data, shape }) => {
        const keptShape = reduceShape(shape, axes, true);
        const result = new Float64Array(sizeOf(keptShape)).fill(initial);
        forEachOffset(shape, [broadcastStrides(keptShape, shape)], (index, [offset]) => {
          result[offset as number] = step(result[offset as number] as number, data[index] as number);
        });
        return result.map((folded) => finish(folded, countOf(shape, axes)));
      }),
    gradient: (context) => {
      const { shape } = context.inputs[0] as Value;
      const g = kept(context, context.gradients[0] as Value, context.ops);
      return [derive(context, g, countOf(shape, context.attributes.axes))];
    },
    onnx: ({ inputs, outputs, attributes: { axes, keepDims }, writer }) =>
      writer.node(onnx, [inputs[0] as string, writer.integers(axes)], outputs, {
        keepdims: keepDims ? 1 : 0,
        noop_with_empty_axes: 1,
      }),
  };
}

const spread = ({ inputs, ops }: Context, g: Value): Value => ops.expand(g, (inputs[0] as Value).shape);

export const reductions = {
  reduceSum: reduction({ initial: 0, step: (sum, x) => sum + x, derive: spread, onnx: 'ReduceSum' }),
  reduceMean: reduction({
    initial: 0,
    step: (sum, x) => sum + x,
    finish: (sum, count) => sum / count,
    derive: (context, g, count) => spread(context, context.ops.mul(g, scalar(1 / count))),
    onnx: 'ReduceMean',
  }),
  /** Equal maxima share the gradient evenly. */
  reduceMax: reduction({
    initial: -Infinity,
    step: Math.max,
    derive: (context, g) => {
      const { inputs, outputs, attributes, ops } = context;
      const isMax = ops.equal(inputs[0] as Value, kept(context, outputs[0] as Value, ops));
      const mask = ops.where(isMax, scalar(1), scalar(0));
      return ops.mul(mask, ops.div(g, ops.reduceSum(mask, { axes: attributes.axes, keepDims: true })));
    },
    onnx: 'ReduceMax',
  }),
} satisfies Partial<Record<keyof OperatorAttributes, Operator<ReduceAttributes>>>;
