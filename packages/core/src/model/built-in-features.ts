/** @file Backbones that need no file: what each computes from a picture's pixels, and by which recipe. */
import type { Backbone } from '@tintype/contracts/model';
import { computeHistogramFeatures, histogramBackbone } from './histogram-backbone.ts';
import { computePixelFeatures, pixelsHash } from './pixel-backbone.ts';

export interface BuiltInFeatures {
  /** The recipe of this version: a bundle of another one cannot be served. */
  hash: string;
  /** `[D]` from `[heightPx, widthPx, 3]` bytes, made as the backbone's preprocessing says. */
  compute(pixels: Uint8Array, backbone: Backbone): Float32Array;
}

/** `undefined` where features come out of a graph. */
export const builtInFeatures: Record<Backbone['kind'], BuiltInFeatures | undefined> = {
  histograms: { hash: histogramBackbone.hash, compute: computeHistogramFeatures },
  pixels: { hash: pixelsHash, compute: computePixelFeatures },
  onnx: undefined,
  network: undefined,
};
