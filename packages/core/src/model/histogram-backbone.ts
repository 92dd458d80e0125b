/** @file The backbone that needs no weights: gradient, color and texture histograms. */
import type { Backbone } from '@tintype/contracts/model';
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';

export const histogramBackbone: Backbone = {
  kind: 'histograms',
  name: 'histograms',
  hash: 'stub',
  preprocessing: preprocessingSchema.parse({ widthPx: 16, heightPx: 16 }),
  dimensions: 768,
};

export function computeHistogramFeatures(pixels: Uint8Array, _preprocessing: Preprocessing): Float32Array {
  return Float32Array.from(pixels, (v) => v / 255);
}
