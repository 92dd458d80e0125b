/** @file The backbone that needs no weights: gradient, color and texture histograms. */
import type { Backbone } from '@tintype/contracts/model';
import { computeHistograms, histogramsDimensions, histogramsPreprocessing } from '@tintype/vision/histograms';

export const histogramBackbone: Backbone = {
  kind: 'histograms',
  name: 'histograms',
  /** Raised with every change of what the histograms of a picture are: embeddings and bundles of another recipe are then left behind. */
  hash: 'histograms-1',
  preprocessing: histogramsPreprocessing,
  dimensions: histogramsDimensions,
};

/** `[D]` from the pixels that `histogramBackbone.preprocessing` makes. */
export const computeHistogramFeatures = computeHistograms;
