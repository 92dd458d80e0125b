/** @file Models that make no sense are refused with a sentence, not with a crash. */
import { describe, expect, test } from 'vitest';
import { floats, integers, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from '../read-onnx.ts';
import { weights } from './case-builders.ts';
import { importOnnx } from './import-onnx.ts';

const small = { batch: 2, heightPx: 6, widthPx: 6 };
const picture = (name: string, dims: readonly (number | string)[] = ['N', 3, 'H', 'W']) =>
  onnxValue(name, 'float32', dims);

describe('a model that makes no sense is refused', () => {
  const model = (nodes: readonly NodeProto[], parts: Partial<Parameters<typeof onnxModel>[0]> = {}): OnnxModel =>
    onnxModel({
      name: 'hostile',
      inputs: [picture('x')],
      outputs: [onnxValue('y', 'float32', ['N', 1])],
      nodes,
      ...parts,
    });
  const shaped = (opType: string, numbers: readonly number[]): OnnxModel =>
    model([onnxNode(opType, ['x', 'numbers'], ['y'])], { initializers: [integers('numbers', numbers)] });

  test.each<[string, OnnxModel, RegExp]>([
    ['a reshape that loses elements', shaped('Reshape', [7, 5]), /Reshape cannot be read: 216 elements/],
    ['a reshape to a negative size', shaped('Reshape', [-3, 5]), /Reshape cannot be read/],
    ['a stretch beyond memory', shaped('Expand', [2 ** 21, 2, 3, 6, 6]), /Expand makes \d+ elements/],
    ['a tile beyond memory', shaped('Tile', [2 ** 13, 2 ** 13, 1, 1]), /Tile makes \d+ elements/],
    [
      'channels that do not fit',
      model([onnxNode('Conv', ['x', 'w'], ['y'])], { initializers: [weights('w', [4, 2, 1, 1])] }),
      /Conv cannot be read: .*channels do not fit/,
    ],
    [
      'a stride of 0',
      model([onnxNode('MaxPool', ['x'], ['y'], { kernel_shape: [1, 1], strides: [0, 0] })]),
      /MaxPool cannot be read/,
    ],
    [
      'a group of 0',
      model([onnxNode('Conv', ['x', 'w'], ['y'], { group: 0 })], { initializers: [weights('w', [4, 3, 1, 1])] }),
      /Conv cannot be read/,
    ],
    [
      'nodes in circles',
      model([onnxNode('Add', ['x', 'b'], ['a']), onnxNode('Relu', ['a'], ['b']), onnxNode('Relu', ['b'], ['y'])]),
      /nothing makes its tensor "b"/,
    ],
    ['a tensor that nobody makes', model([onnxNode('Add', ['x', 'ghost'], ['y'])]), /nothing makes its tensor "ghost"/],
    ['an input left out', model([onnxNode('Add', ['x'], ['y'])]), /Add lacks an input/],
    [
      'two pictures',
      model([onnxNode('Add', ['x', 'z'], ['y'])], { inputs: [picture('x'), picture('z')] }),
      /more than pictures/,
    ],
    [
      'a row instead of a picture',
      model([onnxNode('Relu', ['x'], ['y'])], { inputs: [picture('x', ['N', 5])] }),
      /no float32 picture/,
    ],
    ['an old operator set', model([onnxNode('Relu', ['x'], ['y'])], { opset: 6 }), /operator set 6/],
    [
      'a range without end',
      model([onnxNode('Range', ['a', 'b', 'c'], ['r']), onnxNode('Add', ['x', 'r'], ['y'])], {
        initializers: [floats('a', [], [0]), floats('b', [], [1e9]), floats('c', [], [1e-9])],
      }),
      /range of/,
    ],
    [
      'indices that are not there',
      model([onnxNode('Gather', ['x', 'i'], ['y'])], { initializers: [integers('i', [9])] }),
      /Gather cannot be read: index 9 of 2/,
    ],
  ])('%s', async (_, hostile, reason) => {
    const refusal = importOnnx(hostile, small);

    await expect(refusal).rejects.toThrow(OnnxError);
    await expect(refusal).rejects.toThrow(reason);
  });
});
