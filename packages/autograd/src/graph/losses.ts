/** @file Losses, written in operators; their gradients follow. */
import { ops } from './ops.ts';
import { scalar, type Value } from './value.ts';

/**
 * -Σ_k t_k log softmax(logits)_k per row: logits `[N, K]`, targets `[N, K]` (rows of probabilities, soft or one-hot) -> `[N]`.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  return ops.neg(ops.reduceSum(ops.mul(ops.logSoftmax(logits), targets), { axes: [-1] }));
}

/**
 * Σ_k max(0, 1 - y_k f_k)^2 per row, y = 1 for the row's class and -1 for the others: scores and one-hot targets `[N, K]` -> `[N]`.
 * Smooth where the plain hinge has its corner.
 */
export function squaredHinge(scores: Value, targets: Value): Value {
  const signs = ops.sub(ops.mul(targets, scalar(2)), scalar(1));
  const shortfall = ops.relu(ops.sub(scalar(1), ops.mul(signs, scores)));
  return ops.reduceSum(ops.mul(shortfall, shortfall), { axes: [-1] });
}
