/** @file The length of all gradients taken together, and clipping to it. */
import { ops } from '../graph/ops.ts';
import { scalar, type Value } from '../graph/value.ts';

/**
 * sqrt(Σ |g|²) over every element of every tensor; 0 of none. ONNX Runtime visits what an operator needs from the last made backwards:
 * give the gradients in the order of the parameters, so that those of the last layers, which appear first, are computed and used first.
 */
export function computeNorm(gradients: readonly Value[]): Value {
  if (gradients.length === 0) return scalar(0);
  const squares = gradients.map((g) => ops.reshape(ops.reduceSum(ops.mul(g, g)), [1]));
  return ops.sqrt(ops.reduceSum(ops.concat(squares, 0)));
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
