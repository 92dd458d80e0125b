/** @file Arithmetic of static shapes: sizes, strides, axes, and NumPy's broadcasting rule. */

/** Row-major; `[]` is a scalar. */
export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((product, dimension) => product * dimension, 1);

export const isSameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** A shape that does not fit is a fault of the code that builds the graph, not of a user. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Dimensions are aligned at the end; 1 stretches (https://numpy.org/doc/stable/user/basics.broadcasting.html). */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError(`[${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** Axes as ascending, distinct positions; negative ones count from the end. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  const positions = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const wrong = positions.findIndex((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank);
  if (wrong >= 0) throw new ShapeError(`axis ${axes[wrong]} is not one of ${rank}`);
  if (new Set(positions).size !== positions.length) throw new ShapeError(`axes ${axes} name one twice`);
  return positions.sort((x, y) => x - y);
}

export function reduceShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  const dims = shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return keepDims ? dims : dims.filter((_, axis) => !axes.includes(axis));
}

/** Elements to step over per axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = Array.from(shape, () => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** Strides that read `from` as if it had the shape `to`: stretched axes stand still. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : (own[axis - missing] as number)));
}
