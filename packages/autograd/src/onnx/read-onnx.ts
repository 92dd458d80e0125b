/** @file Bytes -> ONNX model, refusing whatever could reach outside the file or exhaust the machine before ONNX Runtime sees it. */
import { fromBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx_pb.ts';
import { initializerBytes, isSupportedElementType } from './element-types.ts';

export type OnnxModel = ModelProto;

/** A model file that is refused. `reason` is the rest of the sentence "The file is refused: ...". */
export class OnnxError extends Error {
  readonly reason: string;

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The ONNX model is refused: ${reason}.`, options);
    this.name = 'OnnxError';
    this.reason = reason;
  }
}

const limits = {
  fileBytes: 2 ** 31 - 1,
  nodes: 100_000,
  depth: 8,
  rank: 16,
  /** Elements of a tensor whose size the graph states as a constant: 256 M floats are 1 GiB. */
  constantElements: 256 * 2 ** 20,
};

/** Operators of image models need none of these, and each can run without end or read what it should not. */
const refusedOperators: ReadonlySet<string> = new Set([
  'Loop',
  'Scan',
  'If',
  'SequenceMap',
  'ImageDecoder',
  'StringNormalizer',
]);
const knownDomains: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'com.microsoft',
  'com.microsoft.nchwc',
]);
/** Operators that make a tensor as large as a constant says: operator -> index of the input that holds the shape. */
const shapedByConstant: Readonly<Record<string, number>> = { ConstantOfShape: 0, Expand: 1, Tile: 1, Resize: 3 };

/** Tensor data stays a view of `bytes`. Throws OnnxError. */
export function parseOnnx(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) throw new OnnxError('it is empty');
  if (bytes.length > limits.fileBytes) throw new OnnxError('it is larger than 2 GiB');
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new OnnxError('it is not an ONNX file or is cut short', { cause });
  }
  checkModel(model);
  return model;
}

function checkModel(model: ModelProto): void {
  if (!model.graph) throw new OnnxError('it holds no graph');
  if (model.graph.output.length === 0) throw new OnnxError('its graph has no outputs');
  if (model.opsetImport.length === 0) throw new OnnxError('it names no operator set');
  for (const { domain } of model.opsetImport) {
    if (!knownDomains.has(domain)) throw new OnnxError(`it needs the operator domain "${domain}"`);
  }
  if (model.trainingInfo.length > 0) throw new OnnxError('it holds training information');
  const budget = { nodes: limits.nodes };
  checkGraph(model.graph, budget, 0);
  for (const { node } of model.functions) checkNodes(node, new Map(), budget, 1);
}

function checkGraph(graph: GraphProto, budget: { nodes: number }, depth: number): void {
  if (depth > limits.depth) throw new OnnxError('its subgraphs are nested too deep');
  if (graph.sparseInitializer.length > 0) throw new OnnxError('it holds sparse tensors');
  const constants = new Map<string, TensorProto>();
  for (const tensor of graph.initializer) {
    checkTensor(tensor);
    constants.set(tensor.name, tensor);
  }
  for (const { name, type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
    for (const { value } of shape?.dim ?? []) {
      if (value.case === 'dimValue' && (value.value < 0n || value.value > 2n ** 31n)) {
        throw new OnnxError(`"${name}" has an impossible dimension`);
      }
    }
  }
  checkNodes(graph.node, constants, budget, depth);
}

function checkNodes(
  nodes: readonly NodeProto[],
  constants: Map<string, TensorProto>,
  budget: { nodes: number },
  depth: number,
): void {
  budget.nodes -= nodes.length;
  if (budget.nodes < 0) throw new OnnxError(`it has more than ${limits.nodes} nodes`);
  for (const node of nodes) {
    if (!knownDomains.has(node.domain)) throw new OnnxError(`it needs the operator domain "${node.domain}"`);
    if (refusedOperators.has(node.opType))
      throw new OnnxError(`it uses the operator ${node.opType}, which image models do not need`);
    for (const attribute of node.attribute) checkAttribute(attribute, budget, depth);
    if (node.opType === 'Constant') {
      const value = node.attribute.find((attribute) => attribute.name === 'value')?.t;
      if (value && node.output[0] !== undefined) constants.set(node.output[0], value);
    }
    checkConstantSize(node, constants);
  }
}

function checkAttribute(attribute: AttributeProto, budget: { nodes: number }, depth: number): void {
  if (attribute.sparseTensor || attribute.sparseTensors.length > 0) throw new OnnxError('it holds sparse tensors');
  for (const tensor of [...(attribute.t ? [attribute.t] : []), ...attribute.tensors]) checkTensor(tensor);
  for (const graph of [...(attribute.g ? [attribute.g] : []), ...attribute.graphs])
    checkGraph(graph, budget, depth + 1);
}

/** A shape given as a constant must not ask for more memory than a picture model can need. */
function checkConstantSize(node: NodeProto, constants: Map<string, TensorProto>): void {
  const index = shapedByConstant[node.opType];
  const shape = index === undefined ? undefined : constants.get(node.input[index] ?? '');
  if (!shape) return;
  const elements = integersOf(shape).reduce((product, dimension) => product * Math.abs(dimension), 1);
  if (elements > limits.constantElements)
    throw new OnnxError(`its ${node.opType} makes a tensor of ${elements.toExponential(1)} elements`);
}

/** Integer values of an int64 or int32 tensor as numbers; empty for other types. */
export function integersOf(tensor: TensorProto): number[] {
  if (tensor.int64Data.length > 0) return tensor.int64Data.map(Number);
  if (tensor.int32Data.length > 0) return [...tensor.int32Data];
  if (!tensor.rawData || tensor.rawData.length === 0) return [];
  const view = new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset, tensor.rawData.byteLength);
  if (tensor.dataType === 7)
    return Array.from({ length: Math.floor(view.byteLength / 8) }, (_, i) => Number(view.getBigInt64(i * 8, true)));
  if (tensor.dataType === 6)
    return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getInt32(i * 4, true));
  return [];
}

function checkTensor(tensor: TensorProto): void {
  const name = tensor.name || 'a constant';
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    throw new OnnxError(`"${name}" keeps its data in another file`);
  }
  if (tensor.segment) throw new OnnxError(`"${name}" is split into segments`);
  if (!isSupportedElementType(tensor.dataType))
    throw new OnnxError(`"${name}" has the unknown element type ${tensor.dataType}`);
  if (tensor.dims.length > limits.rank) throw new OnnxError(`"${name}" has too many dimensions`);
  if (tensor.dims.some((dimension) => dimension < 0n)) throw new OnnxError(`"${name}" has a negative dimension`);
  const elements = tensor.dims.reduce((product, dimension) => product * dimension, 1n);
  if (elements > BigInt(limits.fileBytes)) throw new OnnxError(`"${name}" is too large`);
  const expected = initializerBytes(tensor.dataType, Number(elements));
  if (tensor.rawData && tensor.rawData.length > 0 && expected !== undefined && tensor.rawData.length !== expected) {
    throw new OnnxError(`"${name}" has ${tensor.rawData.length} bytes of data where its shape needs ${expected}`);
  }
  const stored =
    tensor.floatData.length +
    tensor.int32Data.length +
    tensor.int64Data.length +
    tensor.doubleData.length +
    tensor.uint64Data.length +
    tensor.stringData.length;
  if (elements > 0n && stored === 0 && !(tensor.rawData && tensor.rawData.length > 0))
    throw new OnnxError(`"${name}" has no data`);
}
