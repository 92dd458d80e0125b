/** @file Normalization by what was seen in training, by the values themselves, and by constants. */
import { type GraphWriter, isPicture, settle, type Tensor, tensor } from '../graph-writer.ts';
import type { KerasLayer } from '../keras-model.types.ts';
import type { BuildCall, BuildLayer } from '../layer-call.types.ts';
import { flagOf, numberOf, numbersOf, refuse } from '../layer-settings.ts';

export const batchNormalization: BuildLayer = (call) => {
  const { layer, writer } = call;
  const input = settle(writer, call.input);
  assertLastAxis(layer, input);
  const channels = input.shape.at(-1) as number;
  const { scale, offset, rest } = affineOf(call, channels, ['moving_mean', 'moving_variance']);
  const parameters = [scale, offset, ...rest].map((values) =>
    writer.floats([channels], sized(layer, values, channels)),
  );
  const epsilon = { float: numberOf(layer, 'epsilon', 1e-3) };
  return tensor(writer.node('BatchNormalization', [input.name, ...parameters], { epsilon }), input.shape);
};

export const layerNormalization: BuildLayer = (call) => {
  const { layer, writer } = call;
  const input = settle(writer, call.input);
  assertLastAxis(layer, input);
  const channels = input.shape.at(-1) as number;
  const { scale, offset } = affineOf(call, channels, []);
  const last = isPicture(input) ? writer.node('Transpose', [input.name], { perm: [0, 2, 3, 1] }) : input.name;
  const parameters = [scale, offset].map((values) => writer.floats([channels], sized(layer, values, channels)));
  const attributes = { axis: -1, epsilon: { float: numberOf(layer, 'epsilon', 1e-3) } };
  const normalized = writer.node('LayerNormalization', [last, ...parameters], attributes);
  const name = isPicture(input) ? writer.node('Transpose', [normalized], { perm: [0, 3, 1, 2] }) : normalized;
  return tensor(name, input.shape);
};

/** x scale + offset; each a number or one per channel. */
export const rescaling: BuildLayer = ({ layer, input, writer }) => {
  const scaled = writer.node('Mul', [input.name, perChannel(writer, layer, input, numbersOf(layer, 'scale'))]);
  const offset = 'offset' in layer.config ? numbersOf(layer, 'offset') : [0];
  const name = offset.every((value) => value === 0)
    ? scaled
    : writer.node('Add', [scaled, perChannel(writer, layer, input, offset)]);
  return { ...input, name };
};

const leastDeviation = 1e-7;

/** (x - mean) / max(√variance, 1e-7), or back. */
export const normalization: BuildLayer = (call) => {
  const { layer, input, writer } = call;
  assertLastAxis(layer, input);
  const isStated = (layer.config.mean ?? null) !== null;
  const [mean, variance] = isStated
    ? [numbersOf(layer, 'mean'), numbersOf(layer, 'variance')]
    : call
        .weights(['mean', 'variance', 'count'])
        .slice(0, 2)
        .map(({ data }) => [...data]);
  const deviation = (variance ?? []).map((value) => Math.max(Math.sqrt(value), leastDeviation));
  const [center, spread] = [mean ?? [], deviation].map((values) => perChannel(writer, layer, input, values)) as [
    string,
    string,
  ];
  const name = flagOf(layer, 'invert', false)
    ? writer.node('Add', [writer.node('Mul', [input.name, spread]), center])
    : writer.node('Div', [writer.node('Sub', [input.name, center]), spread]);
  return { ...input, name };
};

/** A constant that meets the channels of a picture, or the elements of a vector. */
export function perChannel(writer: GraphWriter, layer: KerasLayer, input: Tensor, values: readonly number[]): string {
  if (values.length === 1) return writer.floats([], values);
  const channels = input.shape.at(-1) as number;
  return writer.floats(isPicture(input) ? [channels, 1, 1] : [channels], sized(layer, values, channels));
}

/** Scale and offset, where the layer has them, and what else it keeps. */
function affineOf({ layer, weights }: BuildCall, channels: number, others: readonly string[]) {
  const hasScale = flagOf(layer, 'scale', true);
  const hasOffset = flagOf(layer, 'center', true);
  const names = [...(hasScale ? ['gamma'] : []), ...(hasOffset ? ['beta'] : []), ...others];
  const found = new Map(weights(names).map(({ data }, n) => [names[n], data]));
  return {
    scale: found.get('gamma') ?? new Float32Array(channels).fill(1),
    offset: found.get('beta') ?? new Float32Array(channels),
    rest: others.map((name) => found.get(name) as Float32Array),
  };
}

/** No axis at all means one mean and one variance for everything. */
function assertLastAxis(layer: KerasLayer, { shape }: Tensor): void {
  if (Array.isArray(layer.config.axis) && layer.config.axis.length === 0) return;
  const axis = numberOf(layer, 'axis', -1);
  if (axis !== -1 && axis !== shape.length) refuse(layer, `works along the axis ${axis}, not the channels`);
}

function sized<T extends ArrayLike<number>>(layer: KerasLayer, values: T, expected: number): T {
  return values.length === expected ? values : refuse(layer, `has ${values.length} values for ${expected} channels`);
}
