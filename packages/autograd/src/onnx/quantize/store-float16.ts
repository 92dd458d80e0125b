/**
 * @file Weights stored in 16 bits and widened to float32 when the model is loaded: half the file, the same speed and memory, since processors
 * have no kernels that compute in float16. ONNX Runtime widens them once.
 */
import { onnxNode, onnxTensor } from '../build-onnx.ts';
import { copyMessage } from '../copy-message.ts';
import { graphOf, pruneToOutputs } from '../edit-onnx.ts';
import { elementTypes } from '../element-types.ts';
import { GraphProtoSchema, ModelProtoSchema, type NodeProto, type TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { largestHalf, toHalves } from './float16.ts';
import { withNodes } from './graph-index.ts';
import { floatsOfTensor } from './stored-floats.ts';

const prefix = 'fp16/';
/** A smaller tensor saves less than the node that widens it needs. */
const leastElements = 256;

/** Tensors with numbers that float16 has not stay as they are. Throws OnnxError where no tensor is worth it. */
export function storeFloat16(model: OnnxModel): OnnxModel {
  const { output, initializer } = graphOf(model);
  const pruned = pruneToOutputs(
    model,
    output.map(({ name }) => name),
  );
  const halved: TensorProto[] = [];
  const casts: NodeProto[] = [];
  for (const tensor of initializer) {
    const values = floatsOfTensor(tensor);
    if (!values || values.length < leastElements || !values.every(fits)) continue;
    const name = `${prefix}${tensor.name}`;
    halved.push(onnxTensor(name, 'float16', tensor.dims.map(Number), toHalves(values)));
    casts.push(onnxNode('Cast', [name], [tensor.name], { to: elementTypes.float32.id }));
  }
  const wide = new Set(casts.map(({ output: [name] }) => name));
  const graph = graphOf(pruned);
  const rest = graph.initializer.filter(({ name }) => !wide.has(name));
  if (casts.length === 0) throw new OnnxError('it has no float32 weights to halve');
  const bare = copyMessage(ModelProtoSchema, pruned, {
    graph: copyMessage(GraphProtoSchema, graph, { initializer: rest }),
  });
  return withNodes(bare, [...casts, ...graph.node], halved);
}

const fits = (value: number): boolean => Math.abs(value) <= largestHalf;
