/** @file Convolution weights [O, I, KH, KW] -> the orders in memory that blocked convolutions read. */
import type { Forms, Size4 } from './forms.ts';
import { roundUp } from './forms.ts';

/** [O, I, KH, KW] with zeros for the channels that blocks lack. */
function padChannels({ pen, block }: Forms, weight: string, [filters, channels]: Size4): string {
  return pen.pad(weight, [0, 0, 0, 0], [roundUp(filters, block) - filters, roundUp(channels, block) - channels, 0, 0]);
}

/**
 * (O/b, I/b, KH, KW, b of I, b of O). ReorderInput, which runs on all threads, turns rows into the innermost axis; what remains is moved
 * whole blocks at a time. One transposition of single numbers took three to five times as long.
 */
export function blockWeight(forms: Forms, weight: string, shape: Size4): string {
  const { pen, block } = forms;
  const [, , height, width] = shape;
  const filters = roundUp(shape[0], block);
  const channels = roundUp(shape[1], block);
  const padded = padChannels(forms, weight, shape);
  const rows = pen.blocked('ReorderInput', [pen.reshape(padded, [1, filters, channels * height, width])]);
  const split = pen.reshape(rows, [filters / block, channels / block, block, height * width, block]);
  return pen.reshape(height * width === 1 ? split : pen.transpose(split, [0, 1, 3, 2, 4]), [
    filters,
    channels,
    height,
    width,
  ]);
}

/** (O/b, I, KH, KW, b of O): what reads plain pictures of few channels. */
export function blockFirstWeight({ pen, block }: Forms, weight: string, shape: Size4): string {
  const [filters, channels, height, width] = shape;
  const padded = pen.pad(weight, [0, 0, 0, 0], [roundUp(filters, block) - filters, 0, 0, 0]);
  const rounded = roundUp(filters, block);
  const rows = pen.blocked('ReorderInput', [pen.reshape(padded, [1, rounded, channels * height, width])]);
  return pen.reshape(rows, [rounded, channels, height, width]);
}

/** Depthwise, [C, 1, KH, KW] -> (C/b, KH, KW, b). */
export function blockDepthwiseWeight(
  { pen, block }: Forms,
  weight: string,
  [channels, , height, width]: Size4,
): string {
  const rounded = roundUp(channels, block);
  const padded = pen.pad(weight, [0, 0, 0, 0], [rounded - channels, 0, 0, 0]);
  const rows = pen.blocked('ReorderInput', [pen.reshape(padded, [1, rounded, height, width])]);
  return pen.reshape(rows, [rounded / block, height, width, block]);
}

/** (I/b O/b, KH, KW, b of O and b of I): of the convolution that goes back from g to x, its taps not yet turned. */
export function blockBackwardWeight(forms: Forms, weight: string, shape: Size4): string {
  const { pen, block } = forms;
  const [, , height, width] = shape;
  const filters = roundUp(shape[0], block);
  const channels = roundUp(shape[1], block);
  const rows = pen.blocked('ReorderInput', [padChannels(forms, weight, shape)]);
  const split = pen.reshape(rows, [filters / block, block, channels / block, height * width, block]);
  const turned = pen.transpose(split, [2, 0, 3, 1, 4]);
  return pen.reshape(turned, [(channels / block) * (filters / block), height, width, block * block]);
}
