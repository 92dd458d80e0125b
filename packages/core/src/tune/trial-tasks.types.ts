/** @file What a trial child can be asked: to fit one head on one part of a training set and answer for the rest. */
import type { HeadKind } from '@tintype/contracts/model';
import type { TrainOptions } from '@tintype/contracts/train';
import type { TrainingSet } from '../train/training-set.ts';

export interface FoldRequest {
  /** Of the set that the child has open. */
  key: string;
  head: HeadKind;
  hyperparameters: TrainOptions['hyperparameters'];
  classWeights: TrainOptions['classWeights'];
  seed: number;
  threads: number;
  /** Which of how many folds is held out; absent: fit on all of the training split, answer for the validation split. */
  fold?: { number: number; of: number };
}

export interface HeldAnswers {
  /** [N, K], not calibrated. */
  logits: Float32Array;
  /** [N] class indices. */
  truth: Int32Array;
}

export type TrialTasks = {
  openSet: { input: { key: string; train: TrainingSet; validation: TrainingSet }; output: null };
  closeSet: { input: { key: string }; output: null };
  answerHeld: { input: FoldRequest; output: HeldAnswers };
};
