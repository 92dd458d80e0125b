/** @file Everything ingest keeps of a picture, from one decode. */
import type { PictureAnalysis, PictureLimits } from '@tintype/contracts/picture';
import { toImage } from './decode-image.ts';
import { computePerceptualHash } from './perceptual-hash.ts';
import { toPictureError } from './picture-errors.ts';
import { readPictureHeader, resolveLimits } from './picture-header.ts';
import { encodeJpeg, openPicture } from './sharp.ts';

export interface AnalyzeOptions {
  limits?: Partial<PictureLimits>;
  /** Longest side of the thumbnail; smaller pictures keep their size. Default 256. */
  thumbnailPx?: number;
  /** JPEG quality of the thumbnail, 1 to 100. Default 80. */
  quality?: number;
}

/** Format, oriented size, perceptual hash and a JPEG thumbnail without any metadata. Errors: those of `decodeImage`. */
export async function analyzePicture(
  bytes: Uint8Array,
  { limits: someLimits, thumbnailPx = 256, quality = 80 }: AnalyzeOptions = {},
): Promise<PictureAnalysis> {
  const limits = resolveLimits(someLimits);
  const header = await readPictureHeader(bytes, limits);
  try {
    const small = await toImage(
      openPicture(bytes, limits).resize(thumbnailPx, thumbnailPx, {
        fit: 'inside',
        kernel: 'linear',
        withoutEnlargement: true,
      }),
    );
    const thumbnail = await encodeJpeg(small, quality);
    return { ...header, perceptualHash: computePerceptualHash(small), thumbnail };
  } catch (error) {
    throw toPictureError(error, { bytes, format: header.format, limits });
  }
}
