/** @file Stored tensors as constants of the graph. */
import { type ConstantData, constant, type ElementType, type Value } from '../../graph/value.ts';
import { elementTypes, initializerBytes } from '../element-types.ts';
import type { TensorProto } from '../generated/onnx_pb.ts';
import { Unsupported } from './unsupported.ts';

/** The graph's type for one of ONNX; whole numbers of all widths are one. */
export function graphType(id: number | undefined): ElementType {
  const found = graphTypes.get(id ?? 0);
  if (!found) throw new Unsupported(`tensors of element type ${id} are not trained`);
  return found;
}

const graphTypes: ReadonlyMap<number, ElementType> = new Map([
  [elementTypes.float32.id, 'float32'],
  [elementTypes.float64.id, 'float32'],
  [elementTypes.int64.id, 'int64'],
  [elementTypes.int32.id, 'int64'],
  [elementTypes.uint8.id, 'int64'],
  [elementTypes.int8.id, 'int64'],
  [elementTypes.bool.id, 'bool'],
]);

/** Throws Unsupported for element types that the graph does not know. The sizes were checked when the file was parsed. */
export function storedValue(tensor: TensorProto): Value {
  const shape = tensor.dims.map(Number);
  return constant(dataOf(tensor, graphType(tensor.dataType)), shape);
}

function dataOf(tensor: TensorProto, type: ElementType): ConstantData {
  const numbers = numbersOf(tensor);
  if (type === 'float32' && numbers instanceof Float32Array) return numbers;
  const data = new arrays[type](numbers.length);
  for (let i = 0; i < data.length; i++) data[i] = converters[type](numbers[i] ?? 0);
  return data;
}

const arrays = { float32: Float32Array, int64: BigInt64Array, bool: Uint8Array } as const;

const converters: Readonly<Record<ElementType, (x: number | bigint) => number | bigint>> = {
  float32: Number,
  int64: BigInt,
  bool: (x) => (Number(x) === 0 ? 0 : 1),
};

type Numbers = ArrayLike<number | bigint>;

/** Raw little-endian bytes, or the field of the type. */
function numbersOf(tensor: TensorProto): Numbers {
  const { rawData, dataType } = tensor;
  if (rawData.length === 0) {
    const fields = [tensor.floatData, tensor.doubleData, tensor.int64Data, tensor.int32Data];
    return fields.find(({ length }) => length > 0) ?? [];
  }
  // A copy begins where any type may begin; a Buffer's slice would be no copy.
  const bytes = new Uint8Array(rawData).buffer;
  const read = readers.get(dataType ?? 0);
  if (!read || rawData.length !== initializerBytes(dataType, Number(tensor.dims.reduce((a, b) => a * b, 1n))))
    throw new Unsupported(`tensors of element type ${dataType} are not trained`);
  return read(bytes);
}

const readers: ReadonlyMap<number, (bytes: ArrayBuffer) => Numbers> = new Map<number, (bytes: ArrayBuffer) => Numbers>([
  [elementTypes.float32.id, (bytes) => new Float32Array(bytes)],
  [elementTypes.float64.id, (bytes) => new Float64Array(bytes)],
  [elementTypes.int64.id, (bytes) => new BigInt64Array(bytes)],
  [elementTypes.int32.id, (bytes) => new Int32Array(bytes)],
  [elementTypes.uint8.id, (bytes) => new Uint8Array(bytes)],
  [elementTypes.int8.id, (bytes) => new Int8Array(bytes)],
  [elementTypes.bool.id, (bytes) => new Uint8Array(bytes)],
]);
