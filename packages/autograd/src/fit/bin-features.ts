/** @file Features as bytes: each value replaced by the interval that it lies in, so that trees count instead of sort (Ke et al. 2017). */

export interface BinnedFeatures {
  readonly rowCount: number;
  readonly dimensions: number;
  /** [D, N], one feature after the other. */
  readonly bins: Uint8Array;
  /** [D, 255]: a value is in bin b where it is above threshold b - 1 and not above threshold b; unused ones are infinite. */
  readonly thresholds: Float32Array;
}

export const thresholdsPerFeature = 255;

/**
 * Thresholds lie halfway between neighbors, all of them where a feature has at most 256 different values, else those that share the rows
 * evenly. In float32: x <= threshold means the same to a model that is read back.
 */
export function binFeatures(features: Float32Array, dimensions: number): BinnedFeatures {
  const rowCount = features.length / dimensions;
  const bins = new Uint8Array(dimensions * rowCount);
  const thresholds = new Float32Array(dimensions * thresholdsPerFeature).fill(Number.POSITIVE_INFINITY);
  for (const [d, column] of listColumns(features, dimensions)) {
    const own = thresholds.subarray(d * thresholdsPerFeature, (d + 1) * thresholdsPerFeature);
    own.set(chooseThresholds(column.slice().sort()));
    const target = bins.subarray(d * rowCount, (d + 1) * rowCount);
    for (let n = 0; n < rowCount; n++) target[n] = findBin(own, column[n] as number);
  }
  return { rowCount, dimensions, bins, thresholds };
}

/** A few at a time: rows are read along, not across, which is several times as fast. */
function* listColumns(features: Float32Array, dimensions: number): Generator<[d: number, column: Float32Array]> {
  const rowCount = features.length / dimensions;
  const together = 16;
  const columns = Array.from({ length: together }, () => new Float32Array(rowCount));
  for (let first = 0; first < dimensions; first += together) {
    const count = Math.min(together, dimensions - first);
    for (let n = 0; n < rowCount; n++)
      for (let c = 0; c < count; c++) (columns[c] as Float32Array)[n] = features[n * dimensions + first + c] as number;
    for (let c = 0; c < count; c++) yield [first + c, columns[c] as Float32Array];
  }
}

/** From sorted values; ascending, none twice. */
function chooseThresholds(sorted: Float32Array): number[] {
  const steps: number[] = [];
  for (let n = 1; n < sorted.length; n++) if ((sorted[n] as number) > (sorted[n - 1] as number)) steps.push(n);
  const chosen = steps.length <= thresholdsPerFeature ? steps : shareEvenly(steps, sorted.length);
  return chosen.map((n) => halfway(sorted[n - 1] as number, sorted[n] as number));
}

/** For each 256th part of the rows the first step at or behind its end. */
function shareEvenly(steps: readonly number[], rowCount: number): number[] {
  const chosen: number[] = [];
  let at = 0;
  for (let part = 1; part <= thresholdsPerFeature; part++) {
    const end = (part * rowCount) / (thresholdsPerFeature + 1);
    while (at < steps.length && (steps[at] as number) < end) at++;
    const step = steps[at];
    if (step !== undefined && step !== chosen.at(-1)) chosen.push(step);
  }
  return chosen;
}

/** A float32 from `low` to below `high`, whatever rounding does. */
function halfway(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2);
  return middle < high ? middle : low;
}

/** The number of thresholds below the value. */
function findBin(thresholds: Float32Array, value: number): number {
  let [from, to] = [0, thresholds.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((thresholds[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
