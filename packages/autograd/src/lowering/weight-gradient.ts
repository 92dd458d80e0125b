/** @file The gradient of a convolution's weight: as a product of rows, as a convolution with the roles turned, or depthwise. */
import type { Node, Value } from '../graph/value.ts';
import { fillsBlocks, isDepthwise, writeConvolution } from './convolutions.ts';
import { type Forms, roundUp, type Size4 } from './forms.ts';

type WeightGradient = Node<'convWeightGradient'>;

const shapeOf = (value: Value | undefined): Size4 => (value as Value).shape as unknown as Size4;

export function writeWeightGradient(forms: Forms, node: WeightGradient): boolean {
  const { weightShape, groups, strides, pads } = node.attributes;
  const [filters, perGroup, height, width] = weightShape as unknown as Size4;
  if (groups > 1)
    return (
      isDepthwise([filters, perGroup, height, width], groups) &&
      fillsBlocks(filters, forms.block) &&
      depthwise(forms, node)
    );
  if (!fillsBlocks(filters, forms.block)) return false;
  const isPointwise = height * width === 1 && pads.every((size) => size === 0) && fillsBlocks(perGroup, forms.block);
  return isPointwise ? asProduct(forms, node, strides) : asConvolution(forms, node);
}

/** Blocked or plain [N, C, H, W] -> [N, H, W, C]. */
export function writeRows(forms: Forms, value: Value): string {
  const [, channels] = shapeOf(value);
  return forms.once('rows', [value], () =>
    forms.pen.blocked('ReorderOutput', [forms.blocked(value)], { channels, channels_last: 1 }),
  );
}

/** 1x1: dw = gᵀ x over all pixels of all pictures. */
function asProduct(
  forms: Forms,
  { inputs, outputs, attributes }: WeightGradient,
  strides: readonly [number, number],
): boolean {
  const { pen } = forms;
  const [x, g] = inputs as [Value, Value];
  const [batch, filters, rows, columns] = shapeOf(g);
  const [, channels, height, width] = shapeOf(x);
  const pixels = batch * rows * columns;
  const all = writeRows(forms, x);
  const isDense = height === rows && width === columns;
  const reached = isDense
    ? all
    : pen.call('Slice', [all, ...[[0, 0], [height, width], [1, 2], strides].map((list) => pen.writer.integers(list))]);
  const product = pen.call(
    'Gemm',
    [pen.reshape(writeRows(forms, g), [pixels, filters]), pen.reshape(reached, [pixels, channels])],
    { transA: 1 },
  );
  pen.writer.node(
    'Reshape',
    [product, pen.writer.integers(attributes.weightShape)],
    [forms.plain(outputs[0] as Value)],
  );
  return true;
}

/**
 * dw[c, k] = Σ over n and i of x[n, c, s i + k - p] g[n, c, i]: a depthwise convolution whose "channels" are the channels of all pictures and
 * whose weight is g. Blocked memory has that order already, so that nothing is moved; what remains is a sum over the pictures.
 */
function depthwise(forms: Forms, { inputs, outputs, attributes }: WeightGradient): boolean {
  const { pen, block } = forms;
  const [x, g] = inputs as [Value, Value];
  const { strides, dilations, pads, weightShape } = attributes;
  const [filters, , kernelHeight, kernelWidth] = weightShape as unknown as Size4;
  const [batch, , height, width] = shapeOf(x);
  const [, , rows, columns] = shapeOf(g);
  const channels = roundUp(filters, block);
  const fit = (axis: 0 | 1): number =>
    ((axis === 0 ? rows : columns) - 1) * strides[axis] +
    dilations[axis] * ((axis === 0 ? kernelHeight : kernelWidth) - 1) +
    1 -
    (axis === 0 ? height : width) -
    pads[axis];
  const [bottom, right] = [fit(0), fit(1)];
  // Where the windows do not reach the end, the plain form cuts.
  if (bottom < 0 || right < 0) return false;
  const all = batch * channels;
  const each = writeConvolution(forms, {
    x: pen.reshape(forms.blocked(x), [1, all, height, width]),
    weight: pen.reshape(forms.blocked(g), [all, 1, rows, columns]),
    kernel: [rows, columns],
    attributes: { strides: dilations, dilations: strides, pads: [pads[0], pads[1], bottom, right], groups: all },
  });
  const taps = kernelHeight * kernelWidth;
  const summed = pen.call(
    'ReduceSum',
    [pen.reshape(each, [batch, channels / block, taps, block]), pen.writer.integers([0])],
    {
      keepdims: 0,
    },
  );
  const turned = pen.reshape(pen.transpose(summed, [0, 2, 1]), [channels, 1, kernelHeight, kernelWidth]);
  const kept = channels === filters ? turned : pen.slice(turned, { axes: [0], starts: [0], ends: [filters] });
  pen.writer.node('Reshape', [kept, pen.writer.integers(weightShape)], [forms.plain(outputs[0] as Value)]);
  return true;
}

/**
 * How pictures become the channels of the turned convolution: `pictures` after zeros are added, each cut into `bands` of `rows` rows of g, so
 * that pictures times bands is a multiple of the block.
 */
export interface Bands {
  readonly pictures: number;
  readonly bands: number;
  readonly rows: number;
}

/** Whole blocks of pictures, or where there are fewer pictures than a block, their next power of two cut into bands. */
export function chooseBands(batch: number, rows: number, block: number): Bands {
  if (batch >= block) return { pictures: roundUp(batch, block), bands: 1, rows };
  const pictures = 2 ** Math.ceil(Math.log2(batch));
  const bands = block / pictures;
  return { pictures, bands, rows: Math.ceil(rows / bands) };
}

/**
 * dw[o, c, k] = Σ over n and i of g[n, o, i] x[n, c, s i + d k - p]: a convolution of x with the weight g, in which channels are pictures,
 * pictures are channels, and strides and dilations change places. Its result has the size of the kernel, so that MLAS keeps all of it
 * in registers: as fast as the forward convolution, and faster by half than the k² products of shifted copies.
 */
function asConvolution(forms: Forms, { inputs, outputs, attributes }: WeightGradient): boolean {
  const { pen } = forms;
  const [x, g] = inputs as [Value, Value];
  const { strides, dilations, weightShape } = attributes;
  const [filters, channels, kernelHeight, kernelWidth] = weightShape as unknown as Size4;
  const [batch, , rows, columns] = shapeOf(g);
  const cut = chooseBands(batch, rows, forms.block);
  const result = writeConvolution(forms, {
    x: turnPictures(forms, x, attributes, [cut, columns]),
    weight: turnGradient(forms, g, cut),
    kernel: [cut.rows, columns],
    attributes: { strides: dilations, dilations: strides, pads: [0, 0, 0, 0], groups: 1 },
  });
  const last = pen.blocked('ReorderOutput', [result], { channels: filters, channels_last: 1 });
  const matrix = pen.reshape(last, [channels * kernelHeight * kernelWidth, filters]);
  pen.writer.node(
    'Reshape',
    [pen.transpose(matrix, [1, 0]), pen.writer.integers(weightShape)],
    [forms.plain(outputs[0] as Value)],
  );
  return true;
}

/** [N, C, H, W] -> blocked with pictures (bands, N) as channels: (C, P/b, rows, columns, b), padded to what the windows read. */
function turnPictures(
  forms: Forms,
  x: Value,
  { strides, dilations, pads, weightShape }: WeightGradient['attributes'],
  [{ pictures, bands, rows }, columns]: readonly [Bands, number],
): string {
  const { pen, block } = forms;
  const [batch, channels, height, width] = shapeOf(x);
  const [, , kernelHeight, kernelWidth] = weightShape as unknown as Size4;
  const high = (rows - 1) * strides[0] + dilations[0] * (kernelHeight - 1) + 1;
  const wide = (columns - 1) * strides[1] + dilations[1] * (kernelWidth - 1) + 1;
  const key = `turned ${[pictures, bands, rows, high, wide, ...pads, strides[0]].join()}`;
  return forms.once(key, [x], () => {
    const plain = forms.plain(x);
    const parts = Array.from({ length: bands }, (_, band) => {
      const first = band * rows * strides[0] - pads[0];
      // Negative where rows are cut off. A band below the picture, which meets only zeros of g, still cuts no more than there is.
      const top = Math.max(-first, -(height - 1));
      return pen.pad(plain, [0, 0, top, pads[1]], [pictures - batch, 0, high - height - top, wide - width - pads[1]]);
    });
    const all = pictures * bands;
    const joined = pen.reshape(pen.concat(parts, 0), [all / block, block, channels * high, wide]);
    const blocks = pen.blocked('ReorderInput', [joined]);
    const inner = high * wide * block;
    const ordered =
      all === block ? blocks : pen.transpose(pen.reshape(blocks, [all / block, channels, inner]), [1, 0, 2]);
    return pen.reshape(ordered, [channels, all, high, wide]);
  });
}

/** g [N, O, OH, OW] -> a blocked weight with pictures (bands, N) as channels: (O/b, P/b, rows, columns, b of P, b of O). */
function turnGradient(forms: Forms, g: Value, { pictures, bands, rows }: Bands): string {
  const { pen, block } = forms;
  const [batch, filters, height, columns] = shapeOf(g);
  const rounded = roundUp(filters, block);
  return forms.once(`turned gradient ${pictures} ${bands} ${rows}`, [g], () => {
    const missing = bands * rows - height;
    const lines = pen.reshape(forms.blocked(g), [batch, rounded / block, height, columns * block]);
    const whole = pen.pad(lines, [0, 0, 0, 0], [pictures - batch, 0, missing, 0]);
    const [shape, order] =
      bands === 1
        ? [
            [pictures / block, block, rounded / block, rows * columns, block],
            [2, 0, 3, 1, 4],
          ]
        : [
            [pictures, rounded / block, bands, rows * columns, block],
            [1, 3, 2, 0, 4],
          ];
    return pen.reshape(pen.transpose(pen.reshape(whole, shape), order), [rounded, pictures * bands, rows, columns]);
  });
}
