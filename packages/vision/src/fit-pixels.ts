/**
 * @file Decoded pixels to a model's pixels without sharp, for a browser: the resize of `prepare-pixels` step by step, as libvips does it.
 *
 * Learned from libvips 8.18: `vips_resize` shrinks rows, then columns, each by whole factors first (box) and the rest by a kernel of 64
 * positions (`vips_reducev`, `vips_reduceh`), and enlarges by `vips_affine`. Every step rounds to bytes. Shrunk pictures have
 * the same bytes, enlarged ones differ by a step of 255 here and there.
 */
import type { Preprocessing } from '@tintype/contracts/preprocessing';

/** [heightPx, widthPx, 3] RGB. */
export interface RgbPixels {
  data: Uint8Array;
  widthPx: number;
  heightPx: number;
}

type Kernel = Preprocessing['interpolation'];

/** Positions between two pixels that a kernel is computed for. */
const positions = 64;
/** A shrink by whole factors leaves at least this much to the kernel. */
const gap = 2;

/** What `preparePixels` makes of a picture whose decoded pixels these are: [heightPx, widthPx, 3], in `channelOrder`. */
export function fitPixels(image: RgbPixels, preprocessing: Preprocessing): Uint8Array {
  const pixels = fits[preprocessing.resize](image, preprocessing);
  return preprocessing.channelOrder === 'BGR' ? swapRedAndBlue(pixels) : pixels;
}

const fits: Record<Preprocessing['resize'], (image: RgbPixels, preprocessing: Preprocessing) => Uint8Array> = {
  squash: (image, { widthPx, heightPx, interpolation }) =>
    scale(image, { across: image.widthPx / widthPx, down: image.heightPx / heightPx, kernel: interpolation }).data,

  crop: (image, { widthPx, heightPx, cropFraction, interpolation }) => {
    const width = Math.max(widthPx, Math.floor(widthPx / cropFraction));
    const height = Math.max(heightPx, Math.floor(heightPx / cropFraction));
    const shrink = Math.min(image.widthPx / width, image.heightPx / height);
    const covering = scale(image, { across: shrink, down: shrink, kernel: interpolation });
    const left = Math.floor((covering.widthPx - width + 1) / 2) + Math.round((width - widthPx) / 2);
    const top = Math.floor((covering.heightPx - height + 1) / 2) + Math.round((height - heightPx) / 2);
    return extract(covering, { left, top, widthPx, heightPx });
  },

  letterbox: (image, { widthPx, heightPx, interpolation }) => {
    const shrink = Math.max(image.widthPx / widthPx, image.heightPx / heightPx);
    const inside = scale(image, { across: shrink, down: shrink, kernel: interpolation });
    const boxed = new Uint8Array(widthPx * heightPx * 3).fill(114);
    for (let y = 0; y < inside.heightPx; y += 1) {
      const row = 3 * y * inside.widthPx;
      boxed.set(inside.data.subarray(row, row + 3 * inside.widthPx), 3 * y * widthPx);
    }
    return boxed;
  },
};

interface Shrinks {
  /** How many pixels become one; below 1 it is enlarged. */
  across: number;
  down: number;
  kernel: Kernel;
}

function scale(image: RgbPixels, { across, down, kernel }: Shrinks): RgbPixels {
  let { data, widthPx, heightPx } = image;
  const rows = (): Axis => ({ data, outer: 1, length: heightPx, inner: 3 * widthPx });
  const columns = (): Axis => ({ data, outer: heightPx, length: widthPx, inner: 3 });
  if (down > 1) ({ data, length: heightPx } = reduce(rows(), down, kernel));
  if (across > 1) ({ data, length: widthPx } = reduce(columns(), across, kernel));
  // libvips moves both axes by half a pixel where it enlarges one.
  if (down < 1 || across < 1) {
    ({ data, length: heightPx } = enlarge(rows(), Math.min(1, down), kernel));
    ({ data, length: widthPx } = enlarge(columns(), Math.min(1, across), kernel));
  }
  return { data, widthPx, heightPx };
}

/** [outer, length, inner] bytes, of which the middle one is scaled. */
interface Axis {
  data: Uint8Array;
  outer: number;
  length: number;
  inner: number;
}

const sizeAfter = (length: number, shrink: number): number => Math.max(1, Math.round(length / shrink));

function reduce(axis: Axis, wholeShrink: number, kernel: Kernel): Axis {
  const count = sizeAfter(axis.length, wholeShrink);
  if (kernel === 'nearest') return pick(axis, count, wholeShrink);
  const factor = Math.max(1, Math.floor(axis.length / count / gap));
  const shrink = wholeShrink / factor;
  const from = factor > 1 ? average(axis, factor) : axis;
  if (shrink === 1) return from;
  // Pixels that are invented (or, below 0, left out) at the two ends together.
  const extra = (count * wholeShrink - axis.length) / factor;
  const offset = (1 + extra) / 2 - 1;
  const half = { linear: 1, cubic: 2, lanczos3: 3 }[kernel];
  const points = 2 * Math.round(half * shrink) + 1;
  const masks = Array.from({ length: positions + 1 }, (_, at) =>
    toFixed(computeMask(kernel, { points, shrink, shift: at / positions })),
  );
  const border = Math.ceil(points / 2) - 1;
  return convolve(from, count, (n) => {
    const place = (n + 0.5) * shrink - 0.5 - offset;
    const whole = Math.trunc(place);
    const position = (Math.trunc(place * positions * 2) & (2 * positions - 1)) + 1;
    return { first: whole - border, mask: masks[position >> 1] as Float64Array };
  });
}

function enlarge(axis: Axis, shrink: number, kernel: Kernel): Axis {
  const count = sizeAfter(axis.length, shrink);
  if (kernel === 'nearest') return pick(axis, count, shrink);
  return convolve(axis, count, (n) => {
    // Half a pixel to the upper left of where it should be, as libvips has it.
    const place = n * shrink - 0.5;
    const whole = Math.floor(place);
    if (kernel === 'linear') return { first: whole, mask: Float64Array.of(1 - (place - whole), place - whole) };
    const shift = Math.round((place - whole) * positions) / positions;
    return { first: whole - 1, mask: computeMask('cubic', { points: 4, shrink: 1, shift }) };
  });
}

/** Each of `count` places as a weighted sum; what lies beyond the ends is as the end. */
function convolve(
  { data, outer, length, inner }: Axis,
  count: number,
  placeOf: (n: number) => { first: number; mask: Float64Array },
): Axis {
  const out = new Uint8Array(outer * count * inner);
  const sums = new Float64Array(inner);
  for (let n = 0; n < count; n += 1) {
    const { first, mask } = placeOf(n);
    for (let o = 0; o < outer; o += 1) {
      sums.fill(0.5);
      for (let tap = 0; tap < mask.length; tap += 1) {
        const weight = mask[tap] as number;
        if (weight === 0) continue;
        const at = (o * length + Math.min(length - 1, Math.max(0, first + tap))) * inner;
        for (let i = 0; i < inner; i += 1) sums[i] = (sums[i] as number) + weight * (data[at + i] as number);
      }
      const to = (o * count + n) * inner;
      for (let i = 0; i < inner; i += 1) out[to + i] = Math.min(255, Math.max(0, Math.floor(sums[i] as number)));
    }
  }
  return { data: out, outer, length: count, inner };
}

/** Means of `factor` pixels, divided in whole numbers; the last are filled up with the end. */
function average({ data, outer, length, inner }: Axis, factor: number): Axis {
  const count = Math.ceil(length / factor);
  const multiplier = Math.floor(2 ** 24 / factor);
  const out = new Uint8Array(outer * count * inner);
  const sums = new Uint32Array(inner);
  for (let o = 0; o < outer; o += 1)
    for (let n = 0; n < count; n += 1) {
      sums.fill(factor >> 1);
      for (let k = 0; k < factor; k += 1) {
        const at = (o * length + Math.min(length - 1, n * factor + k)) * inner;
        for (let i = 0; i < inner; i += 1) sums[i] = (sums[i] as number) + (data[at + i] as number);
      }
      const to = (o * count + n) * inner;
      for (let i = 0; i < inner; i += 1) out[to + i] = Math.floor(((sums[i] as number) * multiplier) / 2 ** 24);
    }
  return { data: out, outer, length: count, inner };
}

function pick(axis: Axis, count: number, shrink: number): Axis {
  return convolve(axis, count, (n) => ({ first: Math.floor((n + 0.5) * shrink), mask: Float64Array.of(1) }));
}

function computeMask(
  kernel: Kernel,
  { points, shrink, shift }: { points: number; shrink: number; shift: number },
): Float64Array {
  const middle = shift + points / 2 - 1;
  const mask = Float64Array.from({ length: points }, (_, i) => weigh[kernel]((i - middle) / shrink));
  const sum = mask.reduce((total, weight) => total + weight, 0);
  return mask.map((weight) => weight / sum);
}

/** Weights in whole 1/4096, cut as C does. */
const toFixed = (mask: Float64Array): Float64Array => mask.map((weight) => Math.trunc(weight * 4096) / 4096);

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const weigh: Record<Kernel, (x: number) => number> = {
  nearest: (x) => (Math.abs(x) < 0.5 ? 1 : 0),
  linear: (x) => Math.max(0, 1 - Math.abs(x)),
  /** Catmull-Rom. */
  cubic: (x) => {
    const a = Math.abs(x);
    if (a <= 1) return a * a * (1.5 * a - 2.5) + 1;
    return a <= 2 ? a * (a * (-0.5 * a + 2.5) - 4) + 2 : 0;
  },
  lanczos3: (x) => (Math.abs(x) <= 3 ? sinc(x) * sinc(x / 3) : 0),
};

function extract(
  image: RgbPixels,
  { left, top, widthPx, heightPx }: { left: number; top: number; widthPx: number; heightPx: number },
): Uint8Array {
  const out = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y += 1) {
    const at = 3 * ((top + y) * image.widthPx + left);
    out.set(image.data.subarray(at, at + 3 * widthPx), 3 * y * widthPx);
  }
  return out;
}

function swapRedAndBlue(pixels: Uint8Array): Uint8Array {
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const red = pixels[at] as number;
    pixels[at] = pixels[at + 2] as number;
    pixels[at + 2] = red;
  }
  return pixels;
}
