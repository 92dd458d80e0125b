/** @file Puts learned numbers back into the model that they came from. */
import { floats } from '../build-onnx.ts';
import { copyMessage } from '../copy-message.ts';
import { graphOf } from '../edit-onnx.ts';
import { GraphProtoSchema, ModelProtoSchema } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The model with these tensors stored in place of what was stored or computed, as float32: nodes that made them are dropped. All else stays
 * as the file has it. Throws OnnxError where a tensor is not there.
 */
export function replaceTensors(model: OnnxModel, tensors: ReadonlyMap<string, NamedTensor>): OnnxModel {
  const graph = graphOf(model);
  const names = new Set([...graph.initializer.map(({ name }) => name), ...graph.node.flatMap(({ output }) => output)]);
  const missing = [...tensors.keys()].find((name) => !names.has(name));
  if (missing !== undefined) throw new OnnxError(`it has no tensor "${missing}"`);
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graph, {
      initializer: [
        ...graph.initializer.filter(({ name }) => !tensors.has(name)),
        ...[...tensors].map(([name, { shape, data }]) => floats(name, shape, data)),
      ],
      node: graph.node.filter(({ output }) => !output.some((name) => tensors.has(name))),
      // Stored values that are inputs too could be fed with others.
      input: graph.input.filter(({ name }) => !tensors.has(name)),
      valueInfo: [],
    }),
  });
}
