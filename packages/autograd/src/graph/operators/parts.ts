/** @file Operators that cut tensors and put them together. */
import type { Operator, OperatorAttributes, Ops, SliceAttributes, SliceOptions } from '../operator.ts';
import { isSameShape, normalizeAxes, type Shape, ShapeError, sizeOf, stridesOf } from '../shape.ts';
import { constant, type TensorType, type Value } from '../value.ts';
import { forEachOffset } from './elementwise.ts';

type Parts = Pick<OperatorAttributes, 'slice' | 'pad' | 'concat' | 'split'>;

const shapeOf = (type: TensorType | undefined): Shape => (type as TensorType).shape;

/** Python's rule: negative positions count from the end, those outside are moved inside; -1 as an end of a negative step is "before 0". */
export function resolveSlice(shape: Shape, { starts, ends, axes, steps }: SliceOptions): SliceAttributes {
  const named = axes ?? starts.map((_, i) => i);
  const lengths = [starts, ends, named, steps ?? starts].map(({ length }) => length);
  if (new Set(lengths).size !== 1) throw new ShapeError('a slice needs a start and an end for each axis');
  normalizeAxes(named, shape.length);
  const resolved = named.map((axis, i) => {
    const position = axis < 0 ? axis + shape.length : axis;
    const size = shape[position] as number;
    const step = steps?.[i] ?? 1;
    if (!Number.isInteger(step) || step === 0) throw new ShapeError(`a slice in steps of ${step}`);
    const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
    const [start, end] = [starts[i] as number, ends[i] as number].map((at) =>
      Math.min(Math.max(at < 0 ? at + size : at, lowest), highest),
    ) as [number, number];
    return { axis: position, start, end, step };
  });
  return {
    starts: resolved.map(({ start }) => start),
    ends: resolved.map(({ end }) => end),
    axes: resolved.map(({ axis }) => axis),
    steps: resolved.map(({ step }) => step),
  };
}

function sliceShape(shape: Shape, { starts, ends, axes, steps }: SliceAttributes): Shape {
  return shape.map((size, axis) => {
    const i = axes.indexOf(axis);
    if (i < 0) return size;
    return Math.max(0, Math.ceil(((ends[i] as number) - (starts[i] as number)) / (steps[i] as number)));
  });
}

/** Copies `data`, which fills `block`, into or out of `whole`, from `start` on, with the given strides there. */
function forEachPlaced(whole: Shape, block: Shape, start: readonly number[], steps: readonly number[]) {
  const strides = stridesOf(whole);
  const origin = start.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0);
  const moved = strides.map((stride, axis) => stride * (steps[axis] as number));
  return (visit: (inBlock: number, inWhole: number) => void): void =>
    forEachOffset(block, [moved], (index, [offset]) => visit(index, origin + (offset as number)));
}

/** From attributes that name some axes to one number for every axis. */
const perAxis = (shape: Shape, axes: readonly number[], numbers: readonly number[], otherwise: number): number[] =>
  shape.map((_, axis) => numbers[axes.indexOf(axis)] ?? otherwise);

const slice: Operator<SliceAttributes> = {
  inferShape: ([x], attributes) => [{ ...(x as TensorType), shape: sliceShape(shapeOf(x), attributes) }],
  reference: ({ inputs, outputs, attributes: { starts, axes, steps } }) =>
    inputs.map(({ shape, data }) => {
      const block = shapeOf(outputs[0]);
      const result = new Float64Array(sizeOf(block));
      forEachPlaced(
        shape,
        block,
        perAxis(shape, axes, starts, 0),
        perAxis(shape, axes, steps, 1),
      )((to, from) => {
        result[to] = data[from] as number;
      });
      return result;
    }),
  gradient: ({ inputs, gradients, attributes, ops }) => [
    attributes.axes.reduce(
      (g, axis, i) =>
        unslice(ops, g, {
          axis,
          size: (inputs[0] as Value).shape[axis] as number,
          start: attributes.starts[i] as number,
          step: attributes.steps[i] as number,
        }),
      gradients[0] as Value,
    ),
  ],
  onnx: ({ inputs: [x], outputs, attributes: { starts, ends, axes, steps }, inputTypes, writer }) => {
    // "Before 0" is far below: -1 would be the last.
    const stops = ends.map((end, i) => (end < 0 ? -1 - (shapeOf(inputTypes[0])[axes[i] as number] as number) : end));
    writer.node(
      'Slice',
      [x as string, ...[starts, stops, axes, steps].map((numbers) => writer.integers(numbers))],
      outputs,
    );
  },
};

/** Puts what a slice took along an axis of `size` back where it was, zeros elsewhere. */
function unslice(
  ops: Ops,
  g: Value,
  { axis, size, start, step }: { axis: number; size: number; start: number; step: number },
): Value {
  const count = g.shape[axis] as number;
  if (step < 0) {
    const reversed = ops.slice(g, { starts: [-1], ends: [-Infinity], axes: [axis], steps: [-1] });
    return unslice(ops, reversed, { axis, size, start: start + (count - 1) * step, step: -step });
  }
  const [before, after] = [g.shape.slice(0, axis), g.shape.slice(axis + 1)];
  const padAxis = (x: Value, at: number, begin: number, end: number): Value =>
    ops.pad(x, {
      begin: x.shape.map((_, a) => (a === at ? begin : 0)),
      end: x.shape.map((_, a) => (a === at ? end : 0)),
    });
  // Each element gets step - 1 zeros behind it: [.., count, 1, ..] -> [.., count, step, ..] -> [.., count step, ..].
  const spread = ops.reshape(padAxis(ops.reshape(g, [...before, count, 1, ...after]), axis + 1, 0, step - 1), [
    ...before,
    count * step,
    ...after,
  ]);
  const room = size - start;
  const fitting = ops.slice(spread, { starts: [0], ends: [room], axes: [axis] });
  return padAxis(fitting, axis, start, Math.max(0, room - count * step));
}

const pad: Operator<Parts['pad']> = {
  inferShape: ([x], { begin, end }) => {
    const { type, shape } = x as TensorType;
    const isWrong = (numbers: readonly number[]): boolean =>
      numbers.length !== shape.length || numbers.some((n) => !Number.isInteger(n) || n < 0);
    if (isWrong(begin) || isWrong(end)) throw new ShapeError(`padding [${shape}] by [${begin}] and [${end}]`);
    return [{ type, shape: shape.map((size, axis) => size + (begin[axis] as number) + (end[axis] as number)) }];
  },
  reference: ({ inputs, outputs, attributes: { begin, value } }) =>
    inputs.map(({ shape, data }) => {
      const whole = shapeOf(outputs[0]);
      const result = new Float64Array(sizeOf(whole)).fill(value);
      forEachPlaced(
        whole,
        shape,
        begin,
        shape.map(() => 1),
      )((from, to) => {
        result[to] = data[from] as number;
      });
      return result;
    }),
  gradient: ({ inputs, gradients, attributes: { begin }, ops }) => {
    const { shape } = inputs[0] as Value;
    const ends = shape.map((size, axis) => size + (begin[axis] as number));
    return [ops.slice(gradients[0] as Value, { starts: begin, ends })];
  },
  onnx: ({ inputs: [x], outputs, attributes: { begin, end, value }, writer }) =>
    writer.node('Pad', [x as string, writer.integers([...begin, ...end]), writer.floats([value], [])], outputs),
};

/** Where each of the parts begins along the axis. */
const startsOf = (sizes: readonly number[]): number[] =>
  sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));

const concat: Operator<Parts['concat']> = {
  inferShape: (parts, { axis }) => {
    const { type, shape } = parts[0] as TensorType;
    normalizeAxes([axis], shape.length);
    const total = parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0);
    const joined = shape.map((size, a) => (a === axis ? total : size));
    const wrong = parts.find((part) => !isSameShape(part.shape.with(axis, total), joined) || part.type !== type);
    if (wrong) throw new ShapeError(`[${shape}] and [${wrong.shape}] do not join along axis ${axis}`);
    return [{ type, shape: joined }];
  },
  reference: ({ inputs, outputs, attributes: { axis } }) => {
    const whole = shapeOf(outputs[0]);
    const result = new Float64Array(sizeOf(whole));
    const starts = startsOf(inputs.map(({ shape }) => shape[axis] as number));
    for (const [i, { shape, data }] of inputs.entries()) {
      const start = whole.map((_, a) => (a === axis ? (starts[i] as number) : 0));
      forEachPlaced(
        whole,
        shape,
        start,
        whole.map(() => 1),
      )((from, to) => {
        result[to] = data[from] as number;
      });
    }
    return [result];
  },
  gradient: ({ inputs, gradients, attributes: { axis }, isNeeded, ops }) => {
    const sizes = inputs.map(({ shape }) => shape[axis] as number);
    const starts = startsOf(sizes);
    return inputs.map((_, i) => {
      const start = starts[i] as number;
      const ends = [start + (sizes[i] as number)];
      return isNeeded[i] ? ops.slice(gradients[0] as Value, { starts: [start], ends, axes: [axis] }) : undefined;
    });
  },
  onnx: ({ inputs, outputs, attributes: { axis }, writer }) => writer.node('Concat', inputs, outputs, { axis }),
};

const split: Operator<Parts['split']> = {
  inferShape: ([x], { axis, sizes }) => {
    const { type, shape } = x as TensorType;
    normalizeAxes([axis], shape.length);
    if (sizes.reduce((sum, size) => sum + size, 0) !== shape[axis])
      throw new ShapeError(`[${shape}] does not split into ${sizes} along axis ${axis}`);
    return sizes.map((size) => ({ type, shape: shape.with(axis, size) }));
  },
  reference: ({ inputs: [x], outputs, attributes: { axis, sizes } }) => {
    if (!x) return [];
    const starts = startsOf(sizes);
    return outputs.map(({ shape }, i) => {
      const result = new Float64Array(sizeOf(shape));
      const start = shape.map((_, a) => (a === axis ? (starts[i] as number) : 0));
      forEachPlaced(
        x.shape,
        shape,
        start,
        shape.map(() => 1),
      )((to, from) => {
        result[to] = x.data[from] as number;
      });
      return result;
    });
  },
  gradient: ({ outputs, gradients, attributes: { axis }, ops }) => {
    const zeros = ({ shape }: Value): Value =>
      ops.expand(
        constant(
          new Float32Array(1),
          shape.map(() => 1),
        ),
        shape,
      );
    return [
      ops.concat(
        outputs.map((output, i) => gradients[i] ?? zeros(output)),
        axis,
      ),
    ];
  },
  onnx: ({ inputs: [x], outputs, attributes: { axis, sizes }, writer }) =>
    writer.node('Split', [x as string, writer.integers(sizes)], outputs, { axis }),
};

export const parts: { readonly [Name in keyof Parts]: Operator<Parts[Name]> } = { slice, pad, concat, split };
