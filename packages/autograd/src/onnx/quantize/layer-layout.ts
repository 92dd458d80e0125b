/** @file How the weights of a layer lie: which belong to an output channel, what input each is multiplied with, which two a kernel adds first. */
import type { NodeProto } from '../generated/onnx_pb.ts';
import type { ChannelLayout, ChannelWeights } from './affine.ts';
import { integerOf } from './graph-index.ts';

export interface LayerLayout extends ChannelLayout {
  /** Axis of the output channels in the stored weights. */
  readonly axis: 0 | 1;
  /** Input channels. */
  readonly inputs: number;
  /** Input channel that weight `k` of an output channel is multiplied with. */
  readonly inputOf: (channel: number, k: number) => number;
}

/**
 * Of a Conv [out, in / groups, height, width], a Gemm or a MatMul. A kernel may walk the weights of a convolution one input channel after the
 * other or, where the picture has its channels last, one place after the other; depthwise it adds in 32 bits.
 */
export function layoutOf(node: NodeProto, dims: readonly number[]): LayerLayout {
  const [rows = 1, columns = 1, ...picture] = dims;
  if (node.opType !== 'Conv') {
    const isTransposed = node.opType === 'Gemm' && integerOf(node, 'transB', 0) === 1;
    return isTransposed
      ? { axis: 0, channels: rows, inputs: columns, step: 1, channelStep: columns, pairedWalks: [1], inputOf: second }
      : { axis: 1, channels: columns, inputs: rows, step: columns, channelStep: 1, pairedWalks: [1], inputOf: second };
  }
  const groups = integerOf(node, 'group', 1);
  const kernel = picture.reduce((product, size) => product * size, 1);
  const isDepthwise = columns === 1 && groups > 1;
  const dense = kernel === 1 ? [1] : [1, kernel];
  return {
    axis: 0,
    channels: rows,
    inputs: columns * groups,
    step: 1,
    channelStep: columns * kernel,
    pairedWalks: isDepthwise ? [] : dense,
    inputOf: (channel, k) => Math.floor((channel * groups) / rows) * columns + Math.floor(k / kernel),
  };
}

const second = (_channel: number, k: number): number => k;

/**
 * [channels] what rounding adds to the mean output of each: sum of (rounded - weight) x mean of its input. `means`: [inputs]. Borders that
 * padding darkens count like the rest.
 */
export function shiftOf(
  weights: Float32Array,
  { data, scales }: ChannelWeights,
  { layout, means }: { layout: LayerLayout; means: Float64Array },
): Float64Array {
  const { channels, step, channelStep, inputOf } = layout;
  const each = weights.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) => {
    let shift = 0;
    for (let k = 0; k < each; k += 1) {
      const i = channel * channelStep + k * step;
      const error = (data[i] as number) * (scales[channel] as number) - (weights[i] as number);
      shift += error * (means[inputOf(channel, k)] as number);
    }
    return shift;
  });
}
