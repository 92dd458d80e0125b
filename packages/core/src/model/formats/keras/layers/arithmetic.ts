/** @file Sums, products and the like of several tensors, or of a tensor and a constant. */
import { settle, type Tensor, tensor } from '../graph-writer.ts';
import type { BuildCall, BuildLayer } from '../layer-call.types.ts';
import { refuse } from '../layer-settings.ts';
import { perChannel } from './normalization.ts';

interface Operand {
  name: string;
  /** Undefined for a constant. */
  shape?: readonly number[];
}

/** Left to right over all operands. */
const fold =
  (op: string): BuildLayer =>
  (call) => {
    const operands = operandsOf(call);
    const shape = commonShape(call, operands);
    const [first, ...rest] = operands as [Operand, ...Operand[]];
    const name = rest.reduce((sum, { name: next }) => call.writer.node(op, [sum, next]), first.name);
    return tensor(name, shape);
  };

export const add = fold('Add');
export const subtract = fold('Sub');
export const multiply = fold('Mul');
export const divide = fold('Div');
export const maximum = fold('Max');
export const minimum = fold('Min');

export const average: BuildLayer = (call) => {
  const sum = add(call);
  const count = call.writer.floats([], [call.inputs.length]);
  return { ...sum, name: call.writer.node('Div', [sum.name, count]) };
};

function operandsOf({ layer, operands, writer, inputs }: BuildCall): Operand[] {
  const settled = inputs.map((input) => settle(writer, input));
  const [first] = settled as [Tensor];
  return operands.map((operand) => {
    if (!('constant' in operand)) return settled[inputs.indexOf(operand)] as Tensor;
    const values = [operand.constant].flat(8) as unknown[];
    if (!values.every((value): value is number => typeof value === 'number'))
      return refuse(layer, 'is called with something that is neither a tensor nor a number');
    return { name: perChannel(writer, layer, first, values) };
  });
}

/** Of tensors of one rank, in which a dimension of 1 stands for any. */
function commonShape({ layer }: BuildCall, operands: readonly Operand[]): number[] {
  const shapes = operands.flatMap(({ shape }) => (shape ? [shape] : []));
  const [first] = shapes as [readonly number[]];
  const common = first.map((_, n) => Math.max(...shapes.map((shape) => shape[n] ?? 0)));
  const fits = (shape: readonly number[]): boolean =>
    shape.length === first.length && shape.every((dimension, n) => dimension === 1 || dimension === common[n]);
  if (!shapes.every(fits)) refuse(layer, `cannot join ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}`);
  return common;
}
