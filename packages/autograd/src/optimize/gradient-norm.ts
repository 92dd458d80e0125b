/** @file The length of all gradients taken together, and clipping to it. */
import { ops } from '../graph/ops.ts';
import { scalar, type Value } from '../graph/value.ts';

/** sqrt(Σ |g|²) over every element of every tensor; 0 of none. */
export function computeNorm(gradients: readonly Value[]): Value {
  const squares = gradients.map((g) => ops.reduceSum(ops.mul(g, g)));
  return squares.length === 0 ? scalar(0) : ops.sqrt(squares.reduce((sum, square) => ops.add(sum, square)));
}

/** min(1, limit / norm): what gradients are multiplied by so that together they are not longer than `limit`. */
export function computeClipScale(norm: Value, limit: number): Value {
  const needed = ops.div(scalar(limit), ops.add(norm, scalar(1e-6)));
  return ops.where(ops.greater(scalar(1), needed), needed, scalar(1));
}

/** Whether a scalar is a number below infinity; NaN is not. */
export const isFiniteScalar = (x: Value): Value => ops.greater(scalar(largest), x);

/** Close to the largest float32. */
const largest = 3e38;
