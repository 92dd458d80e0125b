/** @file Both lowerings compute what the float64 reference says: every operator's cases, and shapes that have blocks to fill. */
import { beforeAll, describe, expect, test } from 'vitest';
import { emitOnnx } from '../graph/emit.ts';
import { evaluate } from '../graph/evaluate.ts';
import { computeGradients } from '../graph/gradient.ts';
import type { ConvOptions, OperatorName } from '../graph/operator.ts';
import { drawValues, type OperatorCase, operatorCases, typeOf } from '../graph/operators.cases.ts';
import { operators } from '../graph/operators.ts';
import { ops } from '../graph/ops.ts';
import type { Shape } from '../graph/shape.ts';
import { constant, input, scalar, type Value } from '../graph/value.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { openSession, type Tensor } from '../runtime/session.ts';
import { largestDifference, seeded } from '../testing.ts';
import { chooseLowering } from './choose-lowering.ts';
import { type Lowering, plainLowering, webgpuLowering } from './lowering.ts';

/** float32 (2^-24), sums of some hundred terms, one after the other. */
const tolerance = 2e-5;

let blocked: Lowering;
beforeAll(async () => {
  blocked = await chooseLowering();
});

/** What a case gives, and the gradients of a loss that weighs every element differently. */
function outputsOf({ inputs, build, silent = 0 }: OperatorCase, isDifferentiable = true): Record<string, Value> {
  const values = inputs.map(({ shape, draw }, i) => input(`x${i}`, shape, typeOf(draw)));
  const results = [build(values)].flat();
  const add = (a: Value, b: Value): Value => ops.add(a, b);
  const weigh = (value: Value): Value => {
    const weights = constant(Float32Array.from(drawValues(value.shape, 'any', seeded(3))), value.shape);
    return ops.reduceSum(ops.mul(value, weights));
  };
  const audible = results.slice(0, results.length - silent);
  const variables = values.filter(({ type }) => type === 'float32');
  const gradients = isDifferentiable ? computeGradients(audible.map(weigh).reduce(add), variables) : [];
  const shown = results.map((value) => (value.type === 'bool' ? ops.where(value, scalar(1), scalar(0)) : value));
  return Object.fromEntries([...shown, ...gradients].map((value, i) => [`y${i}`, value]));
}

async function compare(entry: OperatorCase, outputs: Record<string, Value>, lowering: Lowering): Promise<number> {
  const uniform = seeded(7);
  const feeds = Object.fromEntries(
    entry.inputs.map(({ shape, draw }, i) => [`x${i}`, drawValues(shape, draw, uniform)]),
  );
  await using session = await openSession(renderOnnx(emitOnnx(outputs, { lowering })));
  const tensors = entry.inputs.map(({ shape: dims, draw }, i): [string, Tensor] => {
    const data = feeds[`x${i}`] as Float64Array;
    return typeOf(draw) === 'int64'
      ? [`x${i}`, { type: 'int64', dims, data: BigInt64Array.from(data, BigInt) }]
      : [`x${i}`, { type: 'float32', dims, data: Float32Array.from(data) }];
  });
  const used = tensors.filter(([name]) => session.inputNames.includes(name));
  const results = await session.run(Object.fromEntries(used));
  const expected = evaluate(Object.values(outputs), feeds);
  return Math.max(
    ...Object.keys(outputs).map((name, i) => largestDifference(results[name]?.data, expected[i] as Float64Array)),
  );
}

const operatorList = Object.entries(operatorCases).flatMap(([operator, list]) =>
  list.map((entry) => ({ operator: operator as OperatorName, ...entry })),
);

test('this machine has blocked convolutions', () => {
  expect(blocked.layout).toBe('blocked');
});

describe('the blocked lowering computes what the reference does', () => {
  test.each(operatorList)('$operator: $name', async (entry) => {
    const outputs = outputsOf(entry, typeof operators[entry.operator].gradient === 'function');

    expect(await compare(entry, outputs, blocked)).toBeLessThan(tolerance);
  });
});

/** Picture, weight, options: with channels that fill blocks, or leave some of the last one empty. */
const convolutions: [string, Shape, Shape, ConvOptions][] = [
  ['1x1', [2, 8, 3, 2], [16, 8, 1, 1], {}],
  ['1x1 with blocks to fill', [3, 12, 3, 5], [20, 12, 1, 1], {}],
  ['1x1 every other pixel', [2, 16, 5, 4], [8, 16, 1, 1], { strides: [2, 2] }],
  ['3x3 of the same size', [2, 16, 4, 5], [8, 16, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 with blocks to fill', [2, 10, 4, 5], [13, 10, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 of one picture', [1, 8, 9, 5], [8, 8, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 of four pictures in bands', [4, 8, 7, 6], [8, 8, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 of eleven pictures', [11, 8, 4, 4], [8, 8, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 of sixteen pictures', [16, 8, 4, 4], [8, 8, 3, 3], { pads: [1, 1, 1, 1] }],
  ['3x3 that halves an even size', [2, 8, 8, 6], [16, 8, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['3x3 that halves an odd size', [3, 8, 7, 5], [16, 8, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['3x3 whose stride leaves a rest', [2, 8, 6, 8], [8, 8, 3, 3], { strides: [2, 3] }],
  ['3x3 padded below and on the right alone', [1, 8, 6, 6], [8, 8, 3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }],
  ['7x7 of a picture of three channels', [2, 3, 9, 9], [8, 3, 7, 7], { strides: [2, 2], pads: [3, 3, 3, 3] }],
  ['a wide window, dilated', [1, 8, 5, 9], [8, 8, 2, 3], { dilations: [2, 3], pads: [0, 2, 1, 2] }],
  ['dilated with a stride', [2, 8, 8, 7], [8, 8, 3, 2], { dilations: [2, 1], strides: [2, 2], pads: [2, 0, 1, 1] }],
  ['more pads than window', [1, 8, 2, 3], [8, 8, 2, 2], { pads: [3, 2, 1, 3] }],
  ['two groups', [2, 16, 4, 3], [16, 8, 2, 3], { groups: 2, pads: [1, 1, 0, 1] }],
  ['depthwise', [2, 16, 5, 5], [16, 1, 3, 3], { groups: 16, pads: [1, 1, 1, 1] }],
  ['depthwise with blocks to fill', [3, 12, 5, 4], [12, 1, 3, 3], { groups: 12, pads: [1, 1, 1, 1] }],
  ['depthwise that halves', [2, 8, 6, 7], [8, 1, 3, 3], { groups: 8, strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['depthwise 5x5', [2, 8, 6, 7], [8, 1, 5, 5], { groups: 8, pads: [2, 2, 2, 2] }],
  ['depthwise with two filters each', [1, 8, 5, 4], [16, 1, 2, 2], { groups: 8 }],
  ['patches', [2, 8, 6, 4], [8, 8, 2, 2], { strides: [2, 2] }],
];

const convolutionCases = convolutions.map(
  ([name, x, w, options]): OperatorCase => ({
    name,
    inputs: [{ shape: x }, { shape: w }, { shape: [w[0] as number] }],
    build: ([a, b, bias]) => ops.conv(a as Value, b as Value, { ...options, bias }),
  }),
);

type Build = (x: Value, parameters: readonly Value[]) => Value;

/** A picture of `channels`, a 3x3 weight, and two vectors. */
function small(name: string, channels: number, build: Build): OperatorCase {
  const vectors = [0, 1].map(() => ({ shape: [channels] }));
  return {
    name,
    inputs: [{ shape: [2, channels, 6, 5] }, { shape: [channels, channels, 3, 3] }, ...vectors],
    build: ([x, ...rest]) => build(x as Value, rest),
  };
}

const padded = { pads: [1, 1, 1, 1] } as const;
const conv = (x: Value, [weight]: readonly Value[]): Value => ops.conv(x, weight as Value, padded);
const normalized = (x: Value, parameters: readonly Value[]): Value => {
  const [, scale, bias] = parameters as [Value, Value, Value];
  return ops.batchNorm(conv(x, parameters), scale, bias).y;
};

const frozen = (x: Value, parameters: readonly Value[]): Value => {
  const [, scale, bias] = parameters as [Value, Value, Value];
  const statistics = { scale, bias, mean: bias, variance: ops.mul(scale, scale) };
  return ops.frozenBatchNorm(conv(x, parameters), statistics, { epsilon: 0.1 });
};

const netCases: OperatorCase[] = [8, 12].flatMap((channels) => [
  small(`relu after a convolution, ${channels} channels`, channels, (x, p) => ops.relu(conv(x, p))),
  small(`batch normalization, ${channels} channels`, channels, normalized),
  small(`relu after batch normalization, ${channels} channels`, channels, (x, p) => ops.relu(normalized(x, p))),
  small(`a clip after batch normalization, ${channels} channels`, channels, (x, p) =>
    ops.clip(normalized(x, p), { min: 0, max: 0.5 }),
  ),
  small(`frozen batch normalization, ${channels} channels`, channels, (x, p) => ops.relu(ops.add(frozen(x, p), x))),
  small(`a factor and a shift for each of ${channels} channels`, channels, (x, p) => {
    const [factor, shift] = p.slice(1).map((vector) => ops.reshape(vector, [channels, 1, 1])) as [Value, Value];
    return ops.sub(ops.relu(ops.add(ops.mul(factor, conv(x, p)), shift)), factor);
  }),
  small(`a residual sum, ${channels} channels`, channels, (x, p) => ops.relu(ops.add(normalized(x, p), x))),
  small(`a sum with itself, ${channels} channels`, channels, (x, p) => {
    const y = normalized(x, p);
    return ops.relu(ops.add(y, y));
  }),
  small(`a sum of two that wait, ${channels} channels`, channels, (x, p) => ops.add(normalized(x, p), conv(x, p))),
  small(`a result that two read, ${channels} channels`, channels, (x, p) => {
    const y = normalized(x, p);
    return ops.mul(ops.relu(y), ops.clip(y, { min: -0.3, max: 0.7 }));
  }),
  small(`max pooling between convolutions, ${channels} channels`, channels, (x, p) => {
    const { y } = ops.maxPool(ops.relu(conv(x, p)), { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
    return conv(y, p);
  }),
  small(`the mean of every channel, ${channels} channels`, channels, (x, p) =>
    ops.reduceMean(ops.relu(normalized(x, p)), { axes: [2, 3] }),
  ),
  small(`a factor a channel, ${channels} channels`, channels, (x, p) => {
    const y = conv(x, p);
    const gate = ops.sigmoid(ops.reduceMean(y, { axes: [2, 3], keepDims: true }));
    return ops.mul(y, gate);
  }),
  small(`channels last, ${channels} channels`, channels, (x, p) => ops.transpose(conv(x, p), [0, 2, 3, 1])),
]);

describe.each(['blocked', 'plain'] as const)('%s, where there are blocks to fill', (layout) => {
  test.each([...convolutionCases, ...netCases])('$name', async (entry) => {
    const lowering = layout === 'plain' ? plainLowering : blocked;

    expect(await compare(entry, outputsOf(entry), lowering)).toBeLessThan(tolerance);
  });
});

test('no lowering is blocked but the one of the CPU', async () => {
  expect(await chooseLowering({ provider: 'cuda' })).toEqual({ layout: 'plain' });
  expect(await chooseLowering({ provider: 'webgpu' })).toEqual({ layout: 'plain', maxPoolInDouble: true });
});

test.each(operatorCases.maxPool.concat(operatorCases.maxPoolGradient))(
  'where the device cannot tell which pixel won, the processor does: $name',
  async (entry) => {
    const outputs = outputsOf(entry);
    const nodes = emitOnnx(outputs, { lowering: webgpuLowering }).graph?.node ?? [];
    const pools = nodes.filter(({ opType }) => opType === 'MaxPool');
    const wide = nodes.filter(({ opType, attribute }) => opType === 'Cast' && attribute[0]?.i === 11n);

    expect(pools.map(({ input: [x] }) => x)).toEqual(wide.map(({ output: [x] }) => x));
    expect(await compare(entry, outputs, webgpuLowering)).toBeLessThan(tolerance);
  },
);
