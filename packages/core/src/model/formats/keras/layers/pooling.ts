/** @file Pooling over windows and over the whole picture. Average pooling does not count what `same` pads, as in TensorFlow. */
import { type GraphWriter, type Tensor, tensor } from '../graph-writer.ts';
import type { BuildCall, BuildLayer } from '../layer-call.types.ts';
import { flagOf, pairOf, refuse } from '../layer-settings.ts';
import { padWindow } from './same-padding.ts';

const overWindows =
  (op: 'MaxPool' | 'AveragePool'): BuildLayer =>
  ({ layer, input, writer }) => {
    const kernel = pairOf(layer, 'pool_size', { fallback: [2, 2] });
    const strides = pairOf(layer, 'strides', { fallback: kernel });
    const [, , channels] = pictureOf({ layer, input });
    const { size, pads } = padWindow(layer, input.shape, { kernel, strides });
    return tensor(writer.node(op, [unfusable(writer, input)], { kernel_shape: kernel, strides, pads }), [
      ...size,
      channels,
    ]);
  };

const overAll =
  (op: 'GlobalMaxPool' | 'GlobalAveragePool'): BuildLayer =>
  ({ layer, input, writer }) => {
    const [, , channels] = pictureOf({ layer, input });
    const pooled = writer.node(op, [input.name]);
    if (flagOf(layer, 'keepdims', false)) return tensor(pooled, [1, 1, channels]);
    return tensor(writer.node('Reshape', [pooled, writer.integers([0, channels])]), [channels]);
  };

export const maxPooling2d = overWindows('MaxPool');
export const averagePooling2d = overWindows('AveragePool');
export const globalMaxPooling2d = overAll('GlobalMaxPool');
export const globalAveragePooling2d = overAll('GlobalAveragePool');

/** The smallest normal float32. */
const almostZero = 2 ** -126;

/**
 * ONNX Runtime (1.30) fuses zeros around a picture into the pooling behind them, which then does not see them: a maximum of negative
 * numbers comes out wrong. It leaves alone what is not quite zero.
 */
function unfusable(writer: GraphWriter, { name, padding }: Tensor): string {
  if (!padding) return name;
  return writer.node('Pad', [padding.from.name, writer.integers(padding.pads), writer.floats([], [almostZero])]);
}

function pictureOf({ layer, input }: Pick<BuildCall, 'layer'> & { input: Tensor }): [number, number, number] {
  const { shape } = input;
  return shape.length === 3
    ? (shape as unknown as [number, number, number])
    : refuse(layer, `is given the shape [${shape.join(', ')}], not a picture`);
}
