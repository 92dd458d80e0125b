/** @file Operators that work element by element, operands broadcast. */
import type { Operator, OperatorAttributes, Ops, ReferenceTensor } from '../operator.ts';
import { broadcastShapes, broadcastStrides, isSameShape, type Shape, ShapeError, sizeOf } from '../shape.ts';
import { type ElementType, scalar, type TensorType, type Value } from '../value.ts';

type None = OperatorAttributes['add'];

/** Visits the elements of `shape` with the offsets into operands of the given strides. */
export function forEachOffset(
  shape: Shape,
  strides: readonly number[][],
  visit: (index: number, offsets: number[]) => void,
): void {
  const counter = Array.from(shape, () => 0);
  const offsets = strides.map(() => 0);
  const move = (axis: number, steps: number): void => {
    for (let operand = 0; operand < strides.length; operand++)
      offsets[operand] = (offsets[operand] as number) + steps * ((strides[operand] as number[])[axis] as number);
  };
  const size = sizeOf(shape);
  for (let index = 0; index < size; index++) {
    visit(index, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      counter[axis] = (counter[axis] as number) + 1;
      if (counter[axis] !== shape[axis]) {
        move(axis, 1);
        break;
      }
      move(axis, 1 - (shape[axis] as number));
      counter[axis] = 0;
    }
  }
}

export function mapBroadcast(
  inputs: readonly ReferenceTensor[],
  shape: Shape,
  f: (...x: number[]) => number,
): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const [a, b] = inputs.map(({ data }) => data);
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
  if (!a || !b || inputs.length > 2) {
    forEachOffset(shape, strides, (index, offsets) => {
      result[index] = f(...inputs.map(({ data }, operand) => data[offsets[operand] as number] as number));
    });
  } else if (inputs.every((input) => isSameShape(input.shape, shape))) {
    for (let i = 0; i < result.length; i++) result[i] = f(a[i] as number, b[i] as number);
  } else {
    forEachOffset(shape, strides, (index, offsets) => {
      result[index] = f(a[offsets[0] as number] as number, b[offsets[1] as number] as number);
    });
  }
  return result;
}

export const broadcastAll = (inputs: readonly TensorType[]): Shape =>
  inputs.map(({ shape }) => shape).reduce(broadcastShapes);

/** Nothing is converted silently. */
export function commonType(inputs: readonly TensorType[]): ElementType {
  const [{ type }] = inputs as [TensorType];
  const other = inputs.find((input) => input.type !== type);
  if (other) throw new ShapeError(`${type} and ${other.type} do not mix`);
  return type;
}

interface UnaryRule<Attributes> {
  f: (x: number, attributes: Attributes) => number;
  /** dL/dx from g = dL/dy, x and y; `none` where the function is flat almost everywhere. */
  derive: ((ops: Ops, g: Value, x: Value, y: Value, attributes: Attributes) => Value) | 'none';
  onnx: Operator<Attributes>['onnx'];
}

export function unary<Attributes = None>({ f, derive, onnx }: UnaryRule<Attributes>): Operator<Attributes> {
  return {
    inferShape: ([x]) => [x as TensorType],
    reference: ({ inputs, attributes }) => inputs.map(({ data }) => data.map((x) => f(x, attributes))),
    gradient:
      derive === 'none'
        ? 'none'
        : ({ inputs, outputs, gradients, attributes, ops }) => [
            derive(ops, gradients[0] as Value, inputs[0] as Value, outputs[0] as Value, attributes),
          ],
    onnx,
  };
}

interface BinaryRule {
  f: (a: number, b: number) => number;
  /** dL/da and dL/db before broadcasting is undone. */
  derive: readonly [
    (ops: Ops, g: Value, a: Value, b: Value, y: Value) => Value,
    (ops: Ops, g: Value, a: Value, b: Value, y: Value) => Value,
  ];
  onnx: string;
}

function binary({ f, derive, onnx }: BinaryRule): Operator<None> {
  return {
    inferShape: (inputs) => [{ type: commonType(inputs), shape: broadcastAll(inputs) }],
    reference: ({ inputs, outputs }) => [mapBroadcast(inputs, (outputs[0] as TensorType).shape, f)],
    gradient: ({ inputs, outputs, gradients, isNeeded, ops }) => {
      const [a, b] = inputs as [Value, Value];
      return [a, b].map((operand, i) =>
        isNeeded[i]
          ? ops.sumTo(
              (derive[i] as BinaryRule['derive'][0])(ops, gradients[0] as Value, a, b, outputs[0] as Value),
              operand.shape,
            )
          : undefined,
      );
    },
    onnx,
  };
}

export const elementwise = {
  add: binary({ f: (a, b) => a + b, derive: [(_, g) => g, (_, g) => g], onnx: 'Add' }),
  sub: binary({ f: (a, b) => a - b, derive: [(_, g) => g, (ops, g) => ops.neg(g)], onnx: 'Sub' }),
  mul: binary({
    f: (a, b) => a * b,
    derive: [(ops, g, _, b) => ops.mul(g, b), (ops, g, a) => ops.mul(g, a)],
    onnx: 'Mul',
  }),
  /** d(a/b)/db = -a/b^2 = -y/b */
  div: binary({
    f: (a, b) => a / b,
    derive: [(ops, g, _, b) => ops.div(g, b), (ops, g, _, b, y) => ops.neg(ops.div(ops.mul(g, y), b))],
    onnx: 'Div',
  }),
  /** d(a^b)/da = b a^(b-1) and d(a^b)/db = a^b ln a: for positive a, or a constant b that is a whole number. */
  pow: binary({
    f: Math.pow,
    derive: [
      (ops, g, a, b) => ops.mul(g, ops.mul(b, ops.pow(a, ops.sub(b, scalar(1))))),
      (ops, g, a, _, y) => ops.mul(g, ops.mul(y, ops.log(a))),
    ],
    onnx: 'Pow',
  }),
  /** Of equal operands the first gets the gradient. */
  maximum: binary({
    f: Math.max,
    derive: [
      (ops, g, a, b) => ops.where(ops.less(a, b), scalar(0), g),
      (ops, g, a, b) => ops.where(ops.less(a, b), g, scalar(0)),
    ],
    onnx: 'Max',
  }),
  minimum: binary({
    f: Math.min,
    derive: [
      (ops, g, a, b) => ops.where(ops.greater(a, b), scalar(0), g),
      (ops, g, a, b) => ops.where(ops.greater(a, b), g, scalar(0)),
    ],
    onnx: 'Min',
  }),
  neg: unary({ f: (x) => -x, derive: (ops, g) => ops.neg(g), onnx: 'Neg' }),
  abs: unary({ f: Math.abs, derive: (ops, g, x) => ops.mul(g, ops.sign(x)), onnx: 'Abs' }),
  sign: unary({ f: Math.sign, derive: 'none', onnx: 'Sign' }),
  floor: unary({ f: Math.floor, derive: 'none', onnx: 'Floor' }),
  exp: unary({ f: Math.exp, derive: (ops, g, _, y) => ops.mul(g, y), onnx: 'Exp' }),
  log: unary({ f: Math.log, derive: (ops, g, x) => ops.div(g, x), onnx: 'Log' }),
  /** d sqrt(x)/dx = 1 / (2 sqrt(x)) */
  sqrt: unary({ f: Math.sqrt, derive: (ops, g, _, y) => ops.div(g, ops.add(y, y)), onnx: 'Sqrt' }),
} satisfies Partial<Record<keyof OperatorAttributes, Operator<None>>>;
