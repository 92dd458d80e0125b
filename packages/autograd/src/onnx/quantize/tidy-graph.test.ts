/** @file Folding what inference does not need, worked by hand and against ONNX Runtime. */
import { expect, test } from 'vitest';
import { openSession } from '../../runtime/session.ts';
import { draw, largestDifference } from '../../testing.ts';
import { floats, integers, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { raiseOpset } from './raise-opset.ts';
import { floatsOfTensor } from './stored-floats.ts';
import { tidyGraph } from './tidy-graph.ts';

interface Parts {
  nodes: NodeProto[];
  initializers: TensorProto[];
  dims: number[];
  opset?: number;
}

const aModel = ({ nodes, initializers, dims, opset = 17 }: Parts): OnnxModel =>
  onnxModel({
    name: 'test',
    inputs: [onnxValue('x', 'float32', dims)],
    outputs: [onnxValue('y', 'float32', ['N', 'M'])],
    nodes,
    initializers,
    opset,
  });

const typesOf = (model: OnnxModel): string[] => model.graph?.node.map(({ opType }) => opType) ?? [];
const storedIn = (model: OnnxModel, name: string): Float32Array | undefined => {
  const tensor = model.graph?.initializer.find((candidate) => candidate.name === name);
  return tensor && floatsOfTensor(tensor);
};

async function run(model: OnnxModel, dims: number[]): Promise<Float32Array> {
  await using session = await openSession(renderOnnx(model));
  const data = draw(
    dims.reduce((product, size) => product * size, 1),
    7,
  );
  const { y } = await session.run({ x: { type: 'float32', dims, data } });
  return y?.data as Float32Array;
}

test('batch normalization goes into the convolution before it', () => {
  const model = aModel({
    nodes: [
      onnxNode('Conv', ['x', 'w', 'b'], ['c']),
      onnxNode('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], ['y'], { epsilon: { float: 1 } }),
    ],
    initializers: [
      floats('w', [2, 1, 1, 1], [3, 5]),
      floats('b', [2], [1, 1]),
      floats('gamma', [2], [2, 4]),
      floats('beta', [2], [10, 20]),
      floats('mean', [2], [0, 3]),
      floats('variance', [2], [3, 15]),
    ],
    dims: [1, 1, 4, 4],
  });

  const tidied = tidyGraph(model);

  // Factors are 2 / sqrt(3 + 1) = 1 and 4 / sqrt(15 + 1) = 1.
  expect(typesOf(tidied)).toEqual(['Conv']);
  expect([...(storedIn(tidied, 'y/weight') ?? [])]).toEqual([3, 5]);
  expect([...(storedIn(tidied, 'y/bias') ?? [])]).toEqual([10 + 1, 20 - 2]);
});

test('constants, identities, dropout, reshaped weights and added biases go, and the answer stays', async () => {
  const nodes = [
    onnxNode('Constant', [], ['flat'], { value: { tensor: integers('', [2, 8]) } }),
    onnxNode('Reshape', ['w', 'flat'], ['w2']),
    onnxNode('Identity', ['x'], ['same']),
    onnxNode('Gemm', ['same', 'w2'], ['product'], { transB: 1 }),
    onnxNode('Add', ['bias', 'product'], ['sum']),
    onnxNode('Dropout', ['sum'], ['kept']),
    onnxNode('Relu', ['kept'], ['y']),
  ];
  const initializers = [floats('w', [2, 2, 4], draw(16, 1)), floats('bias', [2], [1, -1])];
  const model = aModel({ nodes, initializers, dims: [3, 8] });

  const tidied = tidyGraph(model);

  expect(typesOf(tidied)).toEqual(['Gemm', 'Relu']);
  expect(largestDifference(await run(tidied, [3, 8]), await run(model, [3, 8]))).toBeLessThan(1e-6);
});

test('what something else reads is not folded', () => {
  const nodes = [
    onnxNode('Gemm', ['x', 'w'], ['product']),
    onnxNode('Add', ['product', 'bias'], ['sum']),
    onnxNode('Add', ['sum', 'product'], ['y']),
  ];
  const initializers = [floats('w', [2, 2], [1, 2, 3, 4]), floats('bias', [2], [1, 1])];

  expect(typesOf(tidyGraph(aModel({ nodes, initializers, dims: [1, 2] })))).toEqual(['Gemm', 'Add', 'Add']);
});

test('a model of operator set 9 is written in 13: the limits of its Clip become inputs', async () => {
  const nodes = [onnxNode('Clip', ['x'], ['y'], { min: { float: 0 }, max: { float: 0.5 } })];
  const model = aModel({ nodes, initializers: [], dims: [2, 4], opset: 9 });

  const raised = raiseOpset(model);

  expect(raised.opsetImport[0]?.version).toBe(13n);
  expect([...(await run(raised, [2, 4]))]).toEqual([...(await run(model, [2, 4]))]);
});

test('an old operator that means something else now is named', () => {
  const nodes = [onnxNode('Upsample', ['x', 's'], ['y'])];
  const model = aModel({ nodes, initializers: [floats('s', [2], [1, 2])], dims: [2, 4], opset: 9 });

  expect(() => raiseOpset(model)).toThrow(OnnxError);
  expect(() => raiseOpset(model)).toThrow(/its Upsample means something else in 13/);
});
