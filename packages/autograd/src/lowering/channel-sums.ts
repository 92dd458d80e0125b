/** @file Sums over each channel of blocked pictures, read once and written never: pooling, and convolution of one value with another. */
import { type Shape, sizeOf } from '../graph/shape.ts';
import type { Value } from '../graph/value.ts';
import { writeConvolution } from './convolutions.ts';
import { blockedShape, type Forms, type Size4 } from './forms.ts';

/** Sums run over this many pixels at most before they are added to others: shorter ones round less, and keep all threads busy. */
const longestRun = 256;

/** The largest divisor of `pixels` that is no longer than a run. */
export function runOf(pixels: number): number {
  for (let run = Math.min(pixels, longestRun); run > 16; run--) if (pixels % run === 0) return run;
  return pixels <= longestRun ? pixels : (smallestFactorRun(pixels) ?? pixels);
}

const smallestFactorRun = (pixels: number): number | undefined =>
  Array.from({ length: 16 }, (_, i) => pixels / (i + 2)).find((run) => Number.isInteger(run));

interface Runs {
  readonly shape: Size4;
  readonly pixels: number;
  readonly run: number;
  /** Channels of all pictures, each divided into runs; in memory the same numbers in the same order. */
  readonly lines: number;
}

function runsOf(forms: Forms, value: Value): Runs {
  const shape = blockedShape(value, forms.block);
  const [batch, channels, height, width] = shape;
  const run = runOf(height * width);
  return { shape, pixels: height * width, run, lines: batch * channels * ((height * width) / run) };
}

/** [.., runs' results] -> [C], or with `perPicture` [N, C]. */
function fold(
  forms: Forms,
  results: string,
  { shape, pixels, run }: Runs,
  { perPicture }: { perPicture: boolean },
): string {
  const { pen, block } = forms;
  const [batch, channels] = shape;
  const split = pen.reshape(results, [batch, channels / block, pixels / run, block]);
  const axes = perPicture ? [2] : [0, 2];
  const summed = pen.call('ReduceSum', [split, pen.writer.integers(axes)], { keepdims: 0 });
  return pen.reshape(summed, perPicture ? [batch, channels] : [channels]);
}

/** [C] rounded up to blocks -> [C]. */
function keep({ pen }: Forms, vector: string, rounded: number, value: Value, axis: number): string {
  const channels = (value.shape as unknown as Size4)[1];
  return channels === rounded ? vector : pen.slice(vector, { axes: [axis], starts: [0], ends: [channels] });
}

interface SumOptions {
  readonly perPicture?: boolean;
  /** Every sum times this. */
  readonly factor?: number;
}

/** Σ x over the pixels, and over the pictures unless `perPicture`. */
export function writeSums(forms: Forms, value: Value, { perPicture = false, factor = 1 }: SumOptions = {}): string {
  const runs = runsOf(forms, value);
  const { pen } = forms;
  const means = pen.blocked('GlobalAveragePool', [pen.reshape(forms.blocked(value), [1, runs.lines, 1, runs.run])]);
  const sums = fold(forms, means, runs, { perPicture });
  return keep(forms, pen.call('Mul', [sums, pen.number(runs.run * factor)]), runs.shape[1], value, perPicture ? 1 : 0);
}

/** Σ a b over the pixels, and over the pictures unless `perPicture`; `a` and `b` are the names of blocked values of `like`'s shape. */
export function writeProducts(
  forms: Forms,
  [a, b]: readonly [string, string],
  like: Value,
  { perPicture = false, factor = 1 }: SumOptions = {},
): string {
  const runs = runsOf(forms, like);
  const { pen } = forms;
  const lineShape: Shape = [runs.lines, 1, 1, runs.run];
  const products = writeConvolution(forms, {
    x: pen.reshape(a, [1, runs.lines, 1, runs.run]),
    weight: pen.reshape(b, lineShape),
    kernel: [1, runs.run],
    attributes: { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: runs.lines },
  });
  const sums = fold(forms, products, runs, { perPicture });
  const scaled = factor === 1 ? sums : pen.call('Mul', [sums, pen.number(factor)]);
  return keep(forms, scaled, runs.shape[1], like, perPicture ? 1 : 0);
}

/** Elements of a channel in all pictures. */
export const countOf = ({ shape }: Value): number => sizeOf(shape) / (shape[1] as number);
