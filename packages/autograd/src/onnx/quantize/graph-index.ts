/** @file Who makes a tensor, who reads it, what is stored: the questions every rewriting asks. */
import { create } from '@bufbuild/protobuf';
import { copyMessage } from '../copy-message.ts';
import { graphOf } from '../edit-onnx.ts';
import {
  type AttributeProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  type TensorProto,
} from '../generated/onnx_pb.ts';
import type { OnnxModel } from '../read-onnx.ts';

export interface GraphIndex {
  readonly nodes: readonly NodeProto[];
  readonly stored: ReadonlyMap<string, TensorProto>;
  readonly makers: ReadonlyMap<string, NodeProto>;
  /** In graph order; a node that reads a tensor twice is there twice. */
  readonly readers: ReadonlyMap<string, readonly NodeProto[]>;
  readonly outputs: ReadonlySet<string>;
}

export function indexGraph(model: OnnxModel): GraphIndex {
  const graph = graphOf(model);
  const readers = new Map<string, NodeProto[]>();
  for (const node of graph.node) for (const name of node.input) readers.set(name, [...(readers.get(name) ?? []), node]);
  return {
    nodes: graph.node,
    stored: new Map(graph.initializer.map((tensor) => [tensor.name, tensor])),
    makers: new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const))),
    readers,
    outputs: new Set(graph.output.map(({ name }) => name)),
  };
}

/** The one node that reads the tensor, where nothing else sees it. */
export function onlyReader({ readers, outputs }: GraphIndex, name: string): NodeProto | undefined {
  const list = readers.get(name) ?? [];
  return list.length === 1 && !outputs.has(name) ? list[0] : undefined;
}

export const attributeOf = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((attribute) => attribute.name === name);

export const integerOf = (node: NodeProto, name: string, otherwise: number): number => {
  const found = attributeOf(node, name);
  return found === undefined ? otherwise : Number(found.i);
};

export const floatOf = (node: NodeProto, name: string, otherwise: number): number =>
  attributeOf(node, name)?.f ?? otherwise;

/** The model with other nodes, and with those of its stored tensors, and of `added`, that are still read. */
export function withNodes(
  model: OnnxModel,
  nodes: readonly NodeProto[],
  added: readonly TensorProto[] = [],
): OnnxModel {
  const graph = graphOf(model);
  const read = new Set([...nodes.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)]);
  const replaced = new Set(added.map(({ name }) => name));
  const kept = graph.initializer.filter(({ name }) => read.has(name) && !replaced.has(name));
  const stored = [...kept, ...added.filter(({ name }) => read.has(name))];
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graph, {
      node: [...nodes],
      initializer: stored,
      valueInfo: [],
      quantizationAnnotation: [],
    }),
  });
}

/** The model with version 1 of an operator domain among those it names. */
export function withDomain(model: OnnxModel, domain: string): OnnxModel {
  if (model.opsetImport.some((entry) => entry.domain === domain)) return model;
  const entry = create(OperatorSetIdProtoSchema, { domain, version: 1n });
  return copyMessage(ModelProtoSchema, model, { opsetImport: [...model.opsetImport, entry] });
}
