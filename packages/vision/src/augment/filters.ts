/** @file Filters that look at neighbors: Pillow's sharpness, and a Gaussian blur. Both change a picture in place. */
import type { Image } from '../decode-image.ts';

/**
 * Between a smoothed picture (0), the picture (1) and beyond it (ImageEnhance.Sharpness). Smooth is the mean of nine pixels with the
 * middle one counted five times; the outermost pixels stay.
 */
export function sharpen({ data, widthPx, heightPx }: Image, factor: number): void {
  const before = Uint8Array.from(data);
  const written = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const stride = 3 * widthPx;
  for (let y = 1; y < heightPx - 1; y += 1) {
    const end = (y + 1) * stride - 3;
    for (let at = y * stride + 3; at < end; at += 1) {
      const middle = before[at] as number;
      const around =
        (before[at - stride - 3] as number) +
        (before[at - stride] as number) +
        (before[at - stride + 3] as number) +
        (before[at - 3] as number) +
        (before[at + 3] as number) +
        (before[at + stride - 3] as number) +
        (before[at + stride] as number) +
        (before[at + stride + 3] as number);
      const smooth = (around + 5 * middle) / 13;
      written[at] = smooth + factor * (middle - smooth);
    }
  }
}

/** Columns, then rows; the kernel ends at three sigmas, and the edge pixels go on beyond the edges. */
export function blur({ data, widthPx, heightPx }: Image, sigmaPx: number): void {
  const kernel = gaussian(sigmaPx);
  const between = new Float32Array(data.length);
  const stride = 3 * widthPx;
  convolve({ from: data, to: between, kernel }, { count: widthPx, step: 3, lines: heightPx, lineStep: stride });
  const written = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  convolve({ from: between, to: written, kernel }, { count: heightPx, step: stride, lines: widthPx, lineStep: 3 });
}

interface Pass {
  from: Uint8Array | Float32Array;
  to: Uint8ClampedArray | Float32Array;
  kernel: Float32Array;
}

/** `lines` lines of `count` pixels that are `step` apart. */
interface Lines {
  count: number;
  step: number;
  lines: number;
  lineStep: number;
}

function convolve({ from, to, kernel }: Pass, { count, step, lines, lineStep }: Lines): void {
  const radius = kernel.length >> 1;
  const padded = new Float32Array(count + 2 * radius);
  for (let line = 0; line < lines; line += 1)
    for (let channel = 0; channel < 3; channel += 1) {
      const start = line * lineStep + channel;
      for (let n = 0; n < count; n += 1) padded[n + radius] = from[start + n * step] as number;
      padded.fill(padded[radius] as number, 0, radius);
      padded.fill(padded[radius + count - 1] as number, radius + count);
      for (let n = 0; n < count; n += 1) {
        let sum = 0;
        for (let k = 0; k < kernel.length; k += 1) sum += (kernel[k] as number) * (padded[n + k] as number);
        to[start + n * step] = sum;
      }
    }
}

/** [2 * ceil(3 sigma) + 1], sum 1. */
function gaussian(sigmaPx: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigmaPx));
  const weights = Array.from({ length: 2 * radius + 1 }, (_, n) => Math.exp(-((n - radius) ** 2) / (2 * sigmaPx ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}
