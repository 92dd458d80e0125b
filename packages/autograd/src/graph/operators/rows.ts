/** @file Operators that choose by index. */
import type { Operator, OperatorAttributes } from '../operator.ts';
import { normalizeAxes, ShapeError, sizeOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';

type Rows = Pick<OperatorAttributes, 'oneHot' | 'gather' | 'gatherRows' | 'scatterAddRows'>;

function assertIndices(indices: TensorType | undefined, rank: number | undefined): TensorType {
  if (indices?.type !== 'int64' || (rank !== undefined && indices.shape.length !== rank)) {
    throw new ShapeError(`indices must be int64${rank === undefined ? '' : ` of ${rank} axis`}`);
  }
  return indices;
}

export const rows: { readonly [Name in keyof Rows]: Operator<Rows[Name]> } = {
  oneHot: {
    inferShape: ([indices], { depth }) => [
      { type: 'float32', shape: [...assertIndices(indices, undefined).shape, depth] },
    ],
    reference: ({ inputs, attributes: { depth } }) =>
      inputs.map(({ data }) => {
        const result = new Float64Array(data.length * depth);
        for (const [row, index] of data.entries()) result[row * depth + index] = 1;
        return result;
      }),
    gradient: 'none',
    onnx: ({ inputs, outputs, attributes: { depth }, writer }) =>
      writer.node('OneHot', [inputs[0] as string, writer.integers([depth]), writer.floats([0, 1])], outputs, {
        axis: -1,
      }),
  },
  gather: {
    inferShape: ([x, indices], { axis }) => {
      const { shape, type } = x as TensorType;
      normalizeAxes([axis], shape.length);
      const chosen = assertIndices(indices, undefined).shape;
      return [{ type, shape: [...shape.slice(0, axis), ...chosen, ...shape.slice(axis + 1)] }];
    },
    reference: ({ inputs: [x, indices], outputs, attributes: { axis } }) => {
      if (!x || !indices) return [];
      const width = sizeOf(x.shape.slice(axis + 1));
      const result = new Float64Array(sizeOf((outputs[0] as TensorType).shape));
      for (let outer = 0, to = 0; outer < sizeOf(x.shape.slice(0, axis)); outer++)
        for (const index of indices.data) {
          const from = (outer * (x.shape[axis] as number) + index) * width;
          result.set(x.data.subarray(from, from + width), to);
          to += width;
        }
      return [result];
    },
    /** With the axis in front and one row for each index, the sum of the updates of each row. */
    gradient: ({ inputs, gradients, attributes: { axis }, ops }) => {
      const [x, indices] = inputs as [Value, Value];
      const [before, size, after] = [x.shape.slice(0, axis), x.shape[axis] as number, x.shape.slice(axis + 1)];
      const count = sizeOf(indices.shape);
      const updates = ops.transpose(
        ops.reshape(gradients[0] as Value, [sizeOf(before), count, sizeOf(after)]),
        [1, 0, 2],
      );
      const sums = ops.scatterAddRows(updates, ops.reshape(indices, [count]), size);
      return [ops.reshape(ops.transpose(sums, [1, 0, 2]), x.shape), undefined];
    },
    onnx: ({ inputs, outputs, attributes: { axis }, writer }) => writer.node('Gather', inputs, outputs, { axis }),
  },
  gatherRows: {
    inferShape: ([x, indices]) => {
      const { shape, type } = x as TensorType;
      if (shape.length === 0) throw new ShapeError('a scalar has no rows');
      return [{ type, shape: [...assertIndices(indices, 1).shape, ...shape.slice(1)] }];
    },
    reference: ({ inputs: [x, indices] }) => {
      if (!x || !indices) return [];
      const width = sizeOf(x.shape.slice(1));
      const result = new Float64Array(indices.data.length * width);
      for (const [m, row] of indices.data.entries())
        result.set(x.data.subarray(row * width, (row + 1) * width), m * width);
      return [result];
    },
    gradient: ({ inputs: [x, indices], gradients, ops }) => [
      ops.scatterAddRows(gradients[0] as Value, indices as Value, (x as Value).shape[0] as number),
      undefined,
    ],
    onnx: ({ inputs, outputs, writer }) => writer.node('Gather', inputs, outputs, { axis: 0 }),
  },
  scatterAddRows: {
    inferShape: ([updates, indices], { rows: count }) => {
      const { shape } = updates as TensorType;
      if (assertIndices(indices, 1).shape[0] !== shape[0]) throw new ShapeError('every row of updates needs an index');
      return [{ type: 'float32', shape: [count, ...shape.slice(1)] }];
    },
    reference: ({ inputs: [updates, indices], outputs }) => {
      if (!updates || !indices) return [];
      const width = sizeOf(updates.shape.slice(1));
      const result = new Float64Array(sizeOf((outputs[0] as TensorType).shape));
      for (const [m, row] of indices.data.entries())
        for (let i = 0; i < width; i++)
          result[row * width + i] = (result[row * width + i] as number) + (updates.data[m * width + i] as number);
      return [result];
    },
    gradient: ({ inputs: [, indices], gradients, ops }) => [
      ops.gatherRows(gradients[0] as Value, indices as Value),
      undefined,
    ],
    /** ScatterElements wants an index per element: [M] -> [M, 1, ...] -> the shape of the updates. */
    onnx: ({ inputs: [updates, indices], outputs, inputTypes, outputTypes, writer }) => {
      const { shape } = inputTypes[0] as TensorType;
      const column = writer.temporary();
      const every = writer.temporary();
      const zeros = writer.temporary();
      const upright = shape.map((dimension, axis) => (axis === 0 ? dimension : 1));
      writer.node('Reshape', [indices as string, writer.integers(upright)], [column], { allowzero: 1 });
      writer.node('Expand', [column, writer.integers(shape)], [every]);
      writer.node('Expand', [writer.floats([0], []), writer.integers((outputTypes[0] as TensorType).shape)], [zeros]);
      writer.node('ScatterElements', [zeros, every, updates as string], outputs, { axis: 0, reduction: 'add' });
    },
  },
};
