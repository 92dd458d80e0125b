/** @file The many texts of libvips and its codecs, mapped to the closed set of IMAGE_* codes; the text survives only as `cause`. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat, PictureLimits } from '@tintype/contracts/picture';
import { isCutShort } from './is-cut-short.ts';

const tooManyPixels =
  /exceeds pixel limit|too many pixels|dimensions? .*(limit|too large)|out of range|too wide|too high|security limit/i;
const cutShort = /premature end|truncated|unexpected end|end of file|bad seek|not enough data/i;

/** What a failed decode means. Structure decides before text: the same text stands for a cut and for a damaged file. */
export function toPictureError(
  thrown: unknown,
  picture: { bytes: Uint8Array; format: PictureFormat; limits: PictureLimits },
): TintypeError {
  if (thrown instanceof TintypeError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const options = { cause: thrown };
  if (tooManyPixels.test(text)) {
    return new TintypeError('IMAGE_TOO_MANY_PIXELS', { limitPx: picture.limits.pixels }, options);
  }
  if (isCutShort(picture.bytes, picture.format) || cutShort.test(text)) {
    return new TintypeError('IMAGE_TRUNCATED', {}, options);
  }
  return new TintypeError('IMAGE_CORRUPT', {}, options);
}
