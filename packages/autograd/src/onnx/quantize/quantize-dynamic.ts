/**
 * @file Transformers in 8 bits: weights are stored as int8, activations are rounded while the model runs, by the range that they have then.
 * Products with weights, where nearly all of the time goes, become ONNX Runtime's DynamicQuantizeMatMul.
 */
import { floats, onnxNode, onnxTensor } from '../build-onnx.ts';
import type { NodeProto, TensorProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { quantizeChannels } from './affine.ts';
import { keepFirstToken } from './first-token.ts';
import { floatOf, type GraphIndex, indexGraph, integerOf, onlyReader, withDomain, withNodes } from './graph-index.ts';
import { layoutOf } from './layer-layout.ts';
import { floatsOfTensor } from './stored-floats.ts';
import { tidyGraph } from './tidy-graph.ts';

const domain = 'com.microsoft';
const prefix = 'int8/';
/** Weights of a smaller layer, as of most classifiers, are not worth the rounding. */
const leastWeights = 2 ** 14;

/** Throws OnnxError where no product with stored weights is large enough. */
export function quantizeDynamic(model: OnnxModel): OnnxModel {
  const tidied = keepFirstToken(tidyGraph(model));
  const index = indexGraph(tidied);
  const added: TensorProto[] = [];
  const dropped = new Set<NodeProto>();
  const replaced = new Map<NodeProto, NodeProto>();
  for (const node of index.nodes) {
    const product = describeProduct(node, index);
    if (!product) continue;
    if (product.add) dropped.add(product.add);
    replaced.set(node, writeProduct(product, added));
  }
  if (replaced.size === 0) throw new OnnxError('it has no product with stored weights that 8 bits would make faster');
  const nodes = index.nodes.filter((node) => !dropped.has(node)).map((node) => replaced.get(node) ?? node);
  return withDomain(withNodes(tidied, nodes, added), domain);
}

interface Product {
  node: NodeProto;
  weights: Float32Array;
  /** Of the weights: [K, N], or [N, K] where they are transposed. */
  dims: readonly [number, number];
  bias: Float32Array | undefined;
  /** The node that adds the bias. */
  add: NodeProto | undefined;
}

function describeProduct(node: NodeProto, index: GraphIndex): Product | undefined {
  const isProduct = node.domain === '' && (node.opType === 'MatMul' || (node.opType === 'Gemm' && isPlain(node)));
  const tensor = index.stored.get(node.input[1] ?? '');
  const weights = tensor && isProduct && !index.stored.has(node.input[0] ?? '') ? floatsOfTensor(tensor) : undefined;
  if (!tensor || !weights || tensor.dims.length !== 2 || weights.length < leastWeights) return undefined;
  const dims = tensor.dims.map(Number) as [number, number];
  const width = dims[layoutOf(node, dims).axis];
  const own = node.input[2] ?? '';
  if (own !== '') {
    const bias = biasIn(index, own, width);
    return bias && { node, weights, dims, bias, add: undefined };
  }
  const reader = onlyReader(index, node.output[0] as string);
  const other = reader?.opType === 'Add' ? reader.input.find((name) => name !== node.output[0]) : undefined;
  const bias = biasIn(index, other ?? '', width);
  return { node, weights, dims, bias, add: bias ? reader : undefined };
}

const isPlain = (gemm: NodeProto): boolean =>
  integerOf(gemm, 'transA', 0) === 0 && floatOf(gemm, 'alpha', 1) === 1 && floatOf(gemm, 'beta', 1) === 1;

function biasIn({ stored }: GraphIndex, name: string, width: number | undefined): Float32Array | undefined {
  const tensor = stored.get(name);
  return tensor?.dims.length === 1 && Number(tensor.dims[0]) === width ? floatsOfTensor(tensor) : undefined;
}

function writeProduct({ node, weights, dims, bias, add }: Product, added: TensorProto[]): NodeProto {
  const layout = layoutOf(node, dims);
  const { channels, inputs } = layout;
  const { data, scales } = quantizeChannels(weights, layout);
  const [output = ''] = (add ?? node).output;
  const name = `${prefix}${output}`;
  const columns = layout.axis === 1 ? data : transpose(data, channels, inputs);
  added.push(onnxTensor(`${name}/weight`, 'int8', [inputs, channels], columns));
  added.push(floats(`${name}/weight-scale`, [channels], scales));
  const read = [node.input[0] as string, `${name}/weight`, `${name}/weight-scale`, ''];
  if (bias) {
    added.push(floats(`${name}/bias`, [channels], bias));
    read.push(`${name}/bias`);
  }
  return onnxNode('DynamicQuantizeMatMul', bias ? read : read.slice(0, 3), [output], {}, domain);
}

/** [rows, columns] -> [columns, rows] */
function transpose(data: Int8Array, rows: number, columns: number): Int8Array {
  const turned = new Int8Array(data.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = data[row * columns + column] as number;
  return turned;
}
