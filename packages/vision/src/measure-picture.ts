/** @file What a picture looks like in six numbers: how bright, rich in contrast, sharp, saturated, colorful and busy. One decode. */
import type { PictureStatistics } from '@tintype/contracts/explore';
import type { PictureLimits } from '@tintype/contracts/picture';
import { decodeThrough, type Image } from './decode-image.ts';
import { computeLaplacianVariance } from './measure-sharpness.ts';

const longestPx = 512;

/** On the picture scaled down to 512 px where it is larger, so that sharpness is that of the `blur` gate. Errors: those of `decodeImage`. */
export async function measurePicture(bytes: Uint8Array, limits?: Partial<PictureLimits>): Promise<PictureStatistics> {
  const image = await decodeThrough(bytes, limits, (picture) =>
    picture.resize(longestPx, longestPx, { fit: 'inside', kernel: 'linear', withoutEnlargement: true }),
  );
  return computeStatistics(image);
}

/** Sum and sum of squares of a number per pixel. */
interface Sums {
  sum: number;
  squares: number;
}

/**
 * Luma of ITU-R BT.601, its mean and standard deviation over 255, and the entropy of its histogram in bits; saturation is that of HSV;
 * colorfulness is M3 of Hasler and Süsstrunk 2003.
 */
export function computeStatistics({ data, widthPx, heightPx }: Image): PictureStatistics {
  const count = widthPx * heightPx;
  const grey = new Float32Array(count);
  const levels = new Uint32Array(256);
  const [luma, redGreen, yellowBlue]: [Sums, Sums, Sums] = [noSums(), noSums(), noSums()];
  let saturation = 0;
  for (let i = 0, at = 0; i < count; i += 1, at += 3) {
    const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    const value = 0.299 * red + 0.587 * green + 0.114 * blue;
    grey[i] = value;
    const level = Math.min(255, Math.round(value));
    levels[level] = (levels[level] as number) + 1;
    add(luma, value);
    add(redGreen, red - green);
    add(yellowBlue, (red + green) / 2 - blue);
    const most = Math.max(red, green, blue);
    if (most > 0) saturation += 1 - Math.min(red, green, blue) / most;
  }
  return {
    brightness: Math.min(1, luma.sum / count / 255),
    contrast: deviation(luma, count) / 255,
    sharpness: computeLaplacianVariance(grey, widthPx, heightPx),
    saturation: saturation / count,
    colorfulness:
      Math.hypot(deviation(redGreen, count), deviation(yellowBlue, count)) +
      0.3 * Math.hypot(redGreen.sum / count, yellowBlue.sum / count),
    entropy: levels.reduce((bits, own) => (own === 0 ? bits : bits - (own / count) * Math.log2(own / count)), 0),
  };
}

const noSums = (): Sums => ({ sum: 0, squares: 0 });

function add(sums: Sums, value: number): void {
  sums.sum += value;
  sums.squares += value * value;
}

const deviation = ({ sum, squares }: Sums, count: number): number =>
  Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
