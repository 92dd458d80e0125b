/** @file Bytes to a model's pixels in one sharp pipeline: the only resize in training, evaluation and serving. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { Sharp } from 'sharp';
import { decodeThrough } from './decode-image.ts';
import { SharedPicture } from './shared-picture.ts';

type Fit = (picture: Sharp, preprocessing: Preprocessing) => Sharp;

/** `kernel` shrinks with antialiasing; JPEG's cheap shrink-on-load stops a factor of two early so that it is not seen. */
const scaling = ({ interpolation }: Preprocessing) => ({ kernel: interpolation, fastShrinkOnLoad: false }) as const;

const fits: Record<Preprocessing['resize'], Fit> = {
  squash: (picture, p) => picture.resize(p.widthPx, p.heightPx, { fit: 'fill', ...scaling(p) }),

  crop: (picture, p) => {
    const width = Math.max(p.widthPx, Math.floor(p.widthPx / p.cropFraction));
    const height = Math.max(p.heightPx, Math.floor(p.heightPx / p.cropFraction));
    const covering = picture.resize(width, height, { fit: 'cover', position: 'centre', ...scaling(p) });
    if (width === p.widthPx && height === p.heightPx) return covering;
    const left = Math.round((width - p.widthPx) / 2);
    const top = Math.round((height - p.heightPx) / 2);
    return covering.extract({ left, top, width: p.widthPx, height: p.heightPx });
  },

  letterbox: (picture, p) =>
    picture.resize(p.widthPx, p.heightPx, {
      fit: 'contain',
      position: 'left top',
      background: { r: 114, g: 114, b: 114 },
      ...scaling(p),
    }),
};

/**
 * [heightPx, widthPx, 3] uint8 in `preprocessing.channelOrder`, fitted as `preprocessing.resize` says; `letterbox` puts the
 * picture in the top left corner. The same bytes always give the same pixels. Errors: those of `decodeImage`.
 */
export async function preparePixels(
  picture: Uint8Array | SharedPicture,
  preprocessing: Preprocessing,
  limits?: Partial<PictureLimits>,
): Promise<Uint8Array> {
  const { resize, widthPx, heightPx, channelOrder } = preprocessing;
  const fit = (pipeline: Sharp): Sharp => fits[resize](pipeline, preprocessing);
  const { data } =
    picture instanceof SharedPicture
      ? await picture.through(fit, { widthPx, heightPx, shrinksFrom: 4 })
      : await decodeThrough(picture, limits, fit);
  return channelOrder === 'BGR' ? swapRedAndBlue(data) : data;
}

function swapRedAndBlue(pixels: Uint8Array): Uint8Array {
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const red = pixels[at] ?? 0;
    pixels[at] = pixels[at + 2] ?? 0;
    pixels[at + 2] = red;
  }
  return pixels;
}
