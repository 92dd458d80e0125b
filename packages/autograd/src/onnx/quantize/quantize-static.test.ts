/** @file Convolutional networks in 8 bits: reference arithmetic, what ONNX Runtime makes of them, and what is refused. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadOnnxRuntime } from '../../runtime/load-onnx-runtime.ts';
import { openSession, type Tensor } from '../../runtime/session.ts';
import { draw, largestDifference, sharedFolder } from '../../testing.ts';
import { floats, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import { pruneToOutputs } from '../edit-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError, type OnnxModel, parseOnnx } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { affineOf, dequantize, quantize, type Range } from './affine.ts';
import { openObserver } from './observe.ts';
import { planStatic, type StaticOptions } from './plan-static.ts';
import { quantizeStatic } from './quantize-static.ts';
import { channelMeans, chooseRange } from './ranges.ts';

const dims = [1, 8, 6, 6];
const picture = (seed: number): Tensor => ({ type: 'float32', dims, data: draw(8 * 6 * 6, seed) });

const aModel = (nodes: NodeProto[], initializers: TensorProto[], input: readonly number[] = dims): OnnxModel =>
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', input)],
    outputs: [onnxValue('y', 'float32', ['N', 'C', 'H', 'W'])],
    nodes,
    initializers,
  });

/** Of 8 channels each: `name` is both output and weights. */
const conv = (from: string, to: string, attributes = {}) =>
  onnxNode('Conv', [from, `${to}/w`, `${to}/b`], [to], attributes);
const weightsOf = (to: string, shape: number[], seed: number): TensorProto[] => [
  floats(
    `${to}/w`,
    shape,
    draw(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((w) => w / 2),
  ),
  floats(
    `${to}/b`,
    [shape[0] as number],
    draw(shape[0] as number, seed + 1).map((b) => b / 4),
  ),
];

/** A bit of MobileNet and ResNet and Inception: everything that has an 8-bit kernel, between two convolutions. */
function aNetwork(): OnnxModel {
  const nodes = [
    conv('x', 'stem', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    onnxNode('Clip', ['stem', 'zero', 'six'], ['stem6']),
    conv('stem6', 'depthwise', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 8 }),
    onnxNode('Relu', ['depthwise'], ['rectified']),
    onnxNode('Add', ['rectified', 'stem6'], ['joined']),
    onnxNode('MaxPool', ['joined'], ['pooled', 'unread'], { kernel_shape: [2, 2], strides: [2, 2] }),
    onnxNode('GlobalAveragePool', ['pooled'], ['squeezed']),
    conv('squeezed', 'excited', { kernel_shape: [1, 1] }),
    onnxNode('Sigmoid', ['excited'], ['gates']),
    onnxNode('Mul', ['pooled', 'gates'], ['gated']),
    onnxNode('Concat', ['gated', 'pooled'], ['wide'], { axis: 1 }),
    onnxNode('AveragePool', ['wide'], ['smooth'], { kernel_shape: [2, 2], strides: [1, 1] }),
    conv('smooth', 'narrow', { kernel_shape: [1, 1] }),
    onnxNode('GlobalAveragePool', ['narrow'], ['mean']),
    onnxNode('Flatten', ['mean'], ['features']),
    onnxNode('Gemm', ['features', 'classes/w', 'classes/b'], ['y'], { transB: 1 }),
  ];
  return aModel(nodes, [
    ...weightsOf('stem', [8, 8, 3, 3], 1),
    ...weightsOf('depthwise', [8, 1, 3, 3], 3),
    ...weightsOf('excited', [8, 8, 1, 1], 5),
    ...weightsOf('narrow', [8, 16, 1, 1], 7),
    ...weightsOf('classes', [3, 8], 9),
    floats('zero', [], [0]),
    floats('six', [], [6]),
  ]);
}

async function calibrate(model: OnnxModel, options: StaticOptions = {}) {
  const plan = planStatic(model, options);
  await using observer = await openObserver(plan.model, { tensors: plan.tensors, input: 'x' });
  const pictures = [1, 2, 3, 4].map(picture);
  const ranges = await observer.measureRanges(pictures);
  const spreads = await observer.measureSpreads(pictures, ranges);
  const chosen = new Map([...spreads].map(([name, spread]) => [name, chooseRange(spread, { calibrator: 'min-max' })]));
  const means = new Map([...spreads].map(([name, spread]) => [name, channelMeans(spread)]));
  return { plan, ranges: chosen, means, quantized: quantizeStatic(plan, { ranges: chosen, means }) };
}

async function run(model: OnnxModel, input: Tensor, output = 'y'): Promise<Float32Array> {
  await using session = await openSession(renderOnnx(model));
  return (await session.run({ x: input }))[output]?.data as Float32Array;
}

/** Operators of the model as ONNX Runtime computes it. */
async function optimizedOperators(model: OnnxModel): Promise<string[]> {
  const ort = await loadOnnxRuntime();
  const folder = await mkdtemp(join(tmpdir(), 'tintype-optimized-'));
  try {
    const path = join(folder, 'optimized.onnx');
    const settings = { optimizedModelFilePath: path, graphOptimizationLevel: 'extended', logSeverityLevel: 4 } as const;
    await (await ort.InferenceSession.create(renderOnnx(model), settings)).release();
    return parseOnnx(readFileSync(path)).graph?.node.map(({ opType }) => opType) ?? [];
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ofStored = (model: OnnxModel, name: string): TensorProto =>
  model.graph?.initializer.find((tensor) => tensor.name === name) as TensorProto;

test('one convolution of one weight: every number is the one worked by hand', async () => {
  const model = aModel(
    [conv('x', 'y', { kernel_shape: [1, 1] })],
    [floats('y/w', [1, 1, 1, 1], [0.5]), floats('y/b', [1], [0.25])],
    [1, 1, 1, 4],
  );
  const ranges = new Map<string, Range>([
    ['x', { low: -1, high: 1 }],
    ['y', { low: -0.25, high: 0.75 }],
  ]);

  const quantized = quantizeStatic(planStatic(model, { last: 'int8' }), { ranges });
  const answer = await run(quantized, { type: 'float32', dims: [1, 1, 1, 4], data: Float32Array.of(-1, 0, 0.3, 1) });

  // 0.5 is 127 steps of 0.5/127; the bias counts steps of (2/255)(0.5/127).
  expect([...new Int8Array(ofStored(quantized, 'int8/y/weight').rawData)]).toEqual([127]);
  const bias = new Int32Array(Uint8Array.from(ofStored(quantized, 'int8/y/bias').rawData).buffer)[0] as number;
  expect(bias).toBe(Math.round(0.25 / ((2 / 255) * (0.5 / 127))));
  const [x, y] = [affineOf({ low: -1, high: 1 }), affineOf({ low: -0.25, high: 0.75 })];
  const expected = [-1, 0, 0.3, 1].map((value) => {
    const sum = 127 * (quantize(value, x) - x.zeroPoint) + bias;
    return dequantize(quantize(sum * (2 / 255) * (0.5 / 127), y), y);
  });
  expect(largestDifference(answer, expected)).toBeLessThan(1e-6);
});

test('ONNX Runtime makes 8-bit kernels of everything between the first and the last layer', async () => {
  const { quantized } = await calibrate(aNetwork());

  const operators = await optimizedOperators(quantized);

  const count = (type: string): number => operators.filter((operator) => operator === type).length;
  expect(count('QLinearConv')).toBe(4);
  expect(operators).toEqual(expect.arrayContaining(['QLinearAdd', 'QLinearMul', 'QLinearConcat', 'QLinearSigmoid']));
  expect(operators).toEqual(
    expect.arrayContaining(['QLinearGlobalAveragePool', 'QLinearAveragePool', 'MaxPool', 'Gemm']),
  );
  expect([count('Conv'), count('Clip'), count('Relu'), count('Mul'), count('Add'), count('Concat')]).toEqual([
    0, 0, 0, 0, 0, 0,
  ]);
  // In and out of 8 bits once.
  expect([count('QuantizeLinear'), count('DequantizeLinear')]).toEqual([1, 1]);
});

test('the network in 8 bits answers nearly as it did, on pictures it was not calibrated with', async () => {
  const model = aNetwork();
  const { quantized } = await calibrate(model);

  for (const seed of [11, 12, 13]) {
    const [exact, rounded] = [await run(model, picture(seed)), await run(quantized, picture(seed))];
    const largest = Math.max(...exact.map(Math.abs));
    expect(largestDifference(rounded, exact) / largest).toBeLessThan(0.05);
  }
});

test('no processor cuts a sum: 8-bit kernels and the same arithmetic in float32 agree', async () => {
  const { plan, ranges } = await calibrate(
    aModel(
      [conv('x', 'y', { kernel_shape: [3, 3] })],
      [
        floats(
          'y/w',
          [8, 8, 3, 3],
          draw(576, 1).map((w) => Math.abs(w)),
        ),
        floats('y/b', [8], new Float32Array(8)),
      ],
    ),
    { last: 'int8' },
  );
  const quantized = quantizeStatic(plan, { ranges });
  const ort = await loadOnnxRuntime();
  const plain = await ort.InferenceSession.create(renderOnnx(quantized), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  const bright: Tensor = { type: 'float32', dims, data: new Float32Array(8 * 36).fill(1) };

  const { y } = await plain.run({ x: new ort.Tensor('float32', bright.data as Float32Array, dims) });

  const step = affineOf(ranges.get('y') as Range).scale;
  expect(largestDifference(await run(quantized, bright), y?.data as Float32Array)).toBeLessThanOrEqual(step * 1.01);
});

test('the mean of every channel stays where rounding the weights would move it', async () => {
  const model = aModel(
    [conv('x', 'y', { kernel_shape: [1, 1] })],
    [floats('y/w', [8, 8, 1, 1], draw(64, 3)), floats('y/b', [8], new Float32Array(8))],
  );
  const { plan, ranges, means } = await calibrate(model, { last: 'int8' });
  const shifted = new Map([['x', new Float64Array(8).fill(100)], ...[...means].filter(([name]) => name !== 'x')]);

  const [before, after] = [undefined, shifted].map((given) =>
    quantizeStatic(plan, { ranges, ...(given ? { means: given } : {}) }),
  );

  const biasesOf = (quantized: OnnxModel) =>
    new Int32Array(Uint8Array.from(ofStored(quantized, 'int8/y/bias').rawData).buffer);
  const scales = new Float32Array(Uint8Array.from(ofStored(before as OnnxModel, 'int8/y/weight-scale').rawData).buffer);
  const q = new Int8Array(ofStored(before as OnnxModel, 'int8/y/weight').rawData);
  const weights = draw(64, 3);
  const xScale = affineOf(ranges.get('x') as Range).scale;
  const expected = Array.from(scales, (scale, c) => {
    const errors = Array.from(
      { length: 8 },
      (_, k) => (q[c * 8 + k] as number) * scale - (weights[c * 8 + k] as number),
    );
    return -100 * errors.reduce((sum, error) => sum + error, 0);
  });
  const moved = Array.from(
    biasesOf(after as OnnxModel),
    (b, c) => (b - (biasesOf(before as OnnxModel)[c] as number)) * xScale * (scales[c] as number),
  );
  expect(largestDifference(moved, expected)).toBeLessThan(1e-4);
});

test('first and last layer stay in float32 where that is asked for', () => {
  const named = (options: StaticOptions) =>
    [...planStatic(aNetwork(), options).nodes.values()].map(({ output }) => output);

  expect(named({})).toContain('stem6');
  expect(named({})).not.toContain('y');
  expect(named({ first: 'float32' })).not.toContain('stem6');
  expect(named({ last: 'int8' })).toContain('y');
});

test('a rectifier whose input is read elsewhere too stays a node of its own', async () => {
  const nodes = [
    conv('x', 'a', { kernel_shape: [1, 1] }),
    onnxNode('Relu', ['a'], ['r']),
    onnxNode('Add', ['a', 'r'], ['sum']),
    conv('sum', 'y', { kernel_shape: [1, 1] }),
  ];
  const model = aModel(nodes, [...weightsOf('a', [8, 8, 1, 1], 1), ...weightsOf('y', [8, 8, 1, 1], 3)]);

  const { quantized, plan } = await calibrate(model, { last: 'int8' });

  expect(plan.merged.size).toBe(0);
  const exact = await run(model, picture(9));
  expect(largestDifference(await run(quantized, picture(9)), exact)).toBeLessThan(0.05);
});

test('equal models and ranges give equal bytes', async () => {
  const [one, two] = [await calibrate(aNetwork()), await calibrate(aNetwork())];

  expect(Buffer.compare(renderOnnx(one.quantized), renderOnnx(two.quantized))).toBe(0);
});

test('a model with nothing to gain is refused, and so is one that was quantized before', async () => {
  const dense = aModel([onnxNode('Relu', ['x'], ['y'])], []);
  const { quantized } = await calibrate(aNetwork());

  expect(() => planStatic(dense)).toThrow('it has no convolution with stored weights');
  expect(() => planStatic(quantized)).toThrow('it has no convolution with stored weights');
});

test('ranges that are missing or not finite are refused', async () => {
  const plan = planStatic(aNetwork());
  await using observer = await openObserver(plan.model, { tensors: plan.tensors, input: 'x' });
  const broken: Tensor = { type: 'float32', dims, data: new Float32Array(8 * 36).fill(Number.POSITIVE_INFINITY) };

  expect(() => quantizeStatic(plan, { ranges: new Map() })).toThrow(OnnxError);
  await expect(observer.measureRanges([broken])).rejects.toThrow('is not finite for one of the pictures');
});

const mobileNet = resolve(sharedFolder, 'models/mobilenetv2-imagenet-fp32.onnx');
test.skipIf(!existsSync(mobileNet))(
  'of MobileNetV2 every convolution but the classifier becomes an 8-bit kernel',
  async () => {
    const model = pruneToOutputs(parseOnnx(readFileSync(mobileNet)), ['features', 'logits']);
    const plan = planStatic(model);
    const range = { low: -8, high: 8 };

    const operators = await optimizedOperators(
      quantizeStatic(plan, { ranges: new Map(plan.tensors.map((name) => [name, range])) }),
    );

    expect(operators.filter((type) => type === 'QLinearConv').length).toBe(52);
    expect(operators.filter((type) => type === 'QLinearAdd').length).toBe(10);
    expect(operators.filter((type) => type === 'QuantizeLinear' || type === 'DequantizeLinear').length).toBe(2);
  },
);
