/** @file Operators whose results are true or false, the choice by them, and changes of type. */
import { elementTypes } from '../../onnx/element-types.ts';
import type { Operator, OperatorAttributes } from '../operator.ts';
import { type ElementType, scalar, type TensorType, type Value } from '../value.ts';
import { broadcastAll, commonType, mapBroadcast } from './elementwise.ts';

type None = OperatorAttributes['equal'];

function comparison(f: (a: number, b: number) => boolean, onnx: string): Operator<None> {
  return {
    inferShape: (inputs) => [{ type: 'bool', shape: broadcastAll(inputs) }],
    reference: ({ inputs, outputs }) => [
      mapBroadcast(inputs, (outputs[0] as TensorType).shape, (a, b) => (f(a, b) ? 1 : 0)),
    ],
    gradient: 'none',
    onnx,
  };
}

const converted: Readonly<Record<ElementType, (x: number) => number>> = {
  float32: (x) => x,
  int64: Math.trunc,
  bool: (x) => (x === 0 ? 0 : 1),
};

/** From or to integers and truth values, which have no gradient. */
export const cast: Operator<OperatorAttributes['cast']> = {
  inferShape: ([x], { type }) => [{ type, shape: (x as TensorType).shape }],
  reference: ({ inputs, attributes: { type } }) => inputs.map(({ data }) => data.map(converted[type])),
  gradient: 'none',
  onnx: ({ inputs, outputs, attributes: { type }, writer }) =>
    writer.node('Cast', inputs, outputs, { to: elementTypes[type].id }),
};

export const comparisons = {
  equal: comparison((a, b) => a === b, 'Equal'),
  greater: comparison((a, b) => a > b, 'Greater'),
  less: comparison((a, b) => a < b, 'Less'),
  not: comparison((a) => !a, 'Not'),
  and: comparison((a, b) => a !== 0 && b !== 0, 'And'),
  where: {
    inferShape: (inputs) => [{ type: commonType(inputs.slice(1)), shape: broadcastAll(inputs) }],
    reference: ({ inputs, outputs }) => [
      mapBroadcast(inputs, (outputs[0] as TensorType).shape, (c, a, b) => (c ? a : b)),
    ],
    gradient: ({ inputs, gradients, isNeeded, ops }) => {
      const [condition, a, b] = inputs as [Value, Value, Value];
      const g = gradients[0] as Value;
      const zero = scalar(0);
      return [
        undefined,
        isNeeded[1] ? ops.sumTo(ops.where(condition, g, zero), a.shape) : undefined,
        isNeeded[2] ? ops.sumTo(ops.where(condition, zero, g), b.shape) : undefined,
      ];
    },
    onnx: 'Where',
  },
} satisfies Partial<Record<keyof OperatorAttributes, Operator<None>>>;
