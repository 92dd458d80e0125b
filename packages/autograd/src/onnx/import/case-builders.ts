/** @file What the cases of the rules are made of: small models of a picture [2, 3, 4, 6] named `x` that end in `y`. */
import { draw } from '../../testing.ts';
import { type AttributeValue, floats, onnxNode } from '../build-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';

export const pictureShape = [2, 3, 4, 6];

export interface RuleCase {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly stored?: readonly TensorProto[];
  /** Default 18. */
  readonly opset?: number;
  /** Names of the tensors that are learned; default none. */
  readonly learned?: readonly string[];
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A stored tensor of seeded numbers; `shift` keeps them away from 0 or from negative ones. */
export const weights = (name: string, dims: readonly number[], shift = 0): TensorProto =>
  floats(
    name,
    dims,
    draw(
      dims.reduce((a, b) => a * b, 1),
      name.length + dims.length,
    ).map((x) => x + shift),
  );

export const number = (name: string, value: number): TensorProto => floats(name, [], [value]);

/** One node on the picture, and what the file stores for its other inputs. */
export function single(
  opType: string,
  {
    name = 'by default',
    stored = [],
    attributes = {},
    ...rest
  }: Partial<Omit<RuleCase, 'nodes'>> & { attributes?: Attributes } = {},
): RuleCase {
  const [domain = '', type = opType] = opType.startsWith('com.microsoft.') ? ['com.microsoft', opType.slice(14)] : [];
  const inputs = ['x', ...stored.map((tensor) => tensor.name)];
  return { name, stored, nodes: [onnxNode(type, inputs, ['y'], attributes, domain)], ...rest };
}

export const f = (float: number): AttributeValue => ({ float });
