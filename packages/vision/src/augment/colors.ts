/**
 * @file What happens to colors, in as few passes over the bytes as possible: neighboring linear steps become one 3 x 4 matrix,
 * neighboring tables one table.
 *
 * Definitions are those of Pillow's ImageEnhance and ImageOps and of torchvision, with one liberty: linear steps that were joined are
 * rounded and clamped once, at their end, and hue turns linearly (in YIQ, as SVG's hueRotate does) instead of through HSV.
 */
import type { Image } from '../decode-image.ts';
import { blur, sharpen } from './filters.ts';

export type ColorStep =
  /** Factors of 1 change nothing. */
  | { readonly kind: 'brightness' | 'contrast' | 'saturation' | 'sharpness'; readonly factor: number }
  /** 1 is a whole turn of the color circle. */
  | { readonly kind: 'hue'; readonly turn: number }
  /** Bytes from `threshold` on are inverted. */
  | { readonly kind: 'solarize'; readonly threshold: number }
  /** The highest `bits` bits are kept. */
  | { readonly kind: 'posterize'; readonly bits: number }
  | { readonly kind: 'autocontrast' | 'equalize' }
  | { readonly kind: 'blur'; readonly sigmaPx: number };

type Kind = ColorStep['kind'];
type StepOf<K extends Kind> = Extract<ColorStep, { kind: K }> & { kind: K };

/** Rows of `[red, green, blue, constant]`. */
type Matrix = readonly number[];
type Rgb = readonly [number, number, number];

/** How often each byte comes in one channel: [256]. */
type Histogram = Int32Array;

interface ColorKind<K extends Kind> {
  /** A matrix for pictures of this mean. */
  linear?: (step: StepOf<K>, mean: Rgb) => Matrix;
  /** What becomes of each byte. */
  table?: (step: StepOf<K>, histogram: () => Histogram) => (byte: number) => number;
  /** Anything that looks at more than one pixel. */
  filter?: (step: StepOf<K>, picture: Image) => void;
}

/** ITU-R BT.601, as Pillow's conversion to grey. */
const luma: Rgb = [0.299, 0.587, 0.114];
const greyOf = (rgb: Rgb): number => luma[0] * rgb[0] + luma[1] * rgb[1] + luma[2] * rgb[2];

/** The same factor and constant for every channel. */
function scaled(factor: number, constant = 0): Matrix {
  const row = (n: number): number[] =>
    [0, 1, 2, 3].map((column) => (column === 3 ? constant : Number(column === n) * factor));
  return [0, 1, 2].flatMap(row);
}

const kinds: { readonly [K in Kind]: ColorKind<K> } = {
  brightness: { linear: ({ factor }) => scaled(factor) },
  contrast: { linear: ({ factor }, mean) => scaled(factor, (1 - factor) * greyOf(mean)) },
  saturation: { linear: ({ factor }) => saturate(factor) },
  hue: { linear: ({ turn }) => turnHue(turn) },
  solarize: {
    table:
      ({ threshold }) =>
      (byte) =>
        byte < threshold ? byte : 255 - byte,
  },
  posterize: {
    table:
      ({ bits }) =>
      (byte) =>
        byte & (256 - 2 ** (8 - bits)),
  },
  autocontrast: { table: (_step, histogram) => stretch(histogram()) },
  equalize: { table: (_step, histogram) => flatten(histogram()) },
  sharpness: { filter: ({ factor }, picture) => sharpen(picture, factor) },
  blur: { filter: ({ sigmaPx }, picture) => blur(picture, sigmaPx) },
};

/** Changes the picture in place, step after step. */
export function applyColors(picture: Image, steps: readonly ColorStep[]): void {
  for (let at = 0; at < steps.length; ) {
    const step = steps[at] as ColorStep;
    const { linear, table, filter } = kindOf(step);
    const end = filter ? at + 1 : endOfRun(steps, at, linear ? 'linear' : 'table');
    const run = steps.slice(at, end);
    if (filter) filter(step, picture);
    else if (table) applyTables(picture.data, run);
    else applyMatrix(picture.data, joinMatrices(picture.data, run));
    at = end;
  }
}

/** One record for any step: the table pairs them rightly, which types cannot say of a union. */
const kindOf = (step: ColorStep): ColorKind<Kind> => kinds[step.kind] as ColorKind<Kind>;

/** Steps up to here can share a pass. What looks at the histogram begins a new one. */
function endOfRun(steps: readonly ColorStep[], start: number, pass: 'linear' | 'table'): number {
  let end = start + 1;
  while (end < steps.length) {
    const step = steps[end] as ColorStep;
    if (!kindOf(step)[pass] || step.kind === 'autocontrast' || step.kind === 'equalize') break;
    end += 1;
  }
  return end;
}

function joinMatrices(pixels: Uint8Array, steps: readonly ColorStep[]): Matrix {
  const isMeanWanted = steps.some(({ kind }) => kind === 'contrast');
  let mean: Rgb = isMeanWanted ? computeMean(pixels) : [0, 0, 0];
  let joined: Matrix = scaled(1);
  for (const step of steps) {
    const next = kindOf(step).linear?.(step as StepOf<Kind>, mean) ?? scaled(1);
    joined = multiply(next, joined);
    mean = transform(next, mean);
  }
  return joined;
}

function multiply(outer: Matrix, inner: Matrix): Matrix {
  const at = (matrix: Matrix, row: number, column: number): number =>
    row < 3 ? (matrix[4 * row + column] as number) : Number(column === 3);
  return Array.from({ length: 12 }, (_, n) => {
    const [row, column] = [n >> 2, n & 3];
    return [0, 1, 2, 3].reduce((sum, k) => sum + at(outer, row, k) * at(inner, k, column), 0);
  });
}

function transform(matrix: Matrix, [red, green, blue]: Rgb): Rgb {
  const row = (n: number): number =>
    (matrix[n] as number) * red +
    (matrix[n + 1] as number) * green +
    (matrix[n + 2] as number) * blue +
    (matrix[n + 3] as number);
  return [row(0), row(4), row(8)];
}

/** Between grey (0) and the color itself (1). */
function saturate(factor: number): Matrix {
  return [0, 1, 2].flatMap((row) => [
    ...luma.map((weight, column) => (1 - factor) * weight + (row === column ? factor : 0)),
    0,
  ]);
}

/** I and Q of NTSC's YIQ, the plane across the grey axis, from and to red, green and blue. */
const toPlane = [0, 0, 0, 0, 0.5959, -0.2746, -0.3213, 0, 0.2115, -0.5227, 0.3112, 0];
const fromPlane = [0, 0.956, 0.619, 0, 0, -0.272, -0.647, 0, 0, -1.106, 1.703, 0];
const quarterTurn = multiply(fromPlane, multiply([0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0], toPlane));

/** A turn around the grey axis: what is grey of a color stays, the rest goes round. A turn of 0 is exactly nothing. */
function turnHue(turn: number): Matrix {
  const [cos, sin] = [Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn)];
  return saturate(cos).map((value, n) => value + sin * (quarterTurn[n] as number));
}

function computeMean(pixels: Uint8Array): Rgb {
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    red += pixels[at] as number;
    green += pixels[at + 1] as number;
    blue += pixels[at + 2] as number;
  }
  const count = Math.max(1, pixels.length / 3);
  return [red / count, green / count, blue / count];
}

/** In whole numbers of 1/4,096, rounded and clamped. */
function applyMatrix(pixels: Uint8Array, matrix: Matrix): void {
  const whole = matrix.map((value, n) => Math.round(4096 * value) + (n % 4 === 3 ? 2048 : 0));
  const [a, b, c, d, e, f, g, h, i, j, k, l] = whole as [...Rgb, number, ...Rgb, number, ...Rgb, number];
  const length = pixels.length;
  for (let at = 0; at + 2 < length; at += 3) {
    const red = pixels[at] as number;
    const green = pixels[at + 1] as number;
    const blue = pixels[at + 2] as number;
    const x = (Math.imul(a, red) + Math.imul(b, green) + Math.imul(c, blue) + d) >> 12;
    const y = (Math.imul(e, red) + Math.imul(f, green) + Math.imul(g, blue) + h) >> 12;
    const z = (Math.imul(i, red) + Math.imul(j, green) + Math.imul(k, blue) + l) >> 12;
    pixels[at] = x < 0 ? 0 : x > 255 ? 255 : x;
    pixels[at + 1] = y < 0 ? 0 : y > 255 ? 255 : y;
    pixels[at + 2] = z < 0 ? 0 : z > 255 ? 255 : z;
  }
}

function applyTables(pixels: Uint8Array, steps: readonly ColorStep[]): void {
  const table = new Uint8ClampedArray(3 * 256);
  for (let channel = 0; channel < 3; channel += 1) {
    const maps = steps.map((step) => kindOf(step).table?.(step as StepOf<Kind>, () => countBytes(pixels, channel)));
    for (let byte = 0; byte < 256; byte += 1)
      table[256 * channel + byte] = maps.reduce((value, map) => map?.(value) ?? value, byte);
  }
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    pixels[at] = table[pixels[at] as number] as number;
    pixels[at + 1] = table[256 + (pixels[at + 1] as number)] as number;
    pixels[at + 2] = table[512 + (pixels[at + 2] as number)] as number;
  }
}

function countBytes(pixels: Uint8Array, channel: number): Histogram {
  const histogram = new Int32Array(256);
  for (let at = channel; at < pixels.length; at += 3) {
    const byte = pixels[at] as number;
    histogram[byte] = (histogram[byte] as number) + 1;
  }
  return histogram;
}

/** The darkest byte becomes 0 and the brightest 255 (ImageOps.autocontrast). */
function stretch(histogram: Histogram): (byte: number) => number {
  const low = histogram.findIndex((count) => count > 0);
  const high = histogram.findLastIndex((count) => count > 0);
  if (high <= low) return (byte) => byte;
  return (byte) => Math.min(255, Math.max(0, Math.floor(((byte - low) * 255) / (high - low))));
}

/** Every brightness comes about equally often (ImageOps.equalize). */
function flatten(histogram: Histogram): (byte: number) => number {
  const present = histogram.filter((count) => count > 0);
  const step = Math.floor((present.reduce((sum, count) => sum + count, 0) - (present.at(-1) ?? 0)) / 255);
  if (present.length <= 1 || step === 0) return (byte) => byte;
  const table = new Uint8Array(256);
  let sum = step >> 1;
  for (let byte = 0; byte < 256; byte += 1) {
    table[byte] = Math.min(255, Math.floor(sum / step));
    sum += histogram[byte] as number;
  }
  return (byte) => table[byte] as number;
}
