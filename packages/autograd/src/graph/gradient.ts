/** @file Reverse-mode differentiation (https://arxiv.org/abs/1502.05767, section 3.2): graph in, graph out. */
import { recordOf } from './operators.ts';
import { ops } from './ops.ts';
import { ShapeError } from './shape.ts';
import { constant, listNodes, scalar, type Value } from './value.ts';

/**
 * dL/dv for each of `variables`, in their order and of their shapes. What does not lie between a variable and the loss is frozen: no
 * node is made for it. A variable that the loss does not depend on gets zeros. Throws ShapeError unless `loss` is a scalar.
 */
export function computeGradients(loss: Value, variables: readonly Value[]): Value[] {
  if (loss.shape.length > 0) throw new ShapeError(`the loss must be a scalar, not [${loss.shape}]`);
  const nodes = listNodes([loss]);
  const moving = new Set<Value>(variables);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((value) => moving.has(value))) for (const output of outputs) moving.add(output);
  }

  const gradients = new Map<Value, Value>([[loss, scalar(1)]]);
  for (const { operator, inputs, outputs, attributes } of nodes.toReversed()) {
    const isNeeded = inputs.map((value) => moving.has(value));
    const arriving = outputs.map((output) => gradients.get(output));
    const { gradient } = recordOf(operator);
    if (gradient === 'none' || !isNeeded.includes(true) || arriving.every((g) => g === undefined)) continue;
    if (gradient === 'unwritten') throw new Error(`the gradient of ${operator} is not written`);
    const leaving = gradient({ inputs, outputs, attributes, gradients: arriving, isNeeded, ops });
    for (const [i, value] of inputs.entries()) {
      const [sofar, more] = [gradients.get(value), leaving[i]];
      if (more && isNeeded[i]) gradients.set(value, sofar ? ops.add(sofar, more) : more);
    }
  }
  return variables.map((variable) => gradients.get(variable) ?? zerosLike(variable));
}

const zerosLike = ({ shape }: Value): Value =>
  ops.expand(
    constant(
      new Float32Array(1),
      shape.map(() => 1),
    ),
    shape,
  );
