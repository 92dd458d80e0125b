/** @file Which epoch is kept: more right than chance explains, else the lower loss. */

interface Validated {
  loss: number;
  accuracy: number;
}

/**
 * Accuracies on `pictures` pictures within one standard error of the best are a draw, which the loss decides (the one-standard-error rule of
 * Breiman et al. 1984): on few pictures the highest accuracy of many epochs is mostly luck, and often an early one's.
 */
export function isBetterEpoch(validation: Validated, best: Validated, pictures: number): boolean {
  const standardError = Math.sqrt((best.accuracy * (1 - best.accuracy)) / pictures);
  const gain = validation.accuracy - best.accuracy;
  return Math.abs(gain) > standardError ? gain > 0 : validation.loss < best.loss;
}
