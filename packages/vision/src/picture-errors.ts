/** @file What a failed decode means, as one of the closed set of IMAGE_* codes; the decoder's words survive only as `cause`. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat, PictureLimits } from '@tintype/contracts/picture';
import { isCutShort } from './is-cut-short.ts';

/** sharp's own words for its own check; libvips' are of no use, since its one error buffer mixes what runs side by side. */
const exceedsPixels = /exceeds pixel limit/;

/** Decided by the structure of the bytes, so that the same file always has the same code. */
export function toPictureError(
  thrown: unknown,
  picture: { bytes: Uint8Array; format: PictureFormat; limits: PictureLimits },
): TintypeError {
  if (thrown instanceof TintypeError) return thrown;
  const options = { cause: thrown };
  if (thrown instanceof Error && exceedsPixels.test(thrown.message)) {
    return new TintypeError('IMAGE_TOO_MANY_PIXELS', { limitPx: picture.limits.pixels }, options);
  }
  return new TintypeError(isCutShort(picture.bytes, picture.format) ? 'IMAGE_TRUNCATED' : 'IMAGE_CORRUPT', {}, options);
}
