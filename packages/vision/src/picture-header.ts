/** @file What a picture's header promises, checked against the limits before a single pixel is decoded. */
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits, type PictureFormat, type PictureLimits } from '@tintype/contracts/picture';
import { readHeicSize } from './heic.ts';
import { toPictureError } from './picture-errors.ts';
import { readPlainSize } from './plain-size.ts';
import { readSharpHeader } from './sharp.ts';
import { isPictureFormat, sniffFormat, unsupportedFormats } from './sniff-format.ts';

export interface PictureHeader {
  format: PictureFormat;
  /** Size after the orientation was applied. */
  widthPx: number;
  heightPx: number;
}

/** Any of the limits; the rest stay at their defaults. */
export type SomePictureLimits = Partial<PictureLimits> | undefined;

export const resolveLimits = (limits: SomePictureLimits): PictureLimits => ({ ...defaultPictureLimits, ...limits });

/**
 * Format and oriented size.
 * Errors: IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_UNRECOGNIZED, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_MANY_PIXELS, IMAGE_TRUNCATED, IMAGE_CORRUPT.
 */
export async function readPictureHeader(bytes: Uint8Array, limits: PictureLimits): Promise<PictureHeader> {
  const format = assertSupported(bytes, limits);
  const size = readPlainSize(bytes, format);
  if (size) assertWithinLimits(size, limits);
  const header = size ? { ...size, orientation: 1 } : await readSize(bytes, format, limits);
  assertWithinLimits(header, limits);
  const isTurned = header.orientation >= 5 && header.orientation <= 8;
  return {
    format,
    widthPx: isTurned ? header.heightPx : header.widthPx,
    heightPx: isTurned ? header.widthPx : header.heightPx,
  };
}

function assertSupported(bytes: Uint8Array, limits: PictureLimits): PictureFormat {
  if (bytes.length === 0) throw new TintypeError('IMAGE_EMPTY', {});
  if (bytes.length > limits.bytes) {
    throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes: bytes.length, limitBytes: limits.bytes });
  }
  const format = sniffFormat(bytes);
  if (!format) throw new TintypeError('IMAGE_UNRECOGNIZED', {});
  if (!isPictureFormat(format)) {
    throw new TintypeError('IMAGE_FORMAT_UNSUPPORTED', { format: unsupportedFormats[format] });
  }
  return format;
}

async function readSize(bytes: Uint8Array, format: PictureFormat, limits: PictureLimits) {
  try {
    if (format === 'heic') return { ...(await readHeicSize(bytes)), orientation: 1 };
    return await readSharpHeader(bytes, limits);
  } catch (error) {
    throw toPictureError(error, { bytes, format, limits });
  }
}

function assertWithinLimits(size: { widthPx: number; heightPx: number }, limits: PictureLimits): void {
  if (size.widthPx * size.heightPx > limits.pixels || Math.max(size.widthPx, size.heightPx) > limits.sidePx) {
    throw new TintypeError('IMAGE_TOO_MANY_PIXELS', { limitPx: limits.pixels });
  }
}
