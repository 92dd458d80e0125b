/** @file Layers that move, cut, pad and join, and compute nothing. */
import { type GraphWriter, isPicture, reshape, settle, type Tensor, tensor } from '../graph-writer.ts';
import type { BuildLayer } from '../layer-call.types.ts';
import { numberOf, numbersOf, pairOf, refuse, sidesOf, textOf } from '../layer-settings.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dimension) => product * dimension, 1);

export const flatten: BuildLayer = ({ input, writer }) => reshape(writer, input, [sizeOf(input.shape)]);

/** One dimension may be -1: what is left. */
export const reshapeLayer: BuildLayer = ({ layer, input, writer }) => {
  const target = numbersOf(layer, 'target_shape');
  const known = sizeOf(target.filter((dimension) => dimension !== -1));
  const shape = target.map((dimension) => (dimension === -1 ? sizeOf(input.shape) / known : dimension));
  if (sizeOf(shape) !== sizeOf(input.shape))
    return refuse(layer, `makes [${target.join(', ')}] of [${input.shape.join(', ')}]`);
  return reshape(writer, input, shape);
};

export const zeroPadding2d: BuildLayer = ({ layer, input, writer }) => {
  const { top, bottom, left, right } = sidesOf(layer, 'padding');
  const [height, width, channels] = pictureShape(layer, input);
  const pads = [0, 0, top, left, 0, 0, bottom, right];
  const padded = writer.node('Pad', [input.name, writer.integers(pads)]);
  return tensor(padded, [height + top + bottom, width + left + right, channels], { padding: { from: input, pads } });
};

export const cropping2d: BuildLayer = ({ layer, input, writer }) => {
  const { top, bottom, left, right } = sidesOf(layer, 'cropping');
  const [height, width] = pictureShape(layer, input);
  if (height - top - bottom < 1 || width - left - right < 1) return refuse(layer, 'leaves nothing of its picture');
  return cut(writer, input, { top, left, height: height - top - bottom, width: width - left - right });
};

export const centerCrop: BuildLayer = ({ layer, input, writer }) => {
  const [height, width] = pictureShape(layer, input);
  const [wantedHeight, wantedWidth] = [numberOf(layer, 'height', 0), numberOf(layer, 'width', 0)];
  if (wantedHeight > height || wantedWidth > width) return refuse(layer, 'wants more than its picture has');
  const [top, left] = [Math.floor((height - wantedHeight) / 2), Math.floor((width - wantedWidth) / 2)];
  return cut(writer, input, { top, left, height: wantedHeight, width: wantedWidth });
};

export const upSampling2d: BuildLayer = ({ layer, input, writer }) => {
  const [vertical, horizontal] = pairOf(layer, 'size', { fallback: [2, 2] });
  const [height, width, channels] = pictureShape(layer, input);
  const mode = textOf(layer, 'interpolation', 'nearest');
  if (mode !== 'nearest' && mode !== 'bilinear') return refuse(layer, `interpolates "${mode}", which is not known`);
  const attributes =
    mode === 'nearest'
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  const scales = writer.floats([4], [1, 1, vertical, horizontal]);
  return tensor(writer.node('Resize', [input.name, '', scales], attributes), [
    height * vertical,
    width * horizontal,
    channels,
  ]);
};

/** Keras counts the batch as axis 0. */
export const concatenate: BuildLayer = ({ layer, inputs, writer }) => {
  const settled = inputs.map((input) => settle(writer, input));
  const [first] = settled as [Tensor];
  const rank = first.shape.length;
  const stated = numberOf(layer, 'axis', -1);
  const axis = stated < 0 ? rank + stated : stated - 1;
  const fits = (shape: readonly number[]): boolean =>
    shape.length === rank && shape.every((dimension, n) => n === axis || dimension === first.shape[n]);
  if (axis < 0 || axis >= rank || !settled.every(({ shape }) => fits(shape)))
    return refuse(layer, `cannot join ${settled.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ')}`);
  const shape = first.shape.map((dimension, n) =>
    n === axis ? settled.reduce((sum, input) => sum + (input.shape[n] as number), 0) : dimension,
  );
  const names = settled.map(({ name }) => name);
  return tensor(
    writer.node('Concat', names, { axis: isPicture(first) ? ([2, 3, 1][axis] as number) : axis + 1 }),
    shape,
  );
};

interface Cut {
  top: number;
  left: number;
  height: number;
  width: number;
}

function cut(writer: GraphWriter, input: Tensor, { top, left, height, width }: Cut): Tensor {
  const ends = [
    [top, left],
    [top + height, left + width],
    [2, 3],
  ].map((values) => writer.integers(values));
  return tensor(writer.node('Slice', [input.name, ...ends]), [height, width, input.shape[2] as number]);
}

function pictureShape(layer: Parameters<typeof refuse>[0], input: Tensor): [number, number, number] {
  return isPicture(input)
    ? (input.shape as unknown as [number, number, number])
    : refuse(layer, `is given the shape [${input.shape.join(', ')}], not a picture`);
}
