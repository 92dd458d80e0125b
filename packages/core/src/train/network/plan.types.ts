/** @file What a trainer child is given, tells and gives back: plain values that cross between processes. */
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { ArchitectureName } from '@tintype/contracts/train';
import type { EpochMetrics, StepMetrics } from '@tintype/contracts/train-events';
import type { FeatureShape } from '../../model/onnx-features.ts';
import type { PixelSet } from '../../model/pixel-set.ts';
import type { Calibration } from '../calibrate.ts';
import type { NetworkSettings } from './settings.ts';

/** What is trained, before anything is opened. */
export type NetworkSource =
  | { kind: 'architecture'; name: ArchitectureName }
  | { kind: 'onnx'; path: string; hash: string; featureOutput: string; shape: FeatureShape };

export interface NetworkDescription {
  source: NetworkSource;
  classCount: number;
  preprocessing: Preprocessing;
  settings: NetworkSettings;
  seed: number;
  /** A safetensors file of weights to begin from, by the names of the state; those it does not hold begin as they are initialized. */
  startWeights?: string;
}

/** Pictures of one split and their class indices. */
export interface LabeledPixels {
  pixels: PixelSet;
  /** [N] */
  labels: Int32Array;
}

export interface TrainingPlan extends NetworkDescription {
  run: string;
  classes: readonly string[];
  /** Of the run, held by the parent. */
  folder: string;
  settingsHash: string;
  /** A little larger than the network's input, so that crops have room. */
  train: LabeledPixels;
  /** Exactly what serving would see. */
  validation: LabeledPixels;
  test: LabeledPixels;
  /** Positions in `test` whose answers are written down for the registry to reproduce. */
  parity: readonly number[];
}

export interface ParameterCounts {
  total: number;
  /** Of them, those that move. */
  trained: number;
}

/** Told while it trains; the parent adds the run and the time. */
export type TrainerEvent =
  | {
      type: 'started';
      parameters: ParameterCounts;
      stepsPerEpoch: number;
      history: readonly EpochMetrics[];
      steps: number;
    }
  | ({ type: 'step' } & StepMetrics)
  | ({ type: 'epoch' } & EpochMetrics)
  | { type: 'stage'; stage: 'evaluate'; done: number; total: number }
  | { type: 'sheet'; path: string; widthPx: number; heightPx: number }
  | { type: 'notice'; text: string };

export interface TrainingOutcome {
  reason: 'epochs' | 'early-stop';
  best: EpochMetrics;
  /** Epochs that were gone through. */
  epochs: number;
  /** `model.onnx`, calibrated. */
  graphPath: string;
  inputName: string;
  dimensions: number;
  calibration: Calibration;
  /** [N, K] each, before calibration. */
  validationLogits: Float32Array;
  testLogits: Float32Array;
  /** [parity.length][K] */
  parityProbabilities: number[][];
}

/** What a step would need and take, measured on invented pictures. */
export interface StepMeasurement {
  parameters: ParameterCounts;
  memory: Readonly<Record<string, number>>;
  /** As lines for a person. */
  memoryLines: readonly string[];
  stepMs: number;
  /** Of one picture of validation. */
  answerMs: number;
  notices: readonly string[];
}

export type TrainerTasks = {
  train: { input: TrainingPlan; event: TrainerEvent; output: TrainingOutcome };
  measure: { input: NetworkDescription; event: never; output: StepMeasurement };
};
