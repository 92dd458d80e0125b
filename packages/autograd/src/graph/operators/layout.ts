/** @file Operators that move elements and compute nothing. */
import type { Operator, OperatorAttributes } from '../operator.ts';
import { broadcastShapes, isSameShape, type Shape, ShapeError, sizeOf, stridesOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';
import { forEachOffset, mapBroadcast } from './elementwise.ts';

/** Fills in the one -1 of a shape. */
export function resolveShape(shape: Shape, size: number): Shape {
  const known = shape.reduce((product, dimension) => (dimension === -1 ? product : product * dimension), 1);
  const resolved = shape.map((dimension) => (dimension === -1 ? size / known : dimension));
  if (sizeOf(resolved) !== size || resolved.some((d) => !Number.isInteger(d) || d < 0)) {
    throw new ShapeError(`${size} elements cannot be given the shape [${shape}]`);
  }
  return resolved;
}

const invert = (permutation: readonly number[]): number[] => permutation.map((_, axis) => permutation.indexOf(axis));

type Layout = Pick<OperatorAttributes, 'reshape' | 'transpose' | 'expand'>;

export const layout: { readonly [Name in keyof Layout]: Operator<Layout[Name]> } = {
  reshape: {
    inferShape: ([x], { shape }) => [
      { ...(x as TensorType), shape: resolveShape(shape, sizeOf((x as TensorType).shape)) },
    ],
    reference: ({ inputs }) => inputs.map(({ data }) => data),
    gradient: ({ inputs, gradients, ops }) => [ops.reshape(gradients[0] as Value, (inputs[0] as Value).shape)],
    onnx: ({ inputs, outputs, outputTypes, writer }) =>
      writer.node('Reshape', [inputs[0] as string, writer.integers((outputTypes[0] as TensorType).shape)], outputs, {
        allowzero: 1,
      }),
  },
  transpose: {
    inferShape: ([x], { permutation }) => {
      const { shape, type } = x as TensorType;
      if (
        !isSameShape(
          [...permutation].sort((a, b) => a - b),
          [...shape.keys()],
        )
      ) {
        throw new ShapeError(`[${permutation}] does not permute the axes of [${shape}]`);
      }
      return [{ type, shape: permutation.map((axis) => shape[axis] as number) }];
    },
    reference: ({ inputs, outputs, attributes: { permutation } }) =>
      inputs.map(({ data, shape: from }) => {
        const { shape } = outputs[0] as TensorType;
        const strides = stridesOf(from);
        const result = new Float64Array(data.length);
        const moved = permutation.map((axis) => strides[axis] as number);
        forEachOffset(shape, [moved], (index, [offset]) => {
          result[index] = data[offset as number] as number;
        });
        return result;
      }),
    gradient: ({ gradients, attributes: { permutation }, ops }) => [
      ops.transpose(gradients[0] as Value, invert(permutation)),
    ],
    onnx: ({ inputs, outputs, attributes: { permutation }, writer }) =>
      writer.node('Transpose', inputs, outputs, { perm: permutation }),
  },
  expand: {
    inferShape: ([x], { shape }) => {
      const { type, shape: from } = x as TensorType;
      if (!isSameShape(broadcastShapes(from, shape), shape))
        throw new ShapeError(`[${from}] does not stretch to [${shape}]`);
      return [{ type, shape }];
    },
    reference: ({ inputs, attributes: { shape } }) => [mapBroadcast(inputs, shape, (x) => x)],
    gradient: ({ inputs, gradients, ops }) => [ops.sumTo(gradients[0] as Value, (inputs[0] as Value).shape)],
    onnx: ({ inputs, outputs, attributes: { shape }, writer }) =>
      writer.node('Expand', [inputs[0] as string, writer.integers(shape)], outputs),
  },
};
