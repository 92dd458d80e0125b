/** @file What every kind of head gives once it is fitted. */
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import type { BundleManifest } from '@tintype/contracts/model';
import type { StageProgress, TrainOptions } from '@tintype/contracts/train';
import type { TrainingSet } from './training-set.ts';

export interface FittedHead {
  hyperparameters: BundleManifest['head']['hyperparameters'];
  /** Features `[N, D]` to `logits` (divided by the temperature) and `probabilities` `[N, K]`. */
  render(temperature: number): OnnxModel;
}

export interface FitOptions {
  seed: number;
  classWeights: TrainOptions['classWeights'];
  onProgress?: (progress: StageProgress) => void;
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
}

export type FitHead = (set: TrainingSet, options: FitOptions) => Promise<FittedHead>;
