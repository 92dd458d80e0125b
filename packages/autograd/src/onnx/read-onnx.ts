/** @file Bytes -> ONNX model, refusing whatever could reach outside the file or exhaust the machine before ONNX Runtime sees it. */
import { fromBinary } from '@bufbuild/protobuf';
import { ConstantBudget, checkTensor } from './check-sizes.ts';
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from './generated/onnx_pb.ts';
import { assertKnownOperator } from './known-operators.ts';
import { OnnxError } from './onnx-error.ts';
import { assertWireBudget } from './wire-budget.ts';

export { integersOf } from './check-sizes.ts';
export { OnnxError } from './onnx-error.ts';

export type OnnxModel = ModelProto;

const maxFileBytes = 2 ** 31 - 1;
const maxNodes = 100_000;
const maxDepth = 8;
const maxDimension = 2n ** 31n;
const wireBudget = { objects: 2_000_000, integerBytes: 2 ** 23, depth: 64 };

/**
 * Tensor data stays a view of `bytes`. Throws OnnxError for a file that is no model, is not whole, or keeps data elsewhere; for unknown
 * domains and operators, control flow, and sizes that no picture needs. It cannot see sizes computed while the model runs: open
 * models of strangers in a process of its own with a deadline and a memory cap all the same.
 */
export function parseOnnx(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) throw new OnnxError('it is empty');
  if (bytes.length > maxFileBytes) throw new OnnxError('it is larger than 2 GiB');
  assertWireBudget(ModelProtoSchema, bytes, wireBudget);
  const model = decode(bytes);
  checkModel(model);
  return model;
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new OnnxError('it is not an ONNX file or is cut short', { cause });
  }
}

/** What is still allowed while the walk goes on. */
interface Walk {
  nodesLeft: number;
  readonly budget: ConstantBudget;
}

function checkModel(model: ModelProto): void {
  if (!model.graph) throw new OnnxError('it holds no graph');
  if (model.graph.output.length === 0) throw new OnnxError('its graph has no outputs');
  if (model.opsetImport.length === 0) throw new OnnxError('it names no operator set');
  if (model.trainingInfo.length > 0) throw new OnnxError('it holds training information');
  const walk: Walk = { nodesLeft: maxNodes, budget: new ConstantBudget() };
  checkGraph(model.graph, walk, 0);
  for (const definition of model.functions) checkFunction(definition, walk);
}

function checkFunction({ node, attributeProto, valueInfo }: FunctionProto, walk: Walk): void {
  for (const attribute of attributeProto) checkAttribute(attribute, walk, 1);
  for (const value of valueInfo) checkDimensions(value);
  checkNodes(node, walk, 1);
}

function checkGraph(graph: GraphProto, walk: Walk, depth: number): void {
  if (depth > maxDepth) throw new OnnxError('its subgraphs are nested too deep');
  if (graph.sparseInitializer.length > 0) throw new OnnxError('it holds sparse tensors');
  for (const tensor of graph.initializer) {
    checkTensor(tensor);
    walk.budget.constants.set(tensor.name, tensor);
  }
  for (const value of [...graph.input, ...graph.output, ...graph.valueInfo]) checkDimensions(value);
  checkNodes(graph.node, walk, depth);
}

function checkDimensions({ name, type }: ValueInfoProto): void {
  const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
  for (const { value } of shape?.dim ?? []) {
    if (value.case === 'dimValue' && (value.value < 0n || value.value > maxDimension)) {
      throw new OnnxError(`"${name}" has an impossible dimension`);
    }
  }
}

function checkNodes(nodes: readonly NodeProto[], walk: Walk, depth: number): void {
  walk.nodesLeft -= nodes.length;
  if (walk.nodesLeft < 0) throw new OnnxError(`it has more than ${maxNodes} nodes`);
  for (const node of nodes) {
    assertKnownOperator(node.domain, node.opType);
    for (const attribute of node.attribute) checkAttribute(attribute, walk, depth);
    if (node.opType === 'Constant') rememberConstant(node, walk.budget);
    walk.budget.check(node);
  }
}

function rememberConstant({ attribute, output: [name] }: NodeProto, { constants }: ConstantBudget): void {
  const value = attribute.find((candidate) => candidate.name === 'value')?.t;
  if (value && name !== undefined) constants.set(name, value);
}

function checkAttribute(attribute: AttributeProto, walk: Walk, depth: number): void {
  if (attribute.sparseTensor || attribute.sparseTensors.length > 0) throw new OnnxError('it holds sparse tensors');
  for (const tensor of [...(attribute.t ? [attribute.t] : []), ...attribute.tensors]) checkTensor(tensor);
  for (const graph of [...(attribute.g ? [attribute.g] : []), ...attribute.graphs]) checkGraph(graph, walk, depth + 1);
}
