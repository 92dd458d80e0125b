/** @file What is known of one picture's bytes after its single decode at ingest. */
import { z } from 'zod';

export const pictureFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** SHA-256 of the file's bytes, 64 lower-case hexadecimal digits: a picture's identity. */
export const contentHashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

/** 64-bit DCT perceptual hash, 16 lower-case hexadecimal digits. Similar pictures differ in few bits. */
export const perceptualHashSchema = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits');

/** Caps on what a decoder is asked to do. */
export interface PictureLimits {
  /** Encoded size; default 50 MiB. */
  bytes: number;
  /** Width times height; default 100 million. */
  pixels: number;
  /** Longest side in pixels; default 32,768. */
  sidePx: number;
}

export const defaultPictureLimits: PictureLimits = { bytes: 50 * 2 ** 20, pixels: 100e6, sidePx: 32_768 };

/** Everything ingest keeps of a picture besides its bytes. Sizes are after the EXIF orientation was applied. */
export interface PictureAnalysis {
  format: PictureFormat;
  widthPx: number;
  heightPx: number;
  perceptualHash: string;
  /** JPEG, longest side `thumbnailPx`, no metadata of any kind. */
  thumbnail: Uint8Array;
}
