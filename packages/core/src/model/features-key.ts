/** @file What a feature depends on, as one key: equal keys mean equal features of equal pictures. */
import { createHash } from 'node:crypto';
import type { Backbone } from '@tintype/contracts/model';

/** Raised when pixels or features change for an unchanged backbone, so that old caches are left behind. */
const recipeVersion = 1;

/** 32 hexadecimal digits over weights (or recipe), preprocessing, output and dimensions; not over names. */
export function computeFeaturesKey(backbone: Backbone): string {
  const { kind, hash, dimensions, featureOutput = null, inputName = null, preprocessing: p } = backbone;
  const { widthPx, heightPx, resize, cropFraction, interpolation, channelOrder, mean, std } = p;
  const pixels = [widthPx, heightPx, resize, cropFraction, interpolation, channelOrder, mean, std];
  const parts = [recipeVersion, kind, hash, dimensions, featureOutput, inputName, pixels];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
