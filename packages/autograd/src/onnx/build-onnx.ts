/** @file Small constructors for ONNX messages, so that graphs read like formulas. */
import { create } from '@bufbuild/protobuf';
import { type ElementType, elementTypes } from './element-types.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import type { OnnxModel } from './read-onnx.ts';

/** The operator set and file version every graph of ours is written in; onnxruntime 1.30 and browsers of 2024 read both. */
export const opsetVersion = 17;
export const irVersion = 8;

export type Dimension = number | string;
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { float: number }
  | { floats: readonly number[] }
  | { tensor: TensorProto };

/** Numbers are integers; `{ float }` and `{ floats }` say otherwise. */
function attribute(name: string, value: AttributeValue): AttributeProto {
  const Type = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: Type.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: Type.STRING, s: new TextEncoder().encode(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Type.FLOAT, f: value.float });
  if ('floats' in value) return create(AttributeProtoSchema, { name, type: Type.FLOATS, floats: [...value.floats] });
  if ('tensor' in value) return create(AttributeProtoSchema, { name, type: Type.TENSOR, t: value.tensor });
  return create(AttributeProtoSchema, { name, type: Type.INTS, ints: value.map(BigInt) });
}

export function onnxNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    domain,
    input: [...input],
    output: [...output],
    name: `${opType}_${output[0] ?? ''}`,
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

type TypedData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array;

/** A constant tensor; the data is copied little-endian, as ONNX wants it. Of float16 the bits are given. */
export function onnxTensor(
  name: string,
  type: 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool',
  dims: readonly number[],
  data: TypedData,
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes[type].id,
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer),
  });
}

export const floats = (name: string, dims: readonly number[], values: ArrayLike<number>): TensorProto =>
  onnxTensor(name, 'float32', dims, values instanceof Float32Array ? values : Float32Array.from(values));

export const integers = (name: string, values: readonly number[]): TensorProto =>
  onnxTensor(name, 'int64', [values.length], BigInt64Array.from(values.map(BigInt)));

/** A named input or output; a text dimension is symbolic. */
export function onnxValue(name: string, type: ElementType, dims: readonly Dimension[]): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: elementTypes[type].id,
          shape: {
            dim: dims.map((dimension) =>
              typeof dimension === 'number'
                ? { value: { case: 'dimValue' as const, value: BigInt(dimension) } }
                : { value: { case: 'dimParam' as const, value: dimension } },
            ),
          },
        },
      },
    },
  });
}

export interface OnnxGraphParts {
  name: string;
  inputs: readonly ValueInfoProto[];
  outputs: readonly ValueInfoProto[];
  nodes: readonly NodeProto[];
  initializers?: readonly TensorProto[];
  /** Version of the default operator set; default 17. */
  opset?: number;
  /** Other operator sets that nodes name, version 1 each. */
  domains?: readonly string[];
}

export function onnxModel(parts: OnnxGraphParts): OnnxModel {
  const domains = new Set(parts.nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  return create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: 'tintype',
    opsetImport: [
      { domain: '', version: BigInt(parts.opset ?? opsetVersion) },
      ...[...domains].map((domain) => ({ domain, version: 1n })),
    ],
    graph: create(GraphProtoSchema, {
      name: parts.name,
      input: [...parts.inputs],
      output: [...parts.outputs],
      node: [...parts.nodes],
      initializer: [...(parts.initializers ?? [])],
    }),
  });
}
