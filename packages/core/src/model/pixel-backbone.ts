/** @file The backbone that is no backbone: the pixels of a small picture, as they are. */
import { type Backbone, builtInRecipes } from '@tintype/contracts/model';
import { toTensor } from '@tintype/vision/to-tensor';
import { defaultPreprocessing } from './preprocessing-files.ts';

/** 64 x 64 x 3 are 12,288 features: beyond that, classical heads take minutes and learn no more. */
const sizes = { leastPx: 8, usualPx: 32, mostPx: 64 };
const namePattern = /^pixels(?::(?<size>\d{1,4}))?$/;

/** Of what `toTensor` makes of pixels. The preprocessing, size included, is part of every key beside it. */
export const pixelsHash = builtInRecipes.pixels;

/** `pixels` or `pixels:SIZE`, from 8 to 64; undefined for any other name. */
export function parsePixelBackbone(name: string): Backbone | undefined {
  const found = namePattern.exec(name);
  if (!found) return undefined;
  const sizePx = Number(found.groups?.size ?? sizes.usualPx);
  if (sizePx < sizes.leastPx || sizePx > sizes.mostPx) return undefined;
  return {
    kind: 'pixels',
    name: `pixels:${sizePx}`,
    hash: pixelsHash,
    preprocessing: defaultPreprocessing({ widthPx: sizePx, heightPx: sizePx }),
    dimensions: 3 * sizePx * sizePx,
  };
}

/** `[3 * heightPx * widthPx]`, -1 to 1, one channel after the other. */
export function computePixelFeatures(pixels: Uint8Array, { preprocessing }: Backbone): Float32Array {
  const features = new Float32Array(pixels.length);
  toTensor(pixels, preprocessing, features);
  return features;
}
