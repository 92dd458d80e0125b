/** @file Old models in a newer operator set: scales for each channel need 13. Only operators that mean the same there are let through. */
import { floats } from '../build-onnx.ts';
import { copyMessage } from '../copy-message.ts';
import { opsetOf } from '../edit-onnx.ts';
import {
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
} from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { attributeOf, indexGraph, withNodes } from './graph-index.ts';

export const channelOpset = 13;

/** Operator -> the operator set since which it has meant in this form what it means in 13. */
const portableSince: ReadonlyMap<string, number> = new Map(
  Object.entries({
    Conv: 1,
    Gemm: 7,
    MatMul: 1,
    Add: 7,
    Sub: 7,
    Mul: 7,
    Div: 7,
    Relu: 6,
    LeakyRelu: 6,
    Sigmoid: 6,
    HardSigmoid: 6,
    Tanh: 6,
    Exp: 6,
    Sqrt: 6,
    Clip: 6,
    MaxPool: 8,
    AveragePool: 7,
    GlobalAveragePool: 1,
    GlobalMaxPool: 1,
    ReduceMean: 1,
    Concat: 4,
    Reshape: 5,
    Flatten: 9,
    Transpose: 1,
    Identity: 1,
    Cast: 9,
    Gather: 1,
    Shape: 1,
    BatchNormalization: 9,
    InstanceNormalization: 6,
    LRN: 1,
    Softmax: 1,
    Constant: 1,
    PRelu: 9,
    ConvTranspose: 1,
  }),
);

/** Unchanged where it is new enough. Throws OnnxError naming the first operator that means something else in 13. */
export function raiseOpset(model: OnnxModel): OnnxModel {
  const opset = opsetOf(model);
  if (opset >= channelOpset) return model;
  const added: TensorProto[] = [];
  const nodes = indexGraph(model).nodes.map((node) => {
    const isOwn = node.domain === '' || node.domain === 'ai.onnx';
    if (isOwn && opset < (portableSince.get(node.opType) ?? Infinity))
      throw new OnnxError(
        `it is written in operator set ${opset}, and its ${node.opType} means something else in ${channelOpset}`,
      );
    if (node.opType === 'Softmax') return assertSameSoftmax(node, opset);
    return node.opType === 'Clip' && opset < 11 ? withClipInputs(node, added) : node;
  });
  return copyMessage(ModelProtoSchema, withNodes(model, nodes, added), {
    irVersion: model.irVersion < 7n ? 7n : model.irVersion,
    opsetImport: model.opsetImport.map((entry) =>
      entry.domain === '' || entry.domain === 'ai.onnx'
        ? copyMessage(OperatorSetIdProtoSchema, entry, { version: BigInt(channelOpset) })
        : entry,
    ),
  });
}

/** Before 13 it flattened to two axes at `axis`, 1 by default: the same thing for rows of classes, if it is said. */
function assertSameSoftmax(node: NodeProto, opset: number): NodeProto {
  const axis = attributeOf(node, 'axis');
  if (axis === undefined || axis.i !== 1n)
    throw new OnnxError(`its Softmax of operator set ${opset} does not say axis 1`);
  return node;
}

/** Its limits were attributes before they were inputs. */
function withClipInputs(node: NodeProto, added: TensorProto[]): NodeProto {
  const limits = ['min', 'max'].map((name) => {
    const limit = attributeOf(node, name);
    if (!limit) return '';
    const tensor = floats(`${node.output[0]}/${name}`, [], [limit.f]);
    added.push(tensor);
    return tensor.name;
  });
  return copyMessage(NodeProtoSchema, node, { input: [node.input[0] as string, ...limits], attribute: [] });
}
