/** @file What a picture child runs: every task on bytes that may be hostile. Loaded by the task pool, never by a main process. */
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { analyzePicture } from '@tintype/vision/analyze-picture';
import { renderVariations } from '@tintype/vision/augment/render-variations';
import { measurePicture } from '@tintype/vision/measure-picture';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import { encodeJpeg } from '@tintype/vision/sharp';
import { shrinkPicture } from '@tintype/vision/shrink-picture';
import type { TaskFunctions } from '../ports/task-pool.ts';
import { InferenceEngine } from './inference-engine.ts';
import { openOnnxFeatures } from './onnx-features.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

const signatureSize = preprocessingSchema.parse({ widthPx: 32, heightPx: 32, resize: 'squash' });

/** The one state of the process. */
const engine = new InferenceEngine();

export const tasks: TaskFunctions<PictureTasks> = {
  analyze: ({ bytes, limits }) => analyzePicture(bytes, { limits }),
  signature: ({ bytes, limits }) => preparePixels(bytes, signatureSize, limits),
  measure: ({ bytes, limits }) => measurePicture(bytes, limits),
  shrink: ({ bytes, sizePx, limits }) => shrinkPicture(bytes, { sizePx, limits }),
  encode: ({ quality, ...pixels }) => encodeJpeg(pixels, quality),
  pixels: ({ bytes, preprocessing, limits }) => preparePixels(bytes, preprocessing, limits),
  augment: ({ bytes, ...options }) => renderVariations(bytes, options),
  inspectBackbone: async ({ backbone, modelPath }) => {
    await using features = await openOnnxFeatures(backbone, modelPath);
    return { dimensions: features.dimensions, shape: features.shape };
  },
  openBackbone: async (request) => {
    await engine.openBackbone(request);
    return null;
  },
  extract: (request) => engine.extract(request),
  closeBackbone: async ({ key }) => {
    await engine.closeBackbone(key);
    return null;
  },
  openBundle: (request) => engine.openBundle(request),
  classify: (request) => engine.classify(request),
  classifyBatch: (request) => engine.classifyBatch(request),
  occlude: (request) => engine.occlude(request),
  openDetector: async (request) => {
    await engine.openDetector(request);
    return null;
  },
  gate: (request) => engine.gate(request),
  closeDetector: async ({ key }) => {
    await engine.closeDetector(key);
    return null;
  },
  closeBundle: async ({ bundleHash }) => {
    await engine.closeBundle(bundleHash);
    return null;
  },
  // Loaded when asked for: the HDF5 library takes time and memory that pictures do not need.
  importKeras: async (request) => (await import('./formats/keras/import-keras.ts')).importKeras(request),
};
