/** @file A graph is what its values come from: frozen, of static shape, without a place where it is kept. */
import type { OperatorAttributes, OperatorName } from './operator.ts';
import { type Shape, ShapeError, sizeOf } from './shape.ts';

export type ElementType = 'float32' | 'int64' | 'bool';
/** Bytes are truth values: 0 or 1. */
export type ConstantData = Float32Array | BigInt64Array | Uint8Array;

export interface TensorType {
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A tensor of the graph, not yet computed. */
export interface Value extends TensorType {
  readonly origin: Origin;
}

export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: ConstantData }
  | { readonly kind: 'node'; readonly node: Node; readonly output: number };

/** One application of an operator. */
export interface Node<Name extends OperatorName = OperatorName> {
  readonly operator: Name;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: OperatorAttributes[Name];
}

/** A tensor that the caller feeds by name at every run: pictures, targets and parameters alike. */
export function input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
  return Object.freeze({ type, shape: checkedShape(shape), origin: Object.freeze({ kind: 'input', name }) });
}

/** A tensor stored in the model. */
export function constant(data: ConstantData, shape: Shape): Value {
  if (data.length !== sizeOf(shape)) throw new ShapeError(`${data.length} values do not fill [${shape}]`);
  return Object.freeze({
    type: typeOfData(data),
    shape: checkedShape(shape),
    origin: Object.freeze({ kind: 'constant', data }),
  });
}

export function typeOfData(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof BigInt64Array ? 'int64' : 'bool';
}

export const scalar = (value: number): Value => constant(Float32Array.of(value), []);

function checkedShape(shape: Shape): Shape {
  if (shape.some((dimension) => !Number.isInteger(dimension) || dimension < 0)) {
    throw new ShapeError(`[${shape}] is not a static shape`);
  }
  return Object.freeze([...shape]);
}

export function makeNode<Name extends OperatorName>(
  node: Pick<Node<Name>, 'operator' | 'inputs' | 'attributes'>,
  types: readonly TensorType[],
): Node<Name> {
  const outputs: Value[] = [];
  const made: Node<Name> = { ...node, inputs: Object.freeze([...node.inputs]), outputs };
  for (const [output, { type, shape }] of types.entries()) {
    outputs.push(
      Object.freeze({ type, shape: checkedShape(shape), origin: Object.freeze({ kind: 'node', node: made, output }) }),
    );
  }
  Object.freeze(outputs);
  return Object.freeze(made);
}

/** Every node that `values` need, each after those it reads. No recursion: a network may be thousands of nodes deep. */
export function listNodes(values: readonly Value[]): Node[] {
  const ordered = new Set<Node>();
  const stack = values.flatMap(nodeOf).toReversed();
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    const waiting = ordered.has(node) ? [] : node.inputs.flatMap(nodeOf).filter((needed) => !ordered.has(needed));
    if (waiting.length > 0) {
      stack.push(...waiting.toReversed());
      continue;
    }
    ordered.add(node);
    stack.pop();
  }
  return [...ordered];
}

const nodeOf = ({ origin }: Value): Node[] => (origin.kind === 'node' ? [origin.node] : []);
