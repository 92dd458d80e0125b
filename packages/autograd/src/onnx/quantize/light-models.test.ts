/** @file Dynamic 8 bits and 16-bit storage: reference arithmetic, against ONNX Runtime, what is refused; which method suits which network. */
import { describe, expect, test } from 'vitest';
import { openSession, type Tensor } from '../../runtime/session.ts';
import { draw, largestDifference } from '../../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { affineOf, dequantize, quantize } from './affine.ts';
import { chooseMethod } from './choose-method.ts';
import { toHalfBits } from './float16.ts';
import { quantizeDynamic } from './quantize-dynamic.ts';
import { storeFloat16 } from './store-float16.ts';

const [tokens, width] = [5, 256];

const aModel = (nodes: NodeProto[], initializers: TensorProto[]): OnnxModel =>
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', ['T', width])],
    outputs: [onnxValue('y', 'float32', ['T', 'D'])],
    nodes,
    initializers,
  });

const square = (name: string, seed: number): TensorProto => floats(name, [width, width], draw(width * width, seed));
const bias = (seed: number): TensorProto => floats('b', [width], draw(width, seed));
const input = (): Tensor => ({ type: 'float32', dims: [tokens, width], data: draw(tokens * width, 9) });

const attention = (): OnnxModel =>
  aModel(
    [
      onnxNode('MatMul', ['x', 'q'], ['queries']),
      onnxNode('Gemm', ['x', 'k'], ['keys'], { transB: 1 }),
      onnxNode('Transpose', ['keys'], ['columns'], { perm: [1, 0] }),
      onnxNode('MatMul', ['queries', 'columns'], ['scores']),
      onnxNode('Softmax', ['scores'], ['shares'], { axis: 1 }),
      onnxNode('MatMul', ['shares', 'x'], ['y']),
    ],
    [square('q', 1), square('k', 2)],
  );

async function run(model: OnnxModel): Promise<Float32Array> {
  await using session = await openSession(renderOnnx(model));
  return (await session.run({ x: input() }))['y']?.data as Float32Array;
}

const typesOf = (model: OnnxModel): string[] => model.graph?.node.map(({ opType }) => opType) ?? [];

describe('dynamic 8 bits', () => {
  test.each([
    ['MatMul with a bias added', [onnxNode('MatMul', ['x', 'w'], ['p']), onnxNode('Add', ['b', 'p'], ['y'])]],
    ['Gemm', [onnxNode('Gemm', ['x', 'w', 'b'], ['y'])]],
    ['Gemm with turned weights', [onnxNode('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1 })]],
  ])('%s becomes one product, whose numbers are those of the arithmetic', async (_name, nodes) => {
    const model = aModel(nodes, [square('w', 1), bias(3)]);

    const quantized = quantizeDynamic(model);
    const answer = await run(quantized);

    expect(typesOf(quantized)).toEqual(['DynamicQuantizeMatMul']);
    const stored = (name: string) => quantized.graph?.initializer.find((tensor) => tensor.name === name);
    const q = new Int8Array(Uint8Array.from(stored('int8/y/weight')?.rawData ?? []).buffer);
    const scales = new Float32Array(Uint8Array.from(stored('int8/y/weight-scale')?.rawData ?? []).buffer);
    const x = input().data as Float32Array;
    const affine = affineOf({ low: Math.min(...x), high: Math.max(...x) });
    const rounded = x.map((value) => dequantize(quantize(value, affine), affine));
    const b = draw(width, 3);
    const expected = Array.from({ length: tokens * width }, (_, at) => {
      const [row, column] = [Math.floor(at / width), at % width];
      let sum = 0;
      for (let k = 0; k < width; k += 1)
        sum += (rounded[row * width + k] as number) * (q[k * width + column] as number) * (scales[column] as number);
      return sum + (b[column] as number);
    });
    expect(largestDifference(answer, expected)).toBeLessThan(2e-3);
    expect(largestDifference(answer, await run(model))).toBeLessThan(0.25);
  });

  test('products of two moving tensors stay as they are', () => {
    expect(typesOf(quantizeDynamic(attention())).filter((type) => type === 'MatMul').length).toBe(2);
  });

  test('a small classifier stays in float32, and a model of nothing else is refused', () => {
    const model = aModel([onnxNode('MatMul', ['x', 'w'], ['y'])], [floats('w', [width, 3], draw(3 * width, 1))]);

    expect(() => quantizeDynamic(model)).toThrow('it has no product with stored weights');
  });

  test('products that scale what they add stay as they are', () => {
    const nodes = [onnxNode('Gemm', ['x', 'w', 'b'], ['y'], { alpha: { float: 0.5 } })];

    expect(() => quantizeDynamic(aModel(nodes, [square('w', 1), bias(2)]))).toThrow(OnnxError);
  });
});

describe('16-bit storage', () => {
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.NaN, 0x7e00],
    [-Infinity, 0xfc00],
    [-0, 0x8000],
  ])('%f has the bits %i', (value, expected) => {
    expect(toHalfBits(value)).toBe(expected);
  });

  test('weights take half the bytes, and the answer is that of rounded weights', async () => {
    const model = aModel([onnxNode('Gemm', ['x', 'w', 'b'], ['y'])], [square('w', 1), bias(2)]);

    const halved = storeFloat16(model);

    expect(renderOnnx(halved).length / renderOnnx(model).length).toBeLessThan(0.51);
    expect(largestDifference(await run(halved), await run(model))).toBeLessThan(2e-2);
  });

  test('numbers that 16 bits have not stay in float32', async () => {
    const large = floats(
      'w',
      [width, width],
      draw(width * width, 1).map((w) => w * 1e6),
    );
    const model = aModel([onnxNode('Gemm', ['x', 'w', 'b'], ['y'])], [large, bias(2)]);

    const halved = storeFloat16(model);

    expect(halved.graph?.initializer.find(({ name }) => name === 'w')).toBeDefined();
    expect([...(await run(halved))].every(Number.isFinite)).toBe(true);
  });

  test('a model without weights is refused', () => {
    expect(() => storeFloat16(aModel([onnxNode('Relu', ['x'], ['y'])], []))).toThrow('it has no float32 weights');
  });
});

describe('the method', () => {
  test('is dynamic where there is attention, static for convolutions', () => {
    const conv = onnxModel({
      name: 'conv',
      inputs: [onnxValue('x', 'float32', [1, 1, 4, 4])],
      outputs: [onnxValue('y', 'float32', ['N', 'D'])],
      nodes: [
        onnxNode('Conv', ['x', 'w'], ['c']),
        onnxNode('Reshape', ['c', 'shape'], ['f']),
        onnxNode('MatMul', ['f', 'v'], ['y']),
      ],
      initializers: [floats('w', [1, 1, 1, 1], [1]), floats('v', [16, 2], draw(32, 1)), integers('shape', [1, 16])],
    });

    expect(chooseMethod(attention())).toBe('int8-dynamic');
    expect(chooseMethod(conv)).toBe('int8-static');
    expect(chooseMethod(aModel([onnxNode('MatMul', ['x', 'w'], ['y'])], [square('w', 1)]))).toBe('int8-dynamic');
    expect(() => chooseMethod(aModel([onnxNode('Relu', ['x'], ['y'])], []))).toThrow(OnnxError);
  });
});
