/** @file Batch normalization (https://arxiv.org/abs/1502.03167) and layer normalization (https://arxiv.org/abs/1607.06450). */
import type { GradientContext, Operator, OperatorAttributes, ReferenceTensor } from '../operator.ts';
import { isSameShape, type Shape, ShapeError, sizeOf } from '../shape.ts';
import { scalar, type TensorType, type Value } from '../value.ts';

type Normalization = Pick<OperatorAttributes, 'batchNorm' | 'batchNormGradient' | 'frozenBatchNorm' | 'layerNorm'>;

/** Of [N, C, ...]: the channels, the elements of each, and how far those that follow each other lie together. */
function measure(shape: Shape): { channels: number; count: number; run: number } {
  const [batch, channels, ...rest] = shape as [number, number, ...number[]];
  if (channels === undefined) throw new ShapeError(`batch normalization of [${shape}]: it needs two axes`);
  return { channels, count: batch * sizeOf(rest), run: sizeOf(rest) };
}

/** Σ f(element, channel) of each channel. */
function sumChannels(shape: Shape, f: (i: number, channel: number) => number): Float64Array {
  const { channels, run } = measure(shape);
  const sums = new Float64Array(channels);
  for (let i = 0; i < sizeOf(shape); i++) {
    const channel = Math.floor(i / run) % channels;
    sums[channel] = (sums[channel] as number) + f(i, channel);
  }
  return sums;
}

/** Every axis but the channels'. */
const otherAxes = (shape: Shape): number[] => [...shape.keys()].filter((axis) => axis !== 1);

/** [C] -> [C, 1, ...], which broadcasts over [N, C, ...]. */
const uprightShape = (shape: Shape): Shape => [shape[1] as number, ...shape.slice(2).map(() => 1)];

const shapeOf = (type: TensorType | undefined): Shape => (type as TensorType).shape;

function assertLengths(types: readonly TensorType[], length: number): void {
  const wrong = types.find(({ shape }) => !isSameShape(shape, [length]));
  if (wrong) throw new ShapeError(`[${wrong.shape}] where one number for each of ${length} is needed`);
}

/**
 * mean_c and variance_c over all elements of a channel (divided by their count), y = scale (x - mean) / sqrt(variance + ε) + bias.
 * The statistics are for running averages: no gradient flows through them.
 */
const batchNorm: Operator<Normalization['batchNorm']> = {
  inferShape: ([x, ...parameters]) => {
    const { shape } = x as TensorType;
    const { channels } = measure(shape);
    assertLengths(parameters, channels);
    return [shape, [channels], [channels]].map((each) => ({ type: 'float32', shape: each }));
  },
  reference: ({ inputs, attributes: { epsilon } }) => {
    const [{ data, shape }, scale, bias] = inputs as [ReferenceTensor, ReferenceTensor, ReferenceTensor];
    const { channels, count, run } = measure(shape);
    const mean = sumChannels(shape, (i) => (data[i] as number) / count);
    const variance = sumChannels(shape, (i, c) => ((data[i] as number) - (mean[c] as number)) ** 2 / count);
    const y = data.map((x, i) => {
      const c = Math.floor(i / run) % channels;
      const normalized = (x - (mean[c] as number)) / Math.sqrt((variance[c] as number) + epsilon);
      return (scale.data[c] as number) * normalized + (bias.data[c] as number);
    });
    return [y, mean, variance];
  },
  gradient: ({ inputs, outputs, gradients: [g], attributes, ops }) => {
    if (!g) return [];
    const [x, scale] = inputs as [Value, Value];
    const [, mean, variance] = outputs as [Value, Value, Value];
    const { dx, dScale, dBias } = ops.batchNormGradient({ g, x, scale, mean, variance }, attributes);
    return [dx, dScale, dBias];
  },
  /** The variance is taken of x - mean: E[x²] - mean² would cancel in float32 where means are large. */
  onnx: ({ inputs, outputs, inputTypes, attributes: { epsilon }, writer }) => {
    const [x, scale, bias] = inputs as [string, string, string];
    const [y, mean, variance] = outputs as [string, string, string];
    const { shape } = inputTypes[0] as TensorType;
    const axes = writer.integers(otherAxes(shape));
    const [upright, centered, squares] = [0, 1, 2].map(() => writer.temporary()) as [string, string, string];
    writer.node('ReduceMean', [x, axes], [mean], { keepdims: 0 });
    writer.node('Reshape', [mean, writer.integers(uprightShape(shape))], [upright]);
    writer.node('Sub', [x, upright], [centered]);
    writer.node('ReduceSumSquare', [centered, axes], [squares], { keepdims: 0 });
    writer.node('Mul', [squares, writer.floats([1 / measure(shape).count], [])], [variance]);
    writer.node('BatchNormalization', [x, scale, bias, mean, variance], [y], { epsilon: { float: epsilon } });
  },
};

/**
 * With n = (x - mean) / sqrt(variance + ε) and m elements a channel: dBias = Σ g, dScale = Σ g n, and
 * dx = scale / sqrt(variance + ε) (g - dBias / m - n dScale / m), since mean and variance move with x.
 */
const batchNormGradient: Operator<Normalization['batchNormGradient']> = {
  inferShape: ([g, x, ...channelwise]) => {
    const { channels } = measure(shapeOf(x));
    if (!isSameShape(shapeOf(g), shapeOf(x)))
      throw new ShapeError(`a gradient of [${shapeOf(g)}] for batch normalization of [${shapeOf(x)}]`);
    assertLengths(channelwise, channels);
    return [shapeOf(x), [channels], [channels]].map((shape) => ({ type: 'float32', shape }));
  },
  reference: ({ inputs, attributes: { epsilon } }) => {
    const [g, x, scale, mean, variance] = inputs.map(({ data }) => data) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const { shape } = inputs[1] as ReferenceTensor;
    const { channels, count, run } = measure(shape);
    const inverse = variance.map((v) => 1 / Math.sqrt(v + epsilon));
    const normalized = (i: number, c: number): number =>
      ((x[i] as number) - (mean[c] as number)) * (inverse[c] as number);
    const dBias = sumChannels(shape, (i) => g[i] as number);
    const dScale = sumChannels(shape, (i, c) => (g[i] as number) * normalized(i, c));
    const dx = g.map((gradient, i) => {
      const c = Math.floor(i / run) % channels;
      const shared = ((dBias[c] as number) + normalized(i, c) * (dScale[c] as number)) / count;
      return (scale[c] as number) * (inverse[c] as number) * (gradient - shared);
    });
    return [dx, dScale, dBias];
  },
  gradient: 'unwritten',
  /** BatchNormalization computes both n and, of g - n dScale / m with dBias / m as its mean, dx. */
  onnx: ({ inputs, outputs, inputTypes, attributes: { epsilon }, writer }) => {
    const [g, x, scale, mean, variance] = inputs as [string, string, string, string, string];
    const [dx, dScale, dBias] = outputs as [string, string, string];
    const { shape } = inputTypes[1] as TensorType;
    const { channels, count } = measure(shape);
    const [zeros, ones] = [0, 1].map((x) => writer.floats(Array.from({ length: channels }, () => x)));
    const normalize = (from: string, weight: string, center: string, to: string): void =>
      writer.node('BatchNormalization', [from, weight, zeros as string, center, variance], [to], {
        epsilon: { float: epsilon },
      });
    const temporaries = Array.from({ length: 6 }, () => writer.temporary());
    const [normalized, product, share, upright, shared, rest] = temporaries as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const axes = writer.integers(otherAxes(shape));
    const perElement = writer.floats([1 / count], []);
    normalize(x, ones as string, mean, normalized);
    writer.node('Mul', [g, normalized], [product]);
    writer.node('ReduceSum', [product, axes], [dScale], { keepdims: 0 });
    writer.node('ReduceSum', [g, axes], [dBias], { keepdims: 0 });
    writer.node('Mul', [dScale, perElement], [share]);
    writer.node('Reshape', [share, writer.integers(uprightShape(shape))], [upright]);
    writer.node('Mul', [normalized, upright], [shared]);
    writer.node('Sub', [g, shared], [rest]);
    const center = writer.temporary();
    writer.node('Mul', [dBias, perElement], [center]);
    normalize(rest, scale, center, dx);
  },
};

/** y = scale (x - mean) / sqrt(variance + ε) + bias with statistics that are given: ONNX Runtime joins it to a convolution before it. */
const frozenBatchNorm: Operator<Normalization['frozenBatchNorm']> = {
  inferShape: ([x, ...channelwise]) => {
    assertLengths(channelwise, measure(shapeOf(x)).channels);
    return [{ type: 'float32', shape: shapeOf(x) }];
  },
  reference: ({ inputs, attributes: { epsilon } }) => {
    const [x, scale, bias, mean, variance] = inputs as [
      ReferenceTensor,
      ReferenceTensor,
      ReferenceTensor,
      ReferenceTensor,
      ReferenceTensor,
    ];
    const { channels, run } = measure(x.shape);
    const factors = variance.data.map((v, c) => (scale.data[c] as number) / Math.sqrt(v + epsilon));
    const y = x.data.map((value, i) => {
      const c = Math.floor(i / run) % channels;
      return (value - (mean.data[c] as number)) * (factors[c] as number) + (bias.data[c] as number);
    });
    return [y];
  },
  gradient: ({ inputs, gradients, attributes: { epsilon }, isNeeded, ops }) => {
    const [x, scale, , mean, variance] = inputs as [Value, Value, Value, Value, Value];
    const g = gradients[0] as Value;
    const upright = (value: Value): Value => ops.reshape(value, uprightShape(x.shape));
    const axes = otherAxes(x.shape);
    const inverse = ops.div(scalar(1), ops.sqrt(ops.add(variance, scalar(epsilon))));
    const factor = ops.mul(scale, inverse);
    const dBias = ops.reduceSum(g, { axes });
    const dScale = (): Value => ops.mul(ops.reduceSum(ops.mul(g, ops.sub(x, upright(mean))), { axes }), inverse);
    return [
      isNeeded[0] ? ops.mul(g, upright(factor)) : undefined,
      isNeeded[1] ? dScale() : undefined,
      isNeeded[2] ? dBias : undefined,
      isNeeded[3] ? ops.neg(ops.mul(dBias, factor)) : undefined,
      isNeeded[4] ? ops.mul(ops.mul(dScale(), ops.mul(factor, inverse)), scalar(-0.5)) : undefined,
    ];
  },
  onnx: ({ inputs, outputs, attributes: { epsilon }, writer }) =>
    writer.node('BatchNormalization', inputs, outputs, { epsilon: { float: epsilon } }),
};

/** y = scale n + bias with n = (x - mean) s, s = 1 / sqrt(variance + ε), all over the last axis; mean and s are [..., 1]. */
const layerNorm: Operator<Normalization['layerNorm']> = {
  inferShape: ([x, ...parameters]) => {
    const { shape } = x as TensorType;
    const width = shape.at(-1);
    if (width === undefined) throw new ShapeError('layer normalization of a scalar');
    assertLengths(parameters, width);
    const each = [...shape.slice(0, -1), 1];
    return [shape, each, each].map((of) => ({ type: 'float32', shape: of }));
  },
  reference: ({ inputs, attributes: { epsilon } }) => {
    const [x, scale, bias] = inputs as [ReferenceTensor, ReferenceTensor, ReferenceTensor];
    const width = x.shape.at(-1) as number;
    const rows = Array.from({ length: x.data.length / width }, (_, i) => x.data.subarray(i * width, (i + 1) * width));
    const mean = Float64Array.from(rows, (row) => row.reduce((sum, value) => sum + value / width, 0));
    const inverse = Float64Array.from(rows, (row, i) => {
      const variance = row.reduce((sum, value) => sum + (value - (mean[i] as number)) ** 2 / width, 0);
      return 1 / Math.sqrt(variance + epsilon);
    });
    const y = x.data.map((value, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      const normalized = (value - (mean[row] as number)) * (inverse[row] as number);
      return normalized * (scale.data[column] as number) + (bias.data[column] as number);
    });
    return [y, mean, inverse];
  },
  gradient: differentiateLayerNorm,
  onnx: ({ inputs, outputs, attributes: { epsilon }, writer }) =>
    writer.node('LayerNormalization', inputs, outputs, { axis: -1, epsilon: { float: epsilon } }),
};

/**
 * dBias = Σ g, dScale = Σ g n; through y, with h = g scale: dx = s (h - mean(h) - n mean(h n)); through mean: dx = dMean / D;
 * through s: dx = -ds s² n / D.
 */
function differentiateLayerNorm(context: GradientContext<Normalization['layerNorm']>): (Value | undefined)[] {
  const { inputs, outputs, gradients, isNeeded, ops } = context;
  const [x, scale] = inputs as [Value, Value];
  const [, mean, inverse] = outputs as [Value, Value, Value];
  const [g, dMean, dInverse] = gradients;
  const width = x.shape.at(-1) as number;
  const normalized = ops.mul(ops.sub(x, mean), inverse);
  const throughY = (): Value | undefined => {
    if (!g) return undefined;
    const h = ops.mul(g, scale);
    const average = (value: Value): Value => ops.reduceMean(value, { axes: [-1], keepDims: true });
    const shared = ops.add(average(h), ops.mul(normalized, average(ops.mul(h, normalized))));
    return ops.mul(inverse, ops.sub(h, shared));
  };
  const throughMean = dMean && ops.mul(dMean, scalar(1 / width));
  const throughInverse =
    dInverse && ops.mul(normalized, ops.mul(ops.mul(dInverse, ops.mul(inverse, inverse)), scalar(-1 / width)));
  const parts = isNeeded[0] ? [throughY(), throughMean, throughInverse].filter((part) => part !== undefined) : [];
  return [
    parts.length > 0
      ? ops.expand(
          parts.reduce((sum, part) => ops.add(sum, part)),
          x.shape,
        )
      : undefined,
    g && isNeeded[1] ? ops.sumTo(ops.mul(g, normalized), scale.shape) : undefined,
    g && isNeeded[2] ? ops.sumTo(g, scale.shape) : undefined,
  ];
}

export const normalizations: { readonly [Name in keyof Normalization]: Operator<Normalization[Name]> } = {
  batchNorm,
  batchNormGradient,
  frozenBatchNorm,
  layerNorm,
};
