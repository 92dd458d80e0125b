/** @file Convolutions and dense layers: kernels come as [kh, kw, in, out] and leave as [out, in, kh, kw]. */
import { activate, activationName } from '../activations.ts';
import { type GraphWriter, isPicture, type Tensor, tensor } from '../graph-writer.ts';
import type { KerasLayer } from '../keras-model.types.ts';
import type { BuildCall, BuildLayer } from '../layer-call.types.ts';
import { flagOf, numberOf, pairOf, refuse } from '../layer-settings.ts';
import type { StoredArray } from '../open-hdf5.ts';
import { padWindow } from './same-padding.ts';

export const conv2d: BuildLayer = (call) => {
  const { layer, input } = call;
  const groups = numberOf(layer, 'groups', 1);
  const [kernel, bias] = weightsWithBias(call, ['kernel']);
  assertShape(layer, kernel, [
    ...pairOf(layer, 'kernel_size'),
    channelsOf(call) / groups,
    numberOf(layer, 'filters', 0),
  ]);
  return finish(call, convolve(call, { input, kernel, bias, groups }));
};

/** One filter set per channel: TensorFlow's [kh, kw, in, multiplier] are in groups of one. */
export const depthwiseConv2d: BuildLayer = (call) => {
  const { layer } = call;
  const name = call.version.major >= 3 ? 'kernel' : 'depthwise_kernel';
  const [kernel, bias] = weightsWithBias(call, [name]);
  return finish(call, convolveEach(call, kernel, { layer, bias }));
};

export const separableConv2d: BuildLayer = (call) => {
  const { layer, writer } = call;
  const [depthwise, pointwise, bias] = weightsWithBias(call, ['depthwise_kernel', 'pointwise_kernel']) as [
    StoredArray,
    StoredArray,
    StoredArray | undefined,
  ];
  const each = convolveEach(call, depthwise, { layer, bias: undefined });
  const [, , channels] = each.shape as [number, number, number];
  const filters = numberOf(layer, 'filters', 0);
  assertShape(layer, pointwise, [1, 1, channels, filters]);
  const inputs = [each.name, kernelOf(writer, pointwise), ...biasOf(writer, bias)];
  return finish(call, tensor(writer.node('Conv', inputs), [each.shape[0] as number, each.shape[1] as number, filters]));
};

/** The gradient of a convolution as a layer: what `same` would pad is cut from its result. Kernel [kh, kw, out, in]. */
export const conv2dTranspose: BuildLayer = (call) => {
  const { layer, input, writer } = call;
  const [kernel, bias] = weightsWithBias(call, ['kernel']);
  const [size, strides] = [pairOf(layer, 'kernel_size'), pairOf(layer, 'strides', { fallback: [1, 1] })];
  const filters = numberOf(layer, 'filters', 0);
  assertShape(layer, kernel, [...size, filters, channelsOf(call)]);
  if (pairOf(layer, 'dilation_rate', { fallback: [1, 1] }).some((rate) => rate !== 1))
    return refuse(layer, 'is dilated');
  if ((layer.config.output_padding ?? null) !== null) return refuse(layer, 'has an output_padding');
  const isSame = layer.config.padding === 'same';
  const overlap = [0, 1].map((n) => (size[n] as number) - (strides[n] as number)) as [number, number];
  const cut = overlap.map((excess) => (isSame ? Math.max(excess, 0) : 0)) as [number, number];
  const before = cut.map((total) => Math.floor(total / 2)) as [number, number];
  const name = writer.node(
    'ConvTranspose',
    [
      input.name,
      writer.floats([channelsOf(call), filters, ...size], transposed(kernel, [3, 2, 0, 1])),
      ...biasOf(writer, bias),
    ],
    {
      strides,
      pads: [before[0], before[1], cut[0] - before[0], cut[1] - before[1]],
      output_padding: overlap.map((excess) => Math.max(-excess, 0)),
    },
  );
  const grown = [0, 1].map(
    (n) => (input.shape[n] as number) * (strides[n] as number) + (isSame ? 0 : Math.max(overlap[n] as number, 0)),
  );
  return finish(call, tensor(name, [...grown, filters]));
};

export const dense: BuildLayer = (call) => {
  const { layer, input, writer } = call;
  const units = numberOf(layer, 'units', 0);
  const [kernel, bias] = weightsWithBias(call, ['kernel']);
  assertShape(layer, kernel, [input.shape.at(-1) as number, units]);
  const shape = [...input.shape.slice(0, -1), units];
  if (isPicture(input)) {
    const weights = writer.floats([units, input.shape[2] as number, 1, 1], transposed(kernel, [1, 0]));
    return finish(call, tensor(writer.node('Conv', [input.name, weights, ...biasOf(writer, bias)]), shape));
  }
  const weights = writer.floats(kernel.shape, input.flattened ? reorderRows(kernel, input.flattened) : kernel.data);
  if (input.shape.length === 1)
    return finish(call, tensor(writer.node('Gemm', [input.name, weights, ...biasOf(writer, bias)]), shape));
  const product = writer.node('MatMul', [input.name, weights]);
  const [offset] = biasOf(writer, bias);
  return finish(call, tensor(offset === undefined ? product : writer.node('Add', [product, offset]), shape));
};

/** Rows of a kernel for a picture laid flat channels last, for one laid flat channels first. */
function reorderRows(
  { data, shape }: StoredArray,
  [height = 1, width = 1, channels = 1]: readonly number[],
): Float32Array {
  const [, units = 1] = shape;
  const rows = new Float32Array(data.length);
  let to = 0;
  for (let channel = 0; channel < channels; channel += 1)
    for (let place = 0; place < height * width; place += 1, to += units) {
      const from = (place * channels + channel) * units;
      rows.set(data.subarray(from, from + units), to);
    }
  return rows;
}

function convolve(
  { layer, writer }: BuildCall,
  {
    input,
    kernel,
    bias,
    groups,
  }: { input: Tensor; kernel: StoredArray; bias: StoredArray | undefined; groups: number },
): Tensor {
  const [kh = 1, kw = 1, , filters = 1] = kernel.shape;
  const { size, attributes } = windowOf(layer, input, [kh, kw]);
  const name = writer.node('Conv', [input.name, kernelOf(writer, kernel), ...biasOf(writer, bias)], {
    ...attributes,
    group: groups,
  });
  return tensor(name, [...size, filters]);
}

function convolveEach(
  { input, writer }: BuildCall,
  kernel: StoredArray,
  { layer, bias }: { layer: KerasLayer; bias: StoredArray | undefined },
): Tensor {
  const channels = channelsOf({ layer, input });
  const multiplier = numberOf(layer, 'depth_multiplier', 1);
  const [kh, kw] = pairOf(layer, 'kernel_size');
  assertShape(layer, kernel, [kh, kw, channels, multiplier]);
  const filters = channels * multiplier;
  const { size, attributes } = windowOf(layer, input, [kh, kw]);
  const weights = writer.floats([filters, 1, kh, kw], transposed(kernel, [2, 3, 0, 1]));
  const name = writer.node('Conv', [input.name, weights, ...biasOf(writer, bias)], { ...attributes, group: channels });
  return tensor(name, [...size, filters]);
}

function windowOf(layer: KerasLayer, input: Tensor, kernel: [number, number]) {
  const strides = pairOf(layer, 'strides', { fallback: [1, 1] });
  const dilations = pairOf(layer, 'dilation_rate', { fallback: [1, 1] });
  const { size, pads } = padWindow(layer, input.shape, { kernel, strides, dilations });
  return { size, attributes: { kernel_shape: kernel, strides, dilations, pads } };
}

const kernelOf = (writer: GraphWriter, kernel: StoredArray): string => {
  const [kh = 1, kw = 1, from = 1, to = 1] = kernel.shape;
  return writer.floats([to, from, kh, kw], transposed(kernel, [3, 2, 0, 1]));
};

const biasOf = (writer: GraphWriter, bias: StoredArray | undefined): string[] =>
  bias ? [writer.floats(bias.shape, bias.data)] : [];

function weightsWithBias(call: BuildCall, names: readonly string[]): [StoredArray, ...(StoredArray | undefined)[]] {
  const hasBias = flagOf(call.layer, 'use_bias', true);
  const weights = call.weights(hasBias ? [...names, 'bias'] : names);
  return weights as [StoredArray, ...StoredArray[]];
}

const finish = (call: BuildCall, result: Tensor): Tensor =>
  activate(call.writer, result, { name: activationName(call.layer), layer: call.layer, version: call.version });

function channelsOf({ layer, input }: Pick<BuildCall, 'layer' | 'input'>): number {
  return isPicture(input)
    ? (input.shape[2] as number)
    : refuse(layer, `is given the shape [${input.shape.join(', ')}], not a picture`);
}

function assertShape(layer: KerasLayer, { shape }: StoredArray, expected: readonly number[]): void {
  const isExpected = shape.length === expected.length && expected.every((dimension, n) => dimension === shape[n]);
  if (!isExpected) refuse(layer, `has weights [${shape.join(', ')}], not [${expected.join(', ')}]`);
}

/** The axes in another order, of at most four. */
function transposed({ data, shape }: StoredArray, order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, dimension) => product * dimension, 1));
  const missing = 4 - order.length;
  const [a, b, c, d] = [...Array<number>(missing).fill(1), ...order.map((axis) => shape[axis] as number)] as Four;
  const [sa, sb, sc, sd] = [...Array<number>(missing).fill(0), ...order.map((axis) => strides[axis] as number)] as Four;
  const result = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < a; i += 1)
    for (let j = 0; j < b; j += 1)
      for (let k = 0; k < c; k += 1)
        for (let l = 0; l < d; l += 1) result[to++] = data[i * sa + j * sb + k * sc + l * sd] as number;
  return result;
}

type Four = [number, number, number, number];
