/** @file What training hands to evaluation and registration: everything learned, nothing registered. */
import type { Snapshot } from '@tintype/contracts/catalog';
import type { Gate } from '@tintype/contracts/gate';
import type { Backbone, BundleManifest, Parity } from '@tintype/contracts/model';
import type { Run } from '@tintype/contracts/train';
import type { NeighborIndex } from '../model/neighbors/neighbor-index.ts';
import type { Calibration } from './calibrate.ts';

/** Answers for the pictures of one split, before calibration. */
export interface SplitLogits {
  /** [N] */
  sampleIds: readonly string[];
  /** [N] class indices. */
  truth: Int32Array;
  /** [N, K], not yet divided by the temperature. */
  logits: Float32Array;
}

export interface TrainedRun {
  /** Still `running`: a run has succeeded when its version is registered. */
  run: Run;
  /** Registered name of the model. */
  model: string;
  seed: number;
  snapshot: Snapshot;
  backbone: Backbone;
  head: BundleManifest['head'];
  /** The graph's own input. */
  input: BundleManifest['input'];
  calibration: Calibration;
  /** What every picture must pass before it is answered. */
  gates: Gate[];
  /** Of the training split; absent where there are no features. */
  neighbors: NeighborIndex | undefined;
  /** `model.onnx`: backbone (if it has weights), head and temperature in one graph. */
  graph: Uint8Array;
  parity: Parity;
  /** What choosing between models looks at. */
  validation: SplitLogits;
  test: SplitLogits;
  /** Pictures of the snapshot that could not be decoded and took no part. */
  rejected: readonly { contentHash: string; code: string; detail: string }[];
  versions: Record<string, string>;
}
