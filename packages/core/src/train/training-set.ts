/** @file Labeled feature rows, and the parts of them that cross-validation works on. */

export interface TrainingSet {
  /** [N, D] float32. */
  rows: Float32Array;
  dimensions: number;
  /** [N] class indices. */
  truth: Int32Array;
  classCount: number;
  /** [N] rows of one group are never on both sides of a fold. */
  groups: readonly string[];
}

/** The rows at these positions, in this order. */
export function selectRows(set: TrainingSet, positions: readonly number[]): TrainingSet {
  const { dimensions, classCount } = set;
  const rows = new Float32Array(positions.length * dimensions);
  positions.forEach((from, n) =>
    rows.set(set.rows.subarray(from * dimensions, (from + 1) * dimensions), n * dimensions),
  );
  return {
    rows,
    dimensions,
    classCount,
    truth: Int32Array.from(positions, (from) => set.truth[from] as number),
    groups: positions.map((from) => set.groups[from] as string),
  };
}

/** `[N]` weight of each row: 1, or N / (K n_k) so that every class weighs the same (scikit-learn's `balanced`). */
export function computeSampleWeights({ truth, classCount }: TrainingSet, rule: 'none' | 'balanced'): Float32Array {
  const weights = new Float32Array(truth.length).fill(1);
  if (rule === 'none') return weights;
  const counts = new Float64Array(classCount);
  for (const k of truth) counts[k] = (counts[k] as number) + 1;
  const present = counts.filter((count) => count > 0).length;
  return weights.map((_, n) => truth.length / (present * (counts[truth[n] as number] as number)));
}
