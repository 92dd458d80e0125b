/** @file Keras' activations as ONNX nodes, elementwise but for softmax. */
import { type GraphWriter, isPicture, settle, type Tensor, tensor } from './graph-writer.ts';
import type { KerasLayer } from './keras-model.types.ts';
import { refuse } from './layer-settings.ts';

/** From and to the name of a tensor. */
type Elementwise = (writer: GraphWriter, x: string, version: KerasVersion) => string;

/** Some activations changed their meaning with Keras 3. */
export interface KerasVersion {
  major: number;
}

const constant = (writer: GraphWriter, value: number): string => writer.floats([], [value]);

const unary =
  (op: string, attributes: Parameters<GraphWriter['node']>[2] = {}): Elementwise =>
  (writer, x) =>
    writer.node(op, [x], attributes);

const sigmoid = unary('Sigmoid');
const silu: Elementwise = (writer, x) => writer.node('Mul', [x, sigmoid(writer, x, { major: 3 })]);
const hardSigmoid: Elementwise = (writer, x, { major }) =>
  writer.node('HardSigmoid', [x], { alpha: { float: major >= 3 ? 1 / 6 : 0.2 }, beta: { float: 0.5 } });
const hardSilu: Elementwise = (writer, x) => writer.node('Mul', [x, hardSigmoid(writer, x, { major: 3 })]);

/** x Φ(x) */
const gelu: Elementwise = (writer, x) => {
  const half = writer.node('Mul', [x, constant(writer, 0.5)]);
  const erf = writer.node('Erf', [writer.node('Mul', [x, constant(writer, Math.SQRT1_2)])]);
  return writer.node('Mul', [half, writer.node('Add', [erf, constant(writer, 1)])]);
};

const mish: Elementwise = (writer, x) => writer.node('Mul', [x, writer.node('Tanh', [writer.node('Softplus', [x])])]);

/** ReLU as Keras writes it: `slope` below `threshold`, cut at `most`. */
export function rectify(
  writer: GraphWriter,
  x: string,
  { slope = 0, threshold = 0, most = Number.POSITIVE_INFINITY }: { slope?: number; threshold?: number; most?: number },
): string {
  if (threshold !== 0) return rectifyAbove(writer, x, { slope, threshold, most });
  const bent = slope === 0 ? undefined : writer.node('LeakyRelu', [x], { alpha: { float: slope } });
  if (most === Number.POSITIVE_INFINITY) return bent ?? writer.node('Relu', [x]);
  return bent
    ? writer.node('Min', [bent, constant(writer, most)])
    : writer.node('Clip', [x, constant(writer, 0), constant(writer, most)]);
}

/** slope (x - threshold) below the threshold, x from it on. */
function rectifyAbove(
  writer: GraphWriter,
  x: string,
  { slope, threshold, most }: { slope: number; threshold: number; most: number },
): string {
  const edge = constant(writer, threshold);
  const below = writer.node('Mul', [writer.node('Sub', [x, edge]), constant(writer, slope)]);
  const above = most === Number.POSITIVE_INFINITY ? x : writer.node('Min', [x, constant(writer, most)]);
  return writer.node('Where', [writer.node('Less', [x, edge]), below, above]);
}

const elementwise: Readonly<Record<string, Elementwise>> = {
  linear: (_, x) => x,
  relu: unary('Relu'),
  relu6: (writer, x) => rectify(writer, x, { most: 6 }),
  leaky_relu: (writer, x) => rectify(writer, x, { slope: 0.2 }),
  elu: unary('Elu'),
  selu: unary('Selu'),
  softplus: unary('Softplus'),
  softsign: unary('Softsign'),
  tanh: unary('Tanh'),
  sigmoid,
  hard_sigmoid: hardSigmoid,
  exponential: unary('Exp'),
  swish: silu,
  silu,
  hard_swish: hardSilu,
  hard_silu: hardSilu,
  gelu,
  mish,
};

/** Keras 3 writes some functions as records; all that matters is the name. */
export function activationName(layer: KerasLayer, key = 'activation'): string {
  const value = layer.config[key] ?? 'linear';
  if (typeof value === 'string') return value;
  const { config } = value as { config?: unknown };
  return typeof config === 'string'
    ? config
    : refuse(layer, `has an ${key} that is not known: ${JSON.stringify(value)}`);
}

export function activate(
  writer: GraphWriter,
  given: Tensor,
  { name, layer, version }: { name: string; layer: KerasLayer; version: KerasVersion },
): Tensor {
  if (name === 'softmax') return softmax(writer, given);
  const apply = Object.hasOwn(elementwise, name) ? elementwise[name] : undefined;
  if (!apply) return refuse(layer, `has the activation "${name}", which is not known`);
  const { squashed: _, ...kept } = given;
  const activated = { ...kept, name: apply(writer, given.name, version) };
  return name === 'sigmoid'
    ? { ...activated, squashed: { by: 'sigmoid', from: given } }
    : name === 'linear'
      ? given
      : activated;
}

/** Over the last dimension: a picture's channels. */
export function softmax(writer: GraphWriter, given: Tensor): Tensor {
  const settled = settle(writer, given);
  const axis = isPicture(settled) ? 1 : settled.shape.length;
  return tensor(writer.node('Softmax', [settled.name], { axis }), settled.shape, {
    squashed: { by: 'softmax', from: settled },
  });
}
