/** @file ONNX model -> bytes. */
import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './generated/onnx_pb.ts';
import type { OnnxModel } from './read-onnx.ts';

/** Equal models give equal bytes. */
export function renderOnnx(model: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, model, { writeUnknownFields: false });
}
