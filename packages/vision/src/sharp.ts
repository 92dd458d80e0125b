/** @file The one door to sharp: no cache, one thread a picture, and only the loaders of the formats we accept. */
import type { PictureFormat, PictureLimits } from '@tintype/contracts/picture';
import sharp, { type Sharp } from 'sharp';
import { renderHeicAsTiff } from './heic.ts';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadHeifBuffer',
  ],
});

/** Bytes that `openPicture` can open: the same, but for the format that libvips is built without. */
export const toReadable = (bytes: Uint8Array, format: PictureFormat): Uint8Array | Promise<Uint8Array> =>
  format === 'heic' ? renderHeicAsTiff(bytes) : bytes;

/** A pipeline over encoded bytes: first frame, orientation applied, 8-bit sRGB, alpha over white. Nothing is decoded yet. */
export function openPicture(bytes: Uint8Array, limits: PictureLimits): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: limits.pixels, autoOrient: true, animated: false })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
}

/** A pipeline over pixels that `openPicture` has decoded: [heightPx, widthPx, 3]. */
export function openPixels({
  data,
  widthPx,
  heightPx,
}: {
  data: Uint8Array;
  widthPx: number;
  heightPx: number;
}): Sharp {
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

/** Width, height and EXIF orientation as libvips reads them from the header; about 0.2 ms. */
export async function readSharpHeader(
  bytes: Uint8Array,
  limits: PictureLimits,
): Promise<{ widthPx: number; heightPx: number; orientation: number }> {
  const metadata = await sharp(bytes, { failOn: 'error', limitInputPixels: limits.pixels }).metadata();
  return { widthPx: metadata.width, heightPx: metadata.height, orientation: metadata.orientation ?? 1 };
}

/** JPEG of `[heightPx, widthPx, 3]` RGB bytes, without metadata. */
export function encodeJpeg(
  pixels: { data: Uint8Array; widthPx: number; heightPx: number },
  quality: number,
): Promise<Buffer> {
  return sharp(pixels.data, { raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** Where ink is, 0 to 255: [heightPx, widthPx]. */
export interface TextMask {
  data: Uint8Array;
  widthPx: number;
  heightPx: number;
}

/** One line of text by Pango in the system's sans-serif font; undefined where nothing can be drawn, as without any font. */
export async function renderText(text: string, sizePx: number): Promise<TextMask | undefined> {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  // A bar that is not seen, as high as a line: all masks of a size have their baseline at the same height.
  const markup = `${escaped}<span alpha="1">|</span>`;
  // Pango counts points, of which there are 72 to `dpi` pixels.
  const picture = sharp({ text: { text: markup, font: `sans ${sizePx}`, dpi: 72, wrap: 'none', rgba: true } });
  try {
    const { data, info } = await picture.extractChannel('alpha').raw().toBuffer({ resolveWithObject: true });
    return { data, widthPx: info.width, heightPx: info.height };
  } catch {
    return undefined;
  }
}
