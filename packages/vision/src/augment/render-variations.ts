/** @file A picture's variations as pictures of their own: decoded once, augmented at full size, encoded. */
import { createHash } from 'node:crypto';
import type { AugmentationPolicy } from '@tintype/contracts/augmentation';
import type { PictureLimits } from '@tintype/contracts/picture';
import { decodeThrough, type Image } from '../decode-image.ts';
import { encodeJpeg } from '../sharp.ts';
import { augmentPicture } from './augment-picture.ts';
import { createRandom } from './random.ts';

export interface VariationOptions {
  policy: AugmentationPolicy;
  seed: number;
  /** Numbers of the variations wanted, from 1; each depends on the picture's bytes, the seed and its number alone. */
  numbers: readonly number[];
  limits?: Partial<PictureLimits> | undefined;
}

/** Larger pictures are shrunk to this side first. */
const longestPx = 4096;
const quality = 92;
/** Keeps these numbers apart from those of training. */
const stream = 0x766172;

/** JPEGs without metadata, of the picture's size. Errors: those of `decodeImage`. */
export async function renderVariations(bytes: Uint8Array, options: VariationOptions): Promise<Uint8Array[]> {
  const { policy, seed, numbers, limits } = options;
  const source = await decodeThrough(bytes, limits, (picture) =>
    picture.resize(longestPx, longestPx, { fit: 'inside', withoutEnlargement: true, fastShrinkOnLoad: false }),
  );
  const identity = createHash('sha256').update(bytes).digest().readUInt32LE();
  const result: Image = { ...source, data: new Uint8Array(source.data.length) };
  const variations: Uint8Array[] = [];
  for (const number of numbers) {
    augmentPicture(source, result, { policy, random: createRandom(stream, seed, identity, number) });
    variations.push(await encodeJpeg(result, quality));
  }
  return variations;
}
