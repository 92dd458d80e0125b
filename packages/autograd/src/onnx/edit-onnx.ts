/** @file Graph surgery: look at a model's ends, cut it at a tensor, join two models into one. */
import { clone, create } from '@bufbuild/protobuf';
import { elementTypes } from './element-types.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from './read-onnx.ts';

export interface OnnxEnd {
  name: string;
  elementType: number | undefined;
  /** Numbers where fixed, text where symbolic, undefined where not said. */
  dims: (number | string | undefined)[] | undefined;
}

function endOf(value: ValueInfoProto): OnnxEnd {
  const tensor = value.type?.value.case === 'tensorType' ? value.type.value.value : undefined;
  const dims = tensor?.shape?.dim.map((d) =>
    d.value.case === 'dimValue' ? Number(d.value.value) : d.value.case === 'dimParam' ? d.value.value : undefined,
  );
  return { name: value.name, elementType: tensor?.elemType, dims };
}

const graphOf = (model: OnnxModel): GraphProto => {
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

const featureNames = ['features', 'embedding', 'embeddings', 'image_embeds', 'pooler_output'];

/**
 * The tensor `[N, D]` that the classifier reads: an output of a known name, else the input of the last Gemm or MatMul with a stored
 * weight on the way to the outputs. Throws OnnxError where there is neither.
 */
export function findFeatureOutput(model: OnnxModel): string {
  const graph = graphOf(model);
  const named = featureNames.find((name) => graph.output.some((output) => output.name === name));
  if (named !== undefined) return named;
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  for (const node of graph.node)
    if (node.opType === 'Constant' && node.output[0] !== undefined) stored.add(node.output[0]);
  const classifier = graph.node.findLast(
    (node) =>
      (node.opType === 'Gemm' || node.opType === 'MatMul') &&
      stored.has(node.input[1] ?? '') &&
      node.input[0] !== undefined,
  );
  if (classifier?.input[0] === undefined)
    throw new OnnxError('it has no output named "features" and no final linear layer to cut at');
  return classifier.input[0];
}

/** Tensors that a node reads, those that its subgraphs capture included. */
const inputsOf = (node: NodeProto): string[] => [
  ...node.input,
  ...node.attribute.flatMap((attribute) =>
    [...(attribute.g ? [attribute.g] : []), ...attribute.graphs].flatMap((g) => g.node.flatMap(inputsOf)),
  ),
];

/** The model with these outputs alone, and only the nodes and stored values that they need. */
export function pruneToOutputs(model: OnnxModel, outputs: readonly string[]): OnnxModel {
  const graph = graphOf(model);
  const maker = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const needed = new Set<NodeProto>();
  const names = new Set<string>();
  const queue = [...outputs];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    const node = maker.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    queue.push(...inputsOf(node));
  }
  const known = new Map([...graph.output, ...graph.valueInfo].map((value) => [value.name, value]));
  for (const output of outputs) {
    if (!maker.has(output)) throw new OnnxError(`it has no tensor "${output}"`);
  }
  return create(ModelProtoSchema, {
    ...model,
    graph: create(GraphProtoSchema, {
      ...graph,
      input: graph.input.filter((input) => names.has(input.name)),
      initializer: graph.initializer.filter((tensor) => names.has(tensor.name)),
      node: graph.node.filter((node) => needed.has(node)),
      output: outputs.map((name) => known.get(name) ?? create(ValueInfoProtoSchema, { name, type: floatTensor() })),
      valueInfo: [],
      quantizationAnnotation: [],
    }),
  });
}

const floatTensor = () => ({ value: { case: 'tensorType' as const, value: { elemType: elementTypes.float32.id } } });

/** Every tensor and node name with `prefix` before it, except `keep`. Models with subgraphs are refused by the reader. */
export function prefixNames(model: OnnxModel, prefix: string, keep: ReadonlySet<string> = new Set()): OnnxModel {
  const copy = clone(ModelProtoSchema, model);
  const graph = graphOf(copy);
  const rename = (name: string): string => (name === '' || keep.has(name) ? name : `${prefix}${name}`);
  for (const value of [...graph.input, ...graph.output, ...graph.valueInfo, ...graph.initializer])
    value.name = rename(value.name);
  for (const node of graph.node) {
    node.name = node.name === '' ? '' : `${prefix}${node.name}`;
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
  return copy;
}

/** Makes the first dimension of every input and output the symbol `N`, so that any batch size runs. */
export function freeBatch(model: OnnxModel): OnnxModel {
  const copy = clone(ModelProtoSchema, model);
  for (const value of [...graphOf(copy).input, ...graphOf(copy).output]) {
    const tensor = value.type?.value.case === 'tensorType' ? value.type.value.value : undefined;
    const first = tensor?.shape?.dim[0];
    if (first) first.value = { case: 'dimParam', value: 'N' };
  }
  return copy;
}

/** Version of the default operator set. */
export function opsetOf(model: OnnxModel): number {
  return Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0n);
}
