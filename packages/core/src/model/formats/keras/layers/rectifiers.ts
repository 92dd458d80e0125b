/** @file Activations that are layers of their own, with numbers of their own. */
import { activate, activationName, rectify, softmax } from '../activations.ts';
import { isPicture, settle, type Tensor, tensor } from '../graph-writer.ts';
import type { BuildLayer } from '../layer-call.types.ts';
import { numberOf, refuse } from '../layer-settings.ts';

/** No longer what a softmax was taken of. */
const replace = ({ shape, flattened }: Tensor, name: string): Tensor =>
  tensor(name, shape, flattened ? { flattened } : {});

export const activation: BuildLayer = ({ layer, input, writer, version }) =>
  activate(writer, input, { name: activationName(layer), layer, version });

/** An operation of TensorFlow or Keras that is an activation. */
export const named =
  (name: string): BuildLayer =>
  ({ layer, input, writer, version }) =>
    activate(writer, input, { name, layer, version });

export const relu: BuildLayer = ({ layer, input, writer }) => {
  const most = (layer.config.max_value ?? null) === null ? {} : { most: numberOf(layer, 'max_value', 0) };
  const slope = numberOf(layer, 'negative_slope', 0);
  const threshold = numberOf(layer, 'threshold', 0);
  return replace(input, rectify(writer, input.name, { ...most, slope, threshold }));
};

/** `alpha` until Keras 2, `negative_slope` since; 0.3 either way. */
export const leakyRelu: BuildLayer = ({ layer, input, writer }) => {
  const key = 'negative_slope' in layer.config ? 'negative_slope' : 'alpha';
  return replace(input, rectify(writer, input.name, { slope: numberOf(layer, key, 0.3) }));
};

export const elu: BuildLayer = ({ layer, input, writer }) =>
  replace(input, writer.node('Elu', [input.name], { alpha: { float: numberOf(layer, 'alpha', 1) } }));

/** A slope for each element, or for each channel where the others share it. */
export const prelu: BuildLayer = ({ layer, input, writer, weights }) => {
  const settled = settle(writer, input);
  const [{ data, shape } = { data: new Float32Array(), shape: [] }] = weights(['alpha']);
  const [height = 1, width = 1, channels = 1] = shape;
  const fits =
    shape.length === settled.shape.length && shape.every((size, n) => size === 1 || size === settled.shape[n]);
  if (!fits) return refuse(layer, `has slopes [${shape.join(', ')}] for [${settled.shape.join(', ')}]`);
  const slopes = isPicture(settled)
    ? writer.floats([channels, height, width], channelsFirst(data, { places: height * width, channels }))
    : writer.floats(shape, data);
  return replace(settled, writer.node('PRelu', [settled.name, slopes]));
};

function channelsFirst(data: Float32Array, { places, channels }: { places: number; channels: number }): Float32Array {
  return data.map((_, n) => data[(n % places) * channels + Math.floor(n / places)] as number);
}

export const softmaxLayer: BuildLayer = ({ layer, input, writer }) => {
  const axis = numberOf(layer, 'axis', -1);
  if (axis !== -1 && axis !== input.shape.length) return refuse(layer, `works along the axis ${axis}, not the last`);
  return softmax(writer, input);
};
