/** @file The table: everything known about every operator. */
import type { Operator, OperatorAttributes } from './operator.ts';
import { activations } from './operators/activations.ts';
import { cast, comparisons } from './operators/comparisons.ts';
import { convolutions } from './operators/convolution.ts';
import { elementwise } from './operators/elementwise.ts';
import { layout } from './operators/layout.ts';
import { matmul } from './operators/matmul.ts';
import { normalizations } from './operators/normalization.ts';
import { parts } from './operators/parts.ts';
import { pooling } from './operators/pooling.ts';
import { reductions } from './operators/reductions.ts';
import { rows } from './operators/rows.ts';
import { softmaxes } from './operators/softmax.ts';

export type OperatorTable = { readonly [Name in keyof OperatorAttributes]: Operator<OperatorAttributes[Name]> };

/** Total: an operator without its record does not compile. */
export const operators: OperatorTable = Object.freeze({
  ...elementwise,
  ...activations,
  ...comparisons,
  cast,
  ...layout,
  ...parts,
  ...reductions,
  matmul,
  ...convolutions,
  ...pooling,
  ...normalizations,
  ...softmaxes,
  ...rows,
});

/** The record of an operator whose name is known only at run time, together with its attributes. */
export function recordOf(name: keyof OperatorAttributes): Operator<OperatorAttributes[keyof OperatorAttributes]> {
  return operators[name] as unknown as Operator<OperatorAttributes[keyof OperatorAttributes]>;
}
