/** @file Padding as TensorFlow counts it: `same` puts the odd one at the bottom and the right (tensorflow/core/framework/kernel_shape_util.cc). */
import type { KerasLayer } from '../keras-model.types.ts';
import { refuse, textOf } from '../layer-settings.ts';

export interface Window {
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations?: readonly [number, number];
}

export interface PaddedWindow {
  /** Of the output, height and width. */
  size: [number, number];
  /** ONNX' order: top, left, bottom, right. */
  pads: [number, number, number, number];
}

/** Of a convolution or pooling over a picture of `size`. */
export function padWindow(
  layer: KerasLayer,
  size: readonly number[],
  { kernel, strides, dilations = [1, 1] }: Window,
): PaddedWindow {
  const padding = textOf(layer, 'padding', 'valid');
  if (padding !== 'same' && padding !== 'valid')
    return refuse(layer, `has the padding "${padding}", which is not known`);
  const sides = [0, 1].map((n) => {
    const [input, step] = [size[n] as number, strides[n] as number];
    const reach = ((kernel[n] as number) - 1) * (dilations[n] as number) + 1;
    if (padding === 'valid') return { output: Math.floor((input - reach) / step) + 1, before: 0, after: 0 };
    const output = Math.ceil(input / step);
    const total = Math.max((output - 1) * step + reach - input, 0);
    const before = Math.floor(total / 2);
    return { output, before, after: total - before };
  });
  const [vertical, horizontal] = sides as [(typeof sides)[0], (typeof sides)[0]];
  if (vertical.output < 1 || horizontal.output < 1) return refuse(layer, 'has a window larger than its picture');
  return {
    size: [vertical.output, horizontal.output],
    pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
  };
}
