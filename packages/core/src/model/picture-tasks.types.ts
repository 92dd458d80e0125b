/** @file What a picture child can be asked: the task table behind ingest, feature extraction and serving. */

import type { AugmentationPolicy } from '@tintype/contracts/augmentation';
import type { Detector } from '@tintype/contracts/detector';
import type { ErrorCode } from '@tintype/contracts/errors';
import type { PictureStatistics } from '@tintype/contracts/explore';
import type { Gate, PictureMeasures, Refusal } from '@tintype/contracts/gate';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { PictureAnalysis, PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { Neighbor } from '@tintype/contracts/serve';
import type { ImportedGraph } from './formats/keras/import-keras.ts';
import type { DetectorKeys } from './gates/detector-shelf.ts';
import type { GateOutcome } from './gates/run-gates.ts';
import type { OcclusionMap } from './occlusion.ts';
import type { FeatureShape } from './onnx-features.ts';

export interface ClassifyInput {
  bundleHash: string;
  bytes: Uint8Array;
  limits: PictureLimits;
  /** Judged after those of the bundle itself. */
  gates?: readonly Gate[];
  /** What gates count with. */
  detectors?: DetectorKeys;
  /** Leave the gates of the bundle out too: what the model says of a picture that it would not be asked about. Default false. */
  ungated?: boolean;
  /** Give the features as well. Default false. */
  features?: boolean;
  /** How many of the nearest training pictures to give; default none. Throws NEIGHBORS_MISSING where the bundle has no index. */
  neighbors?: number;
}

export interface GateInput {
  bytes: Uint8Array;
  limits: PictureLimits;
  gates: readonly Gate[];
  /** What gates count with. */
  detectors: DetectorKeys;
  /** What need not be measured again. */
  known?: Partial<PictureMeasures>;
}

export interface PictureAnswer {
  /** Of the first gate that refused. */
  refusal?: Refusal;
  /** Where a gate counted. */
  personCount?: number;
  faceCount?: number;
  /** [K] in class-index order; they sum to 1. Absent, as the following, where a gate refused before the model was asked. */
  probabilities?: Float32Array;
  /** [K], calibrated. */
  logits?: Float32Array;
  /** [D] */
  features?: Float32Array;
  neighbors?: Neighbor[];
}

export interface BatchInput extends Omit<ClassifyInput, 'bytes'> {
  pictures: readonly Uint8Array[];
}

/** What one picture of several came to: an answer, or its own failure as plain values. */
export type BatchAnswer = { answer: PictureAnswer } | { error: { code: ErrorCode; details: unknown } };

/** Task failures are TintypeErrors: IMAGE_* for the picture, BUNDLE_CORRUPT or BACKBONE_INVALID for the model. */
export type PictureTasks = {
  /** The one decode of ingest. */
  analyze: { input: { bytes: Uint8Array; limits: PictureLimits }; output: PictureAnalysis };
  /** Pixels `[32, 32, 3]` of a thumbnail, squashed: the second opinion on near-duplicates. */
  signature: { input: { bytes: Uint8Array; limits: PictureLimits }; output: Uint8Array };
  /** Brightness, contrast, sharpness and saturation. */
  measure: { input: { bytes: Uint8Array; limits: PictureLimits }; output: PictureStatistics };
  /** A JPEG whose longer side has at most `sizePx`. */
  shrink: { input: { bytes: Uint8Array; sizePx: number; limits: PictureLimits }; output: Uint8Array };
  /** A JPEG of `[heightPx, widthPx, 3]` RGB bytes. */
  encode: { input: { data: Uint8Array; widthPx: number; heightPx: number; quality: number }; output: Uint8Array };
  /** Pixels `[heightPx, widthPx, 3]` as `preprocessing` fits them. */
  pixels: { input: { bytes: Uint8Array; preprocessing: Preprocessing; limits: PictureLimits }; output: Uint8Array };
  /** Variations of a picture as JPEGs, in the order of their numbers. */
  augment: {
    input: {
      bytes: Uint8Array;
      policy: AugmentationPolicy;
      seed: number;
      numbers: readonly number[];
      limits: PictureLimits;
    };
    output: Uint8Array[];
  };
  /** Runs an ONNX backbone once on a grey picture: how many features it gives, and how they are read from its output. */
  inspectBackbone: {
    input: { backbone: Backbone; modelPath: string };
    output: { dimensions: number; shape: FeatureShape };
  };
  /** Loads a feature extractor under `key`; `modelPath` is the ONNX file of an onnx backbone. */
  openBackbone: { input: { key: string; backbone: Backbone; modelPath?: string }; output: null };
  /** Features `[D]` of one picture by an opened backbone. */
  extract: { input: { key: string; bytes: Uint8Array; limits: PictureLimits }; output: Float32Array };
  closeBackbone: { input: { key: string }; output: null };
  /** Checks every hash of the bundle in `folder`, loads it and answers once, so that the first request is as fast as the next. */
  openBundle: { input: { bundleHash: string; folder: string; threads?: number }; output: BundleManifest };
  /** Gates, then the model: the answer, or why there is none. */
  classify: { input: ClassifyInput; output: PictureAnswer };
  /** Several pictures in one run of the model, in their order. */
  classifyBatch: { input: BatchInput; output: BatchAnswer[] };
  /** What the answer for a picture depends on; the model is asked until about `budgetMs` are over, at most 145 times. Gates are not judged. */
  occlude: {
    input: { bundleHash: string; bytes: Uint8Array; limits: PictureLimits; budgetMs: number };
    output: OcclusionMap;
  };
  /** Loads a detector; persons are of its class `person`, faces are all it finds. Throws DETECTOR_INVALID. */
  openDetector: { input: { key: string; detector: Detector; modelPath: string }; output: null };
  /** Judges gates on pictures alone, without a model. */
  gate: { input: GateInput; output: GateOutcome };
  closeDetector: { input: { key: string }; output: null };
  closeBundle: { input: { bundleHash: string }; output: null };
  /** Reads a Keras file, a zip or a folder with one, or a TensorFlow.js model. Throws MODEL_FILE_INVALID. */
  importKeras: { input: { path: string; sizePx?: number }; output: ImportedGraph };
};
