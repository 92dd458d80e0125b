/** @file Element types of ONNX tensors: number, name, bits (TensorProto.DataType). */

export const elementTypes = {
  float32: { id: 1, bits: 32 },
  uint8: { id: 2, bits: 8 },
  int8: { id: 3, bits: 8 },
  uint16: { id: 4, bits: 16 },
  int16: { id: 5, bits: 16 },
  int32: { id: 6, bits: 32 },
  int64: { id: 7, bits: 64 },
  string: { id: 8, bits: undefined },
  bool: { id: 9, bits: 8 },
  float16: { id: 10, bits: 16 },
  float64: { id: 11, bits: 64 },
  uint32: { id: 12, bits: 32 },
  uint64: { id: 13, bits: 64 },
  bfloat16: { id: 16, bits: 16 },
  uint4: { id: 21, bits: 4 },
  int4: { id: 22, bits: 4 },
} as const;

export type ElementType = keyof typeof elementTypes;

const byId = new Map<number, (typeof elementTypes)[ElementType]>(
  Object.values(elementTypes).map((type) => [type.id, type]),
);

export const isSupportedElementType = (id: number | undefined): boolean => id !== undefined && byId.has(id);

/** Bytes of raw data for so many elements; undefined for strings. */
export function initializerBytes(id: number | undefined, elements: number): number | undefined {
  const bits = id === undefined ? undefined : byId.get(id)?.bits;
  return bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
}
