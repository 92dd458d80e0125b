/** @file Features to zero mean and unit deviation, by the training rows alone. */

export interface Standardization {
  /** [D] */
  mean: Float64Array;
  /** [D] standard deviations; 1 for a feature that (almost) never changes, so that its noise is not blown up. */
  scale: Float64Array;
}

/** Deviations below this share of the largest are rounding, not signal. */
const leastShare = 1e-6;

/** `rows`: [N, D] row-major. Two passes in double precision. */
export function computeStandardization(rows: Float32Array, dimensions: number): Standardization {
  const count = rows.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let at = 0, d = 0; at < rows.length; at += 1, d = d + 1 === dimensions ? 0 : d + 1)
    mean[d] = (mean[d] as number) + (rows[at] as number) / count;
  const variance = new Float64Array(dimensions);
  for (let at = 0, d = 0; at < rows.length; at += 1, d = d + 1 === dimensions ? 0 : d + 1) {
    const difference = (rows[at] as number) - (mean[d] as number);
    variance[d] = (variance[d] as number) + (difference * difference) / count;
  }
  const deviations = variance.map(Math.sqrt);
  const least = leastShare * deviations.reduce((most, value) => Math.max(most, value), 0);
  return { mean, scale: deviations.map((value) => (value > least ? value : 1)) };
}

/** (rows - mean) / scale, as a new [N, D] matrix. */
export function standardize(rows: Float32Array, { mean, scale }: Standardization): Float32Array {
  const dimensions = mean.length;
  const result = new Float32Array(rows.length);
  for (let at = 0, d = 0; at < rows.length; at += 1, d = d + 1 === dimensions ? 0 : d + 1)
    result[at] = ((rows[at] as number) - (mean[d] as number)) / (scale[d] as number);
  return result;
}
