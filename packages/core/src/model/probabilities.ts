/** @file Logits to probabilities and what they cost: softmax, temperature, negative log-likelihood. All matrices are row-major `[N, K]`. */

/** softmax(logits / temperature) row by row, computed in double precision, stored as float32. */
export function computeProbabilities(
  logits: Float32Array,
  options: { classes: number; temperature?: number },
): Float32Array {
  const { classes, temperature = 1 } = options;
  const probabilities = new Float32Array(logits.length);
  const row = new Float64Array(classes);
  for (let start = 0; start < logits.length; start += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k += 1) highest = Math.max(highest, logits[start + k] as number);
    let sum = 0;
    for (let k = 0; k < classes; k += 1) {
      row[k] = Math.exp(((logits[start + k] as number) - highest) / temperature);
      sum += row[k] as number;
    }
    for (let k = 0; k < classes; k += 1) probabilities[start + k] = (row[k] as number) / sum;
  }
  return probabilities;
}

/** Index of the largest value of a row; the first of equals. */
export function argmax(values: Float32Array, options: { start: number; classes: number }): number {
  const { start, classes } = options;
  let best = 0;
  for (let k = 1; k < classes; k += 1) if ((values[start + k] as number) > (values[start + best] as number)) best = k;
  return best;
}

/** Mean of -log softmax(logits / temperature)[truth] in nats; never infinite, since it works on logits. 0 for no rows. */
export function computeNegativeLogLikelihood(
  logits: Float32Array,
  truth: Int32Array,
  options: { classes: number; temperature?: number },
): number {
  const { classes, temperature = 1 } = options;
  let total = 0;
  for (let n = 0; n < truth.length; n += 1) {
    const start = n * classes;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k += 1) highest = Math.max(highest, logits[start + k] as number);
    let sum = 0;
    for (let k = 0; k < classes; k += 1) sum += Math.exp(((logits[start + k] as number) - highest) / temperature);
    total += Math.log(sum) - ((logits[start + (truth[n] as number)] as number) - highest) / temperature;
  }
  return truth.length === 0 ? 0 : total / truth.length;
}

/** Share of rows whose largest value is at the true class; 0 for no rows. */
export function computeAccuracy(values: Float32Array, truth: Int32Array, classes: number): number {
  let right = 0;
  for (let n = 0; n < truth.length; n += 1)
    if (argmax(values, { start: n * classes, classes }) === truth[n]) right += 1;
  return truth.length === 0 ? 0 : right / truth.length;
}
