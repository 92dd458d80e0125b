/** @file How sharp a picture is: the variance of its Laplacian (Pech-Pacheco et al., 2000), at one scale for pictures of any size. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Sharp } from 'sharp';
import { decodeThrough } from './decode-image.ts';
import { SharedPicture } from './shared-picture.ts';

const longestPx = 512;

/**
 * Variance of the 4-neighbor Laplacian of the grey picture (0 to 255), scaled down to 512 px where it is larger. Blurred photographs
 * have less than 50, sharp ones hundreds. Errors: those of `decodeImage`.
 */
export async function measureSharpness(
  picture: Uint8Array | SharedPicture,
  limits?: Partial<PictureLimits>,
): Promise<number> {
  const fit = (pipeline: Sharp): Sharp =>
    pipeline.resize(longestPx, longestPx, { fit: 'inside', kernel: 'linear', withoutEnlargement: true });
  const { data, widthPx, heightPx } =
    picture instanceof SharedPicture
      ? await picture.through(fit, { widthPx: longestPx, heightPx: longestPx, shrinksFrom: 2 })
      : await decodeThrough(picture, limits, fit);
  return computeLaplacianVariance(toGrey(data), widthPx, heightPx);
}

/** [H, W, 3] -> [H, W]: luma of ITU-R BT.601. */
function toGrey(pixels: Uint8Array): Float32Array {
  const grey = new Float32Array(pixels.length / 3);
  for (let i = 0, at = 0; i < grey.length; i += 1, at += 3)
    grey[i] = 0.299 * (pixels[at] as number) + 0.587 * (pixels[at + 1] as number) + 0.114 * (pixels[at + 2] as number);
  return grey;
}

/** `grey`: [heightPx, widthPx]. Without the border, whose neighbors are missing; 0 where nothing is left. */
export function computeLaplacianVariance(grey: Float32Array, widthPx: number, heightPx: number): number {
  let [count, sum, squares] = [0, 0, 0];
  for (let y = 1; y < heightPx - 1; y += 1)
    for (let x = 1; x < widthPx - 1; x += 1) {
      const at = y * widthPx + x;
      const laplacian =
        (grey[at - 1] as number) +
        (grey[at + 1] as number) +
        (grey[at - widthPx] as number) +
        (grey[at + widthPx] as number) -
        4 * (grey[at] as number);
      count += 1;
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
