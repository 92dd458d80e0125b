/** @file Sessions on a small model: what goes in, what comes out, and what stays untouched. */
import { expect, test } from 'vitest';
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession, type Tensor } from './session.ts';

/** sum = x + 1, product = 2 x, isBig = x > 2 */
const model = renderOnnx(
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', ['N', 2])],
    outputs: [
      onnxValue('sum', 'float32', ['N', 2]),
      onnxValue('product', 'float32', ['N', 2]),
      onnxValue('isBig', 'bool', ['N', 2]),
    ],
    initializers: [floats('one', [], [1]), floats('two', [], [2])],
    nodes: [
      onnxNode('Add', ['x', 'one'], ['sum']),
      onnxNode('Mul', ['x', 'two'], ['product']),
      onnxNode('Greater', ['x', 'two'], ['isBig']),
    ],
  }),
);
const x: Tensor = { type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

test('only the outputs asked for are given', async () => {
  await using session = await openSession(model, { outputs: ['sum'] });

  const byDefault = await session.run({ x });
  const asked = await session.run({ x }, ['product']);

  expect(byDefault).toEqual({ sum: { type: 'float32', dims: [2, 2], data: Float32Array.of(2, 3, 4, 5) } });
  expect(asked).toEqual({ product: { type: 'float32', dims: [2, 2], data: Float32Array.of(2, 4, 6, 8) } });
});

test('inputs and outputs are described', async () => {
  await using session = await openSession(model);

  expect(session.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['N', 2] }]);
  expect(session.outputs.map(({ type }) => type)).toEqual(['float32', 'float32', 'bool']);
});

test('an output is written into the array given for it', async () => {
  await using session = await openSession(model);
  const sum: Tensor = { type: 'float32', dims: [2, 2], data: new Float32Array(4) };

  const outputs = await session.run({ x }, ['sum', 'product'], { into: { sum } });

  expect(outputs['sum']).toBe(sum);
  expect(sum.data).toEqual(Float32Array.of(2, 3, 4, 5));
  expect(floatsOf(outputs, 'product')).toEqual(Float32Array.of(2, 4, 6, 8));
});

test('a view into a larger array is fed and filled as the view', async () => {
  await using session = await openSession(model);
  const whole = Float32Array.of(9, 1, 2, 9);
  const filled = new Float32Array(4);

  await session.run({ x: { type: 'float32', dims: [1, 2], data: whole.subarray(1, 3) } }, ['sum'], {
    into: { sum: { type: 'float32', dims: [1, 2], data: filled.subarray(1, 3) } },
  });

  expect(filled).toEqual(Float32Array.of(0, 2, 3, 0));
});

test('an output of another element type, or one that is not there, is an error', async () => {
  await using session = await openSession(model);

  await expect(session.run({ x }, ['isBig'])).rejects.toThrow('output "isBig" is bool');
  await expect(session.run({ x }, ['nothing'])).rejects.toThrow(/nothing/);
  expect(() => floatsOf({}, 'sum')).toThrow('output "sum" is not float32');
});

test('what is no model cannot be opened', async () => {
  await expect(openSession(new Uint8Array([1, 2, 3]))).rejects.toThrow(/protobuf|model/i);
});
