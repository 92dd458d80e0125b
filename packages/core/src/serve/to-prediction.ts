/** @file Probabilities in class-index order as the answer every door gives. */
import type { Prediction } from '@tintype/contracts/serve';

/** `probabilities` is `[K]`, in the order of `classes`. A tie goes to the earlier class. */
export function toPrediction(
  probabilities: ArrayLike<number>,
  context: { classes: readonly string[]; model: string; version: number; requestId: string },
): Prediction {
  let best = 0;
  for (let k = 1; k < context.classes.length; k += 1) {
    if ((probabilities[k] ?? 0) > (probabilities[best] ?? 0)) best = k;
  }
  return {
    prediction: context.classes[best] ?? null,
    confidence: probabilities[best] ?? 0,
    probabilities: Object.fromEntries(context.classes.map((name, k) => [name, probabilities[k] ?? 0])),
    error: null,
    model: context.model,
    version: context.version,
    request_id: context.requestId,
  };
}
