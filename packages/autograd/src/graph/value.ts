/** @file Values of a graph: frozen, of static shape, made by an operator from other values. */
import { type OperatorName, operators } from './operators.ts';

/** Sizes of the dimensions; `[]` is a scalar. */
export type Shape = readonly number[];
export type Attributes = Readonly<Record<string, number | boolean | readonly number[]>>;

export interface Value {
  readonly kind: 'input' | 'constant' | 'operator';
  readonly shape: Shape;
  /** Of an input. */
  readonly name?: string;
  /** Of a constant: row-major. */
  readonly data?: Float32Array;
  /** Of an operator's result. */
  readonly operator?: OperatorName;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
}

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** A value that is fed when the graph runs. */
export const input = (name: string, shape: Shape): Value =>
  Object.freeze({ kind: 'input', name, shape: [...shape], inputs: [], attributes: {} });

/** A value that is stored in the graph. Throws where data and shape disagree. */
export function constant(data: ArrayLike<number>, shape: Shape = []): Value {
  if (data.length !== sizeOf(shape))
    throw new Error(`${data.length} numbers do not fill the shape [${shape.join(', ')}]`);
  return Object.freeze({
    kind: 'constant',
    data: Float32Array.from(data),
    shape: [...shape],
    inputs: [],
    attributes: {},
  });
}

/** The result of an operator. Throws where the shapes do not fit it. */
export function apply(operator: OperatorName, inputs: readonly Value[], attributes: Attributes = {}): Value {
  const shape = operators[operator].inferShape(
    inputs.map((value) => value.shape),
    attributes,
  );
  return Object.freeze({ kind: 'operator', operator, inputs: [...inputs], attributes, shape });
}
