/** @file Bytes of any accepted format to upright 8-bit sRGB pixels, or a TintypeError that says why not. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Sharp } from 'sharp';
import { toPictureError } from './picture-errors.ts';
import { readPictureHeader, resolveLimits } from './picture-header.ts';
import { openPicture, toReadable } from './sharp.ts';

/** A decoded picture. */
export interface Image {
  /** [heightPx, widthPx, 3] sRGB, 0 to 255. */
  data: Uint8Array;
  widthPx: number;
  heightPx: number;
}

export interface DecodeOptions {
  limits?: Partial<PictureLimits>;
}

/**
 * Decodes the first frame: EXIF orientation applied, alpha over white, CMYK, grey and 16 bits converted to 8-bit sRGB.
 * Errors: every IMAGE_* code but IMAGE_DECODE_FAILED. The same bytes always give the same pixels.
 */
export function decodeImage(bytes: Uint8Array, { limits }: DecodeOptions = {}): Promise<Image> {
  return decodeThrough(bytes, limits, (picture) => picture);
}

/** Checks the header, then runs one sharp pipeline that `shape` has shortened, cut or scaled. */
export async function decodeThrough(
  bytes: Uint8Array,
  someLimits: Partial<PictureLimits> | undefined,
  shape: (picture: Sharp) => Sharp,
): Promise<Image> {
  const limits = resolveLimits(someLimits);
  const { format } = await readPictureHeader(bytes, limits);
  try {
    return await toImage(shape(openPicture(await toReadable(bytes, format), limits)));
  } catch (error) {
    throw toPictureError(error, { bytes, format, limits });
  }
}

/** Runs a pipeline to RGB pixels; libvips keeps one band for grey pictures, which are repeated here. */
export async function toImage(picture: Sharp): Promise<Image> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const pixels = info.channels === 3 ? data : repeatGrey(data, info.channels);
  return { data: pixels, widthPx: info.width, heightPx: info.height };
}

function repeatGrey(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) rgb.fill(data[from] ?? 0, to, to + 3);
  return rgb;
}
