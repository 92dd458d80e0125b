/** @file Plain float64 arithmetic on n-dimensional arrays: slow, obvious, and what everything else is tested against. */
import type { Shape } from './value.ts';

export interface NdArray {
  shape: Shape;
  /** Row-major. */
  data: Float64Array;
}

/** NumPy's rule: dimensions are matched from the right, and 1 stretches. Throws where they do not match. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** For each element of `shape` the position of the element of `source` that broadcasts to it. */
function positions(source: Shape, shape: Shape): Int32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const result = new Int32Array(size);
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let i = source.length - 1; i >= 0; i--) {
    if (source[i] !== 1) strides[shape.length - source.length + i] = stride;
    stride *= source[i] as number;
  }
  for (let flat = 0; flat < size; flat++) {
    let rest = flat;
    let position = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      position += (rest % length) * (strides[axis] as number);
      rest = Math.floor(rest / length);
    }
    result[flat] = position;
  }
  return result;
}

export function elementwise(
  a: NdArray,
  b: NdArray,
  shape: Shape,
  compute: (x: number, y: number) => number,
): Float64Array {
  const [fromA, fromB] = [positions(a.shape, shape), positions(b.shape, shape)];
  return Float64Array.from(fromA, (position, i) =>
    compute(a.data[position] as number, b.data[fromB[i] as number] as number),
  );
}

/** Sum down to `shape`, in which reduced dimensions have size 1. */
export function reduce(x: NdArray, shape: Shape): Float64Array {
  const result = new Float64Array(shape.reduce((product, n) => product * n, 1));
  const to = positions(shape, x.shape);
  for (const [i, value] of x.data.entries()) result[to[i] as number] = (result[to[i] as number] as number) + value;
  return result;
}

export function referenceMatmul(a: NdArray, b: NdArray, shape: Shape): Float64Array {
  const [m, k, n] = [a.shape.at(-2) as number, a.shape.at(-1) as number, b.shape.at(-1) as number];
  const batches = shape.slice(0, -2);
  const [fromA, fromB] = [positions(a.shape.slice(0, -2), batches), positions(b.shape.slice(0, -2), batches)];
  const result = new Float64Array(fromA.length * m * n);
  for (let batch = 0; batch < fromA.length; batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let l = 0; l < k; l++) {
          total +=
            (a.data[((fromA[batch] as number) * m + i) * k + l] as number) *
            (b.data[((fromB[batch] as number) * k + l) * n + j] as number);
        }
        result[(batch * m + i) * n + j] = total;
      }
    }
  }
  return result;
}

export function referencePermute(x: NdArray, permutation: readonly number[]): Float64Array {
  const strides = x.shape.map((_, i) => x.shape.slice(i + 1).reduce((product, n) => product * n, 1));
  const shape = permutation.map((axis) => x.shape[axis] as number);
  return Float64Array.from(x.data, (_, flat) => {
    let rest = flat;
    let position = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      position += (rest % length) * (strides[permutation[axis] as number] as number);
      rest = Math.floor(rest / length);
    }
    return x.data[position] as number;
  });
}

/** Applies a function to each row, the last dimension. */
export function referenceRows(x: NdArray, compute: (row: number[]) => number[]): Float64Array {
  const length = x.shape.at(-1) as number;
  const result = new Float64Array(x.data.length);
  for (let start = 0; start < x.data.length; start += length)
    result.set(compute([...x.data.subarray(start, start + length)]), start);
  return result;
}
