/** @file Activation functions and their like: element by element, one input. */
import type { Operator, OperatorAttributes, RangeAttributes } from '../operator.ts';
import type { TensorType, Value } from '../value.ts';
import { mapBroadcast, unary } from './elementwise.ts';

type Activations = Pick<OperatorAttributes, 'tanh' | 'sigmoid' | 'relu' | 'clip' | 'gateGradient'>;

export const activations: { readonly [Name in keyof Activations]: Operator<Activations[Name]> } = {
  /** d tanh(x)/dx = 1 - tanh(x)^2 */
  tanh: unary({
    f: Math.tanh,
    derive: (ops, g, _, y) => ops.sub(g, ops.mul(g, ops.mul(y, y))),
    onnx: 'Tanh',
  }),
  /** σ(x) = 1 / (1 + e^-x), so dσ/dx = σ(1 - σ). */
  sigmoid: unary({
    f: (x) => 1 / (1 + Math.exp(-x)),
    derive: (ops, g, _, y) => ops.mul(g, ops.sub(y, ops.mul(y, y))),
    onnx: 'Sigmoid',
  }),
  /** At 0 the derivative is taken as 0, as every framework does. */
  relu: unary({
    f: (x) => Math.max(x, 0),
    derive: (ops, g, _, y) => ops.gateGradient(g, y, { min: 0 }),
    onnx: 'Relu',
  }),
  /** At both ends the derivative is taken as 0. */
  clip: unary({
    f: (x, { min, max }) => Math.min(Math.max(x, min), max),
    derive: (ops, g, _, y, range) => ops.gateGradient(g, y, range),
    onnx: ({ inputs: [x], outputs, attributes: { min, max }, writer }) =>
      writer.node(
        'Clip',
        [
          x as string,
          min === -Infinity ? '' : writer.floats([min], []),
          ...(max === Infinity ? [] : [writer.floats([max], [])]),
        ],
        outputs,
      ),
  }),
  /** Linear in g, constant in y. */
  gateGradient: {
    inferShape: ([g]) => [g as TensorType],
    reference: ({ inputs, outputs, attributes: { min, max } }) => [
      mapBroadcast(inputs, (outputs[0] as TensorType).shape, (g, y) => (y > min && y < max ? g : 0)),
    ],
    gradient: ({ inputs: [, y], gradients, attributes, ops }) => [
      ops.gateGradient(gradients[0] as Value, y as Value, attributes),
      undefined,
    ],
    onnx: ({ inputs: [g, y], outputs, attributes, writer }) => {
      const tests = boundsOf(attributes).map(([opType, bound]) => {
        const passed = writer.temporary();
        writer.node(opType, [y as string, writer.floats([bound], [])], [passed]);
        return passed;
      });
      const [first, second] = tests;
      if (first === undefined) return writer.node('Identity', [g as string], outputs);
      const both = second === undefined ? first : writer.temporary();
      if (second !== undefined) writer.node('And', [first, second], [both]);
      writer.node('Where', [both, g as string, writer.floats([0], [])], outputs);
    },
  },
};

const boundsOf = ({ min, max }: RangeAttributes): [opType: string, bound: number][] => [
  ...(min === -Infinity ? [] : [['Greater', min] as [string, number]]),
  ...(max === Infinity ? [] : [['Less', max] as [string, number]]),
];
