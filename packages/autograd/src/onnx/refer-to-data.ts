/** @file A model whose large tensors stay in the file that they are in, from where ONNX Runtime maps them instead of copying them twice. */
import { create } from '@bufbuild/protobuf';
import { copyMessage } from './copy-message.ts';
import { graphOf } from './edit-onnx.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from './generated/onnx_pb.ts';
import type { OnnxModel } from './read-onnx.ts';
import { skippedBytes } from './read-outline.ts';

/** `model` is parsed from the outline of `file`, a name in the folder that ONNX Runtime is told (`SessionOptions.dataFolder`). */
export function referToData(model: OnnxModel, { outline, file }: { outline: Uint8Array; file: string }): OnnxModel {
  const refer = (tensor: TensorProto): TensorProto => {
    const { rawData } = tensor;
    if (rawData.length < skippedBytes) return tensor;
    const entries = { location: file, offset: rawData.byteOffset - outline.byteOffset, length: rawData.length };
    return copyMessage(TensorProtoSchema, tensor, {
      rawData: new Uint8Array(),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value: String(value) }),
      ),
    });
  };
  const graph = graphOf(model);
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graph, { initializer: graph.initializer.map(refer) }),
  });
}
