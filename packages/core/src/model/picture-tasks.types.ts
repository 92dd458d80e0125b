/** @file What a picture child can be asked: the task table behind ingest, feature extraction and serving. */

import type { AugmentationPolicy } from '@tintype/contracts/augmentation';
import type { Detector } from '@tintype/contracts/detector';
import type { CountedName, PictureMeasures } from '@tintype/contracts/gate';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { PictureAnalysis, PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { ImportedGraph } from './formats/keras/import-keras.ts';
import type { FeatureShape } from './onnx-features.ts';

/** Task failures are TintypeErrors: IMAGE_* for the picture, BUNDLE_CORRUPT or BACKBONE_INVALID for the model. */
export type PictureTasks = {
  /** The one decode of ingest. */
  analyze: { input: { bytes: Uint8Array; limits: PictureLimits }; output: PictureAnalysis };
  /** Pixels `[32, 32, 3]` of a thumbnail, squashed: the second opinion on near-duplicates. */
  signature: { input: { bytes: Uint8Array; limits: PictureLimits }; output: Uint8Array };
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
  openBundle: { input: { bundleHash: string; folder: string }; output: BundleManifest };
  /** Probabilities and logits `[K]` in class-index order. */
  classify: {
    input: { bundleHash: string; bytes: Uint8Array; limits: PictureLimits };
    output: { probabilities: Float32Array; logits: Float32Array };
  };
  /** Loads a detector; persons are of its class `person`, faces are all it finds. Throws DETECTOR_INVALID. */
  openDetector: { input: { key: string; detector: Detector; modelPath: string }; output: null };
  /** What gates are judged on: size always, the rest where it is asked for; `counts` names opened detectors. */
  measure: {
    input: {
      bytes: Uint8Array;
      limits: PictureLimits;
      sharpness: boolean;
      counts: Partial<Record<CountedName, string>>;
    };
    output: PictureMeasures;
  };
  closeDetector: { input: { key: string }; output: null };
  closeBundle: { input: { bundleHash: string }; output: null };
  /** Reads a Keras file, a zip or a folder with one, or a TensorFlow.js model. Throws MODEL_FILE_INVALID. */
  importKeras: { input: { path: string; sizePx?: number }; output: ImportedGraph };
};
