/** @file Graph surgery: look at a model's ends, cut it at a tensor, join two models into one. Models given are never changed. */
import { create } from '@bufbuild/protobuf';
import { copyMessage } from './copy-message.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from './read-onnx.ts';

export { findFeatureOutput } from './feature-output.ts';
export { freeBatch } from './free-batch.ts';

export interface OnnxEnd {
  name: string;
  /** Number of the element type (element-types.ts). */
  elementType: number | undefined;
  /** Numbers where fixed, text where symbolic, undefined where not said. */
  dims: (number | string | undefined)[] | undefined;
}

function endOf(value: ValueInfoProto): OnnxEnd {
  const tensor = value.type?.value.case === 'tensorType' ? value.type.value.value : undefined;
  const dims = tensor?.shape?.dim.map(({ value: dimension }) => {
    if (dimension.case === 'dimValue') return dimension.value === 0n ? undefined : Number(dimension.value);
    return dimension.case === 'dimParam' ? dimension.value : undefined;
  });
  return { name: value.name, elementType: tensor?.elemType, dims };
}

export const graphOf = (model: OnnxModel): GraphProto => {
  if (!model.graph) throw new OnnxError('it holds no graph');
  return model.graph;
};

/** Inputs that a caller must feed: those without a stored value. */
export function listInputs(model: OnnxModel): OnnxEnd[] {
  const stored = new Set(graphOf(model).initializer.map((tensor) => tensor.name));
  return graphOf(model)
    .input.filter((input) => !stored.has(input.name))
    .map(endOf);
}

export const listOutputs = (model: OnnxModel): OnnxEnd[] => graphOf(model).output.map(endOf);

/** Version of the default operator set; 0 where none is named. */
export function opsetOf(model: OnnxModel): number {
  return Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0n);
}

/** Tensors that a node reads, those that its subgraphs capture included. */
function readsOf(node: NodeProto): string[] {
  const graphs = node.attribute.flatMap((attribute) => [...(attribute.g ? [attribute.g] : []), ...attribute.graphs]);
  return [...node.input, ...graphs.flatMap((graph) => graph.node.flatMap(readsOf))];
}

/**
 * The model with just these outputs, without what they do not need; any tensor of the graph can become an output. Stored values are no
 * longer listed among the inputs, so that the runtime may fold them. Throws OnnxError where a tensor is not there.
 */
export function pruneToOutputs(model: OnnxModel, outputs: readonly string[]): OnnxModel {
  const graph = graphOf(model);
  const maker = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const missing = outputs.find((name) => name === '' || !maker.has(name));
  if (missing !== undefined) throw new OnnxError(`it has no tensor "${missing}"`);
  const needed = new Set<NodeProto>();
  const names = new Set<string>();
  const queue = [...outputs];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    const node = maker.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    queue.push(...readsOf(node));
  }
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  const known = new Map(graph.output.map((value) => [value.name, value]));
  return copyMessage(ModelProtoSchema, model, {
    irVersion: atLeast(model.irVersion, 4n),
    graph: copyMessage(GraphProtoSchema, graph, {
      input: graph.input.filter(({ name }) => names.has(name) && !stored.has(name)),
      initializer: graph.initializer.filter(({ name }) => names.has(name)),
      node: graph.node.filter((node) => needed.has(node)),
      // An output without a type gets the one that the runtime infers.
      output: outputs.map((name) => known.get(name) ?? create(ValueInfoProtoSchema, { name })),
      valueInfo: [],
      quantizationAnnotation: [],
    }),
  });
}

/** Since IR version 4, stored values need not be inputs. */
const atLeast = (version: bigint, least: bigint): bigint => (version < least ? least : version);

/** The model with the name of every tensor and node changed. Throws OnnxError for models with subgraphs. */
export function renameTensors(model: OnnxModel, rename: (name: string) => string): OnnxModel {
  const graph = graphOf(model);
  const change = (name: string): string => (name === '' ? '' : rename(name));
  const renameValue = (value: ValueInfoProto): ValueInfoProto =>
    copyMessage(ValueInfoProtoSchema, value, { name: change(value.name) });
  return copyMessage(ModelProtoSchema, model, {
    graph: copyMessage(GraphProtoSchema, graph, {
      input: graph.input.map(renameValue),
      output: graph.output.map(renameValue),
      valueInfo: graph.valueInfo.map(renameValue),
      quantizationAnnotation: [],
      initializer: graph.initializer.map((tensor) =>
        copyMessage(TensorProtoSchema, tensor, { name: change(tensor.name) }),
      ),
      node: graph.node.map((node) => {
        if (node.attribute.some(({ g, graphs }) => g || graphs.length > 0)) throw new OnnxError('it holds subgraphs');
        return copyMessage(NodeProtoSchema, node, {
          name: change(node.name),
          input: node.input.map(change),
          output: node.output.map(change),
        });
      }),
    }),
  });
}

/** Every tensor and node name with `prefix` before it, except `keep`. */
export function prefixNames(model: OnnxModel, prefix: string, keep: ReadonlySet<string> = new Set()): OnnxModel {
  return renameTensors(model, (name) => (keep.has(name) ? name : `${prefix}${name}`));
}

export interface Join {
  /** Input of the second -> output of the first, for all inputs of the second. */
  readonly connections: Readonly<Record<string, string>>;
  /** Outputs of the first to be kept beside those of the second; default none. */
  readonly keep?: readonly string[];
  /** Operators of the second -> the opset since which the form they are used in has meant the same, up to opset 23. */
  readonly portableSince?: Readonly<Record<string, number>>;
}

/**
 * The second model behind the first. Both keep their names: prefix them before where they could clash. The operator set is that of the
 * first; if the second is written in another, its operators must be portable to it. Throws OnnxError.
 */
export function concatenateModels(first: OnnxModel, second: OnnxModel, join: Join): OnnxModel {
  assertPortable(opsetOf(first), second, join.portableSince ?? {});
  const joined = renameTensors(second, (name) => join.connections[name] ?? name);
  const [front, back] = [graphOf(first), graphOf(joined)];
  const made = new Set([...front.initializer.map(({ name }) => name), ...front.node.flatMap(({ output }) => output)]);
  const taken = new Set([...made, ...front.input.map(({ name }) => name)]);
  const clash = [...back.initializer.map(({ name }) => name), ...back.node.flatMap(({ output }) => output)].find(
    (name) => name !== '' && taken.has(name),
  );
  if (clash !== undefined) throw new OnnxError(`both models have a tensor "${clash}"`);
  const loose = listInputs(second).find(({ name }) => !made.has(join.connections[name] ?? ''));
  if (loose) throw new OnnxError(`nothing is connected to the input "${loose.name}"`);

  const kept = front.output.filter(({ name }) => join.keep?.includes(name));
  const domains = new Set(first.opsetImport.map(({ domain }) => domain || 'ai.onnx'));
  return copyMessage(ModelProtoSchema, first, {
    irVersion: atLeast(first.irVersion, second.irVersion),
    opsetImport: [
      ...first.opsetImport,
      ...second.opsetImport.filter(({ domain }) => !domains.has(domain || 'ai.onnx')),
    ].map((entry) => copyMessage(OperatorSetIdProtoSchema, entry, {})),
    functions: [...first.functions, ...second.functions],
    graph: copyMessage(GraphProtoSchema, front, {
      node: [...front.node, ...back.node],
      initializer: [...front.initializer, ...back.initializer],
      output: [...kept, ...back.output],
      valueInfo: [],
    }),
  });
}

function assertPortable(opset: number, second: OnnxModel, portableSince: Readonly<Record<string, number>>): void {
  if (opset === opsetOf(second)) return;
  for (const { opType } of graphOf(second).node) {
    const since = portableSince[opType] ?? Infinity;
    if (opset < since || opset > newestPortable) {
      throw new OnnxError(
        `it is written in operator set ${opset}, where ${opType} does not mean the same as in ${opsetOf(second)}`,
      );
    }
  }
}

const newestPortable = 23;
