/** @file The numbers of a stored float32 tensor, whichever way the file keeps them. */
import { elementTypes } from '../element-types.ts';
import type { TensorProto } from '../generated/onnx_pb.ts';

/** A copy. Undefined for other element types. */
export function floatsOfTensor(tensor: TensorProto): Float32Array | undefined {
  if (tensor.dataType !== elementTypes.float32.id) return undefined;
  if (tensor.rawData.length === 0) return Float32Array.from(tensor.floatData);
  const { rawData } = tensor;
  const bytes = rawData.buffer.slice(rawData.byteOffset, rawData.byteOffset + rawData.byteLength);
  return new Float32Array(bytes as ArrayBuffer);
}
