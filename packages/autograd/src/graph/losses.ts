/** @file Losses, written in operators; their gradients follow. */
import { ops } from './ops.ts';
import type { Value } from './value.ts';

/**
 * -Σ_k t_k log softmax(logits)_k per row: logits `[N, K]`, targets `[N, K]` (rows of probabilities, soft or one-hot) -> `[N]`.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  return ops.neg(ops.reduceSum(ops.mul(ops.logSoftmax(logits), targets), { axes: [-1] }));
}
