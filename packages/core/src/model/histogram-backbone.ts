/** @file The backbone that needs no weights: gradient, color and texture histograms. */
import { type Backbone, builtInRecipes } from '@tintype/contracts/model';
import { computeHistograms, histogramsDimensions, histogramsPreprocessing } from '@tintype/vision/histograms';

export const histogramBackbone: Backbone = {
  kind: 'histograms',
  name: 'histograms',
  hash: builtInRecipes.histograms,
  preprocessing: histogramsPreprocessing,
  dimensions: histogramsDimensions,
};

/** `[D]` from the pixels that `histogramBackbone.preprocessing` makes. */
export const computeHistogramFeatures = computeHistograms;
