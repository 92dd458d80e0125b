/** @file The last block of a transformer computes what is read: the answer stays, the rows go; where that is not certain, nothing changes. */
import { expect, test } from 'vitest';
import { openSession } from '../../runtime/session.ts';
import { draw, largestDifference } from '../../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { keepFirstToken } from './first-token.ts';

const [pictures, tokens, width] = [2, 5, 4];

const aModel = (nodes: NodeProto[], outputs: Record<string, string[]> = { y: ['N', 'D'] }): OnnxModel =>
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', ['N', tokens * width])],
    outputs: Object.entries(outputs).map(([name, dims]) => onnxValue(name, 'float32', dims)),
    nodes,
    initializers: [
      integers('tokens', [-1, tokens, width]),
      integers('rows', [-1, width]),
      integers('zero', [0]),
      integers('one', [1]),
      integers('last', [-1, width]),
      floats('scale', [width], [1, 2, 3, 4]),
      floats('shift', [width], [0, 1, 0, 1]),
      floats('positions', [1, tokens, width], draw(tokens * width, 3)),
      floats('w', [width, width], draw(width * width, 4)),
      floats('b', [width], draw(width, 5)),
    ],
  });

/** From tokens `t` [N, T, D]: a norm, a product in rows, what went in added to it, the first token of the sum. */
const block: NodeProto[] = [
  onnxNode('LayerNormalization', ['t', 'scale', 'shift'], ['normed'], { axis: -1 }),
  onnxNode('Reshape', ['normed', 'rows'], ['flat']),
  onnxNode('Gemm', ['flat', 'w', 'b'], ['product'], { transB: 1 }),
  onnxNode('Relu', ['product'], ['thought']),
  onnxNode('Reshape', ['thought', 'tokens'], ['back']),
  onnxNode('Add', ['t', 'back'], ['sum']),
  onnxNode('Slice', ['sum', 'zero', 'one', 'one'], ['first']),
  onnxNode('Reshape', ['first', 'last'], ['y']),
];
const into: NodeProto[] = [
  onnxNode('Reshape', ['x', 'tokens'], ['all']),
  onnxNode('Softmax', ['all'], ['t'], { axis: 1 }),
];
/** Something whose rank is not known here, told by a Reshape. */
const told: NodeProto[] = [...into.slice(0, 1), onnxNode('Add', ['all', 'positions'], ['t'])];

async function run(model: OnnxModel): Promise<{ y: Float32Array; product: readonly number[] }> {
  const graph = model.graph;
  if (graph && !graph.output.some(({ name }) => name === 'product'))
    graph.output.push(onnxValue('product', 'float32', ['R', width]));
  await using session = await openSession(renderOnnx(model));
  const data = draw(pictures * tokens * width, 1);
  const outputs = await session.run({ x: { type: 'float32', dims: [pictures, tokens * width], data } });
  return { y: outputs['y']?.data as Float32Array, product: outputs['product']?.dims ?? [] };
}

test('a block of which the first token is read computes that token alone, and the answer is the same', async () => {
  const model = aModel([...told, ...block]);

  const [whole, cut] = [await run(model), await run(keepFirstToken(aModel([...told, ...block])))];

  expect(whole.product).toEqual([pictures * tokens, width]);
  expect(cut.product).toEqual([pictures, width]);
  expect(largestDifference(cut.y, whole.y)).toBeLessThan(1e-6);
});

test('positions that differ by token are cut with the tokens, not mistaken for a bias', async () => {
  const nodes = [...told, ...block.slice(0, 5), onnxNode('Add', ['back', 'positions'], ['sum']), ...block.slice(6)];

  const [whole, cut] = [await run(aModel(nodes)), await run(keepFirstToken(aModel(nodes)))];

  expect(largestDifference(cut.y, whole.y)).toBeLessThan(1e-6);
});

test.each([
  ['another reads all tokens', { y: ['N', 'D'], sum: ['N', 'T', 'D'] }, [...told, ...block]],
  ['the rank is not known', { y: ['N', 'D'] }, [...into, ...block]],
  [
    'the second token is taken',
    { y: ['N', 'D'] },
    [...told, ...block.slice(0, 6), onnxNode('Slice', ['sum', 'one', 'two', 'one'], ['first']), ...block.slice(7)],
  ],
])('nothing is cut where %s', (_reason, outputs, nodes) => {
  const model = aModel(nodes, outputs);
  model.graph?.initializer.push(integers('two', [2]));

  expect(keepFirstToken(model)).toBe(model);
});
