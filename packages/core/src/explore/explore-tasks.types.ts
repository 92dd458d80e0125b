/** @file What an exploring child can do: it holds the features of a dataset's pictures and finds directions, neighbors, the map and doubtful labels. */
import type { RowNeighbors } from './find-outliers.ts';

export interface LabelDoubts {
  /** [L] probability of the label each has. */
  confidences: Float32Array;
  /** [L] the likeliest other class, and its probability. */
  suggested: Int32Array;
  suggestedConfidences: Float32Array;
  /** [L] 1 where it is counted an error. */
  likelyWrong: Uint8Array;
  /** [L] positions, the least probable label first. */
  order: Int32Array;
}

export type ExploreTasks = {
  /** Begins with `total` rows of `dimensions` features, all zero; what another begun set held is gone. */
  begin: { input: { total: number; dimensions: number }; output: null };
  /** Rows from `start` on. */
  take: { input: { start: number; rows: Float32Array }; output: null };
  /** [total, 2]: the two main directions. Rows are brought to length 1 before. */
  project: { input: null; output: Float32Array };
  /** Approximate beyond a few thousand rows. */
  neighbors: { input: { k: number }; output: { k: number; indices: Int32Array; distances: Float32Array } };
  /** [total, 2]. `neighbors` are those of `neighbors`. */
  umap: { input: { neighbors: RowNeighbors }; output: Float32Array };
  /** `groups`: [L] near-duplicates share one. */
  doubts: {
    input: {
      labeled: Int32Array;
      classIndices: Int32Array;
      classCount: number;
      groups: readonly string[];
      seed: number;
    };
    output: LabelDoubts;
  };
};
