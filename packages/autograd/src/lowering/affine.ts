/** @file y = act(weight x + bias + sum), with one weight and bias a channel: a depthwise 1x1 convolution, one pass over memory. */
import { writeConvolution } from './convolutions.ts';
import type { Activation, Forms, Size4 } from './forms.ts';

export interface AffineParts {
  /** Blocked. */
  readonly x: string;
  /** Of x, as `blockedShape` gives it. */
  readonly shape: Size4;
  /** [C], rounded up to blocks. */
  readonly weight: string;
  readonly bias?: string | undefined;
  readonly sum?: string | undefined;
  readonly activation?: Activation | undefined;
}

export function writeAffine(forms: Forms, { x, shape, weight, bias, sum, activation }: AffineParts): string {
  const channels = shape[1];
  return writeConvolution(forms, {
    x,
    weight: forms.pen.reshape(weight, [channels, 1, 1, 1]),
    bias,
    sum,
    activation,
    kernel: [1, 1],
    attributes: { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: channels },
  });
}

/** The same weight and bias for every channel. */
export function writeConstantAffine(
  forms: Forms,
  parts: Pick<AffineParts, 'x' | 'shape' | 'sum' | 'activation'>,
  { weight, bias }: { weight: number; bias: number },
): string {
  const { pen } = forms;
  const channels = parts.shape[1];
  return writeConvolution(forms, {
    ...parts,
    weight: pen.fill(weight, [channels, 1, 1, 1]),
    bias: bias === 0 && !parts.sum ? undefined : pen.fill(bias, [channels]),
    kernel: [1, 1],
    attributes: { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: channels },
  });
}
