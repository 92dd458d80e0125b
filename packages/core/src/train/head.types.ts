/** @file What every kind of head is given, and gives once it is fitted. */
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import type { BundleManifest } from '@tintype/contracts/model';
import type { StageProgress, TrainOptions } from '@tintype/contracts/train';
import type { TrainingSet } from './training-set.ts';

export interface FittedHead {
  hyperparameters: BundleManifest['head']['hyperparameters'];
  /** Features `[N, D]` to `logits` (divided by the temperature) and `probabilities` `[N, K]`. */
  render(temperature: number): OnnxModel;
  /** Of a linear head, for the features as they come: weights [K, D] and bias [K]. */
  linear?: () => { weights: Float32Array; bias: Float32Array };
}

export interface FitOptions {
  seed: number;
  /** Fixed instead of chosen by cross-validation; names as in `head-hyperparameters.ts`. */
  hyperparameters?: TrainOptions['hyperparameters'];
  /** Threads at most; default one per processor. */
  threads?: number;
  classWeights: TrainOptions['classWeights'];
  onProgress?: (progress: StageProgress) => void;
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
}

/** The number under this name where it is fixed. */
export function fixedNumber({ hyperparameters }: FitOptions, name: string): number | undefined {
  const value = hyperparameters?.[name];
  return typeof value === 'number' ? value : undefined;
}

export type FitHead = (set: TrainingSet, options: FitOptions) => Promise<FittedHead>;
