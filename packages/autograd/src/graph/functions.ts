/** @file The operators as functions of values: what graphs are written with. */
import { apply, constant, type Shape, type Value } from './value.ts';

const allAxes = (x: Value): number[] => x.shape.map((_, i) => i);
const asValue = (value: Value | number): Value => (typeof value === 'number' ? constant([value]) : value);

export const add = (a: Value | number, b: Value | number): Value => apply('add', [asValue(a), asValue(b)]);
export const sub = (a: Value | number, b: Value | number): Value => apply('sub', [asValue(a), asValue(b)]);
export const mul = (a: Value | number, b: Value | number): Value => apply('mul', [asValue(a), asValue(b)]);
export const div = (a: Value | number, b: Value | number): Value => apply('div', [asValue(a), asValue(b)]);
export const neg = (x: Value): Value => apply('neg', [x]);
export const exp = (x: Value): Value => apply('exp', [x]);
export const log = (x: Value): Value => apply('log', [x]);
export const sqrt = (x: Value): Value => apply('sqrt', [x]);
export const tanh = (x: Value): Value => apply('tanh', [x]);
export const sigmoid = (x: Value): Value => apply('sigmoid', [x]);
export const relu = (x: Value): Value => apply('relu', [x]);
/** [..., M, K] x [..., K, N] -> [..., M, N]; leading dimensions broadcast. */
export const matmul = (a: Value, b: Value): Value => apply('matmul', [a, b]);
/** The dimensions in the order of `permutation`; by default the last two change places. */
export const transpose = (x: Value, permutation?: readonly number[]): Value => {
  const last = x.shape.length - 1;
  const swapped = x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
  return apply('transpose', [x], { permutation: permutation ?? swapped });
};
export const reshape = (x: Value, shape: Shape): Value => apply('reshape', [x], { shape });
/** Repeats dimensions of size 1 until the shape is reached. */
export const expand = (x: Value, shape: Shape): Value => apply('expand', [x], { shape });
/** Reductions keep their dimensions with size 1. `axes` by default all. */
export const sum = (x: Value, axes: readonly number[] = allAxes(x)): Value => apply('sum', [x], { axes });
export const mean = (x: Value, axes: readonly number[] = allAxes(x)): Value => apply('mean', [x], { axes });
/** Over the last dimension. */
export const softmax = (x: Value): Value => apply('softmax', [x]);
export const logSoftmax = (x: Value): Value => apply('logSoftmax', [x]);

/** Sums over what broadcasting repeated, so that a gradient has the shape of what it is the gradient of. */
export function sumTo(x: Value, shape: Shape): Value {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  const summed = axes.length > 0 ? sum(x, axes) : x;
  return summed.shape.length === shape.length ? summed : reshape(summed, shape);
}
