/** @file A small JPEG of a picture, for pages that hold many. */
import type { PictureLimits } from '@tintype/contracts/picture';
import { decodeThrough } from './decode-image.ts';
import { encodeJpeg } from './sharp.ts';

const quality = 72;

/** The longer side has at most `sizePx`; what is smaller stays as it is. No metadata. Errors: those of `decodeImage`. */
export async function shrinkPicture(
  bytes: Uint8Array,
  { sizePx, limits }: { sizePx: number; limits?: Partial<PictureLimits> },
): Promise<Uint8Array> {
  const image = await decodeThrough(bytes, limits, (picture) =>
    picture.resize(sizePx, sizePx, { fit: 'inside', kernel: 'linear', withoutEnlargement: true }),
  );
  return encodeJpeg(image, quality);
}
