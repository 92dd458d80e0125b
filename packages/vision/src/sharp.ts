/** @file The one door to sharp: no cache, one thread a picture, and only the loaders of the formats we accept. */
import type { PictureLimits } from '@tintype/contracts/picture';
import sharp, { type Sharp } from 'sharp';

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

/** A pipeline over encoded bytes: first frame, orientation applied, 8-bit sRGB, alpha over white. Nothing is decoded yet. */
export function openPicture(bytes: Uint8Array, limits: PictureLimits): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: limits.pixels, autoOrient: true, animated: false })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
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
