/** @file Import of normalizations and softmax. */
import { ops } from '../../../graph/ops.ts';
import { ShapeError, sizeOf } from '../../../graph/shape.ts';
import { scalar, type Value } from '../../../graph/value.ts';
import type { ImportRules, NodeReader, Role } from '../node-reader.ts';
import { Unsupported } from '../unsupported.ts';

/** 1 / sqrt(x + ε) */
const inverseRoot = (x: Value, epsilon: number): Value => ops.div(scalar(1), ops.sqrt(ops.add(x, scalar(epsilon))));

/** [C] -> [C, 1, ...], for [N, C, ...]. */
const upright = (perChannel: Value, x: Value): Value =>
  ops.reshape(perChannel, [x.shape[1] as number, ...x.shape.slice(2).map(() => 1)]);

/** Stored statistics, or those of the batch, which the running ones then follow by the momentum that the file names. */
function batchNormalization(node: NodeReader): Value {
  if (node.integer('training_mode', 0) !== 0) throw new Unsupported('it is written for training');
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((input) => node.value(input)) as Five;
  const epsilon = node.float('epsilon', 1e-5);
  if (!node.context.isBatchNormLive) return frozenBatchNorm(node, [x, scale, bias, mean, variance], epsilon);
  const batch = ops.batchNorm(x, scale, bias, { epsilon });
  const momentum = node.float('momentum', 0.9);
  const follow = (input: number, running: Value, now: Value, factor: number): void =>
    node.context.follow(
      input,
      ops.add(ops.mul(running, scalar(momentum)), ops.mul(now, scalar((1 - momentum) * factor))),
    );
  const count = sizeOf(x.shape) / (x.shape[1] as number);
  follow(3, mean, batch.mean, 1);
  follow(4, variance, batch.variance, count / Math.max(1, count - 1));
  return batch.y;
}

type Five = [Value, Value, Value, Value, Value];

/** y = x f + (bias - mean f) with f = scale / sqrt(variance + ε), which a convolution before it takes into its own weight and bias. */
function frozenBatchNorm(node: NodeReader, [x, scale, bias, mean, variance]: Five, epsilon: number): Value {
  const factor = ops.mul(scale, inverseRoot(variance, epsilon));
  const shift = ops.sub(bias, ops.mul(mean, factor));
  const conv = x.origin.kind === 'node' && x.origin.node.operator === 'conv' ? x.origin.node : undefined;
  if (!conv || !node.context.isOnlyReader) return ops.add(ops.mul(x, upright(factor, x)), upright(shift, x));
  const [picture, weight, before] = conv.inputs as [Value, Value, Value | undefined];
  const scaledWeight = ops.mul(weight, ops.reshape(factor, [weight.shape[0] as number, 1, 1, 1]));
  return ops.conv(picture, scaledWeight, {
    ...(conv.attributes as Parameters<typeof ops.conv>[2]),
    bias: before ? ops.add(ops.mul(before, factor), shift) : shift,
  });
}

/** Over the axes from `axis` on, seen as one. */
function layerNormalization(node: NodeReader): Value {
  const [x, scale, bias] = [node.value(0), node.value(1), node.inputs[2]];
  const axis = axisOf(node, x, -1);
  const width = sizeOf(x.shape.slice(axis));
  const flat = ops.reshape(x, [...x.shape.slice(0, axis), width]);
  const zeros = bias ?? ops.mul(scale, scalar(0));
  const { y } = ops.layerNorm(flat, ops.reshape(scale, [width]), ops.reshape(zeros, [width]), {
    epsilon: node.float('epsilon', 1e-5),
  });
  return ops.reshape(y, x.shape);
}

/** x / sqrt(mean(x²) + ε) scale */
function rmsNormalization(node: NodeReader): Value {
  const [x, scale] = [node.value(0), node.value(1)];
  const axes = x.shape.map((_, axis) => axis).slice(axisOf(node, x, -1));
  const meanSquare = ops.reduceMean(ops.mul(x, x), { axes, keepDims: true });
  return ops.mul(ops.mul(x, inverseRoot(meanSquare, node.float('epsilon', 1e-5))), scale);
}

/** (x - mean) / sqrt(variance + ε) over these axes. */
function standardize(x: Value, axes: readonly number[], epsilon: number): Value {
  const centered = ops.sub(x, ops.reduceMean(x, { axes, keepDims: true }));
  const variance = ops.reduceMean(ops.mul(centered, centered), { axes, keepDims: true });
  return ops.mul(centered, inverseRoot(variance, epsilon));
}

function instanceNormalization(node: NodeReader): Value {
  const [x, scale, bias] = [node.value(0), node.value(1), node.value(2)];
  const axes = x.shape.map((_, axis) => axis).slice(2);
  const normalized = standardize(x, axes, node.float('epsilon', 1e-5));
  return ops.add(ops.mul(normalized, upright(scale, x)), upright(bias, x));
}

/** Channels in groups; scale and bias are per channel since opset 21, per group before. */
function groupNormalization(node: NodeReader): Value {
  const [x, scale, bias] = [node.value(0), node.value(1), node.value(2)];
  const [batch, channels, ...rest] = x.shape as [number, number, ...number[]];
  const groups = node.integer('num_groups', 1);
  if (groups < 1 || channels % groups !== 0) throw new ShapeError(`${channels} channels in ${groups} groups`);
  const grouped = ops.reshape(x, [batch, groups, channels / groups, ...rest]);
  const axes = grouped.shape.map((_, axis) => axis).slice(2);
  const normalized = standardize(grouped, axes, node.float('epsilon', 1e-5));
  const perGroup = (value: Value): Value =>
    value.shape[0] === channels
      ? ops.reshape(value, [groups, channels / groups, ...rest.map(() => 1)])
      : ops.reshape(value, [groups, 1, ...rest.map(() => 1)]);
  return ops.reshape(ops.add(ops.mul(normalized, perGroup(scale)), perGroup(bias)), x.shape);
}

function axisOf(node: NodeReader, x: Value, otherwise: number): number {
  const axis = node.integer('axis', otherwise);
  return axis < 0 ? axis + x.shape.length : axis;
}

/** Before opset 13 all axes from `axis` on, default the second, were one. */
function softmaxOf(node: NodeReader, build: (x: Value, axis: number) => Value): Value {
  const x = node.value(0);
  if (node.opset >= 13) return build(x, axisOf(node, x, -1));
  const axis = axisOf(node, x, 1);
  return ops.reshape(build(ops.reshape(x, [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))]), axis), x.shape);
}

const scaleAndBias = (input: number): Role | undefined => (input === 1 || input === 2 ? 'bias' : undefined);

export const normalizationRules: ImportRules = {
  BatchNormalization: {
    build: batchNormalization,
    roles: (input) => (input >= 3 ? 'statistic' : scaleAndBias(input)),
  },
  LayerNormalization: { build: layerNormalization, roles: scaleAndBias },
  SimplifiedLayerNormalization: { build: rmsNormalization, roles: scaleAndBias },
  RMSNormalization: { build: rmsNormalization, roles: scaleAndBias },
  InstanceNormalization: { build: instanceNormalization, roles: scaleAndBias },
  GroupNormalization: { build: groupNormalization, roles: scaleAndBias },
  Softmax: { build: (node) => softmaxOf(node, (x, axis) => ops.softmax(x, axis)) },
  LogSoftmax: { build: (node) => softmaxOf(node, (x, axis) => ops.logSoftmax(x, axis)) },
};
