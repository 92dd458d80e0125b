/** @file Before numbers are rounded: what a trained graph carries along and inference does not need is folded away, without changing an answer. */
import { floats } from '../build-onnx.ts';
import { integersOf } from '../check-sizes.ts';
import { copyMessage } from '../copy-message.ts';
import { pruneToOutputs } from '../edit-onnx.ts';
import { type NodeProto, NodeProtoSchema, type TensorProto, TensorProtoSchema } from '../generated/onnx_pb.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { attributeOf, floatOf, type GraphIndex, indexGraph, integerOf, onlyReader, withNodes } from './graph-index.ts';
import { floatsOfTensor } from './stored-floats.ts';

/** Answers stay the same but for the rounding of float32. */
export function tidyGraph(model: OnnxModel): OnnxModel {
  const outputs = (model.graph?.output ?? []).map(({ name }) => name);
  const passes = [storeConstants, dropIdentities, storeReshapes, foldBatchNorms, foldBiases];
  return passes.reduce((current, pass) => pass(current), pruneToOutputs(model, outputs));
}

/** Constant nodes become stored tensors. */
function storeConstants(model: OnnxModel): OnnxModel {
  const added: TensorProto[] = [];
  const nodes = indexGraph(model).nodes.filter((node) => {
    const value = node.opType === 'Constant' ? attributeOf(node, 'value')?.t : undefined;
    if (value) added.push(copyMessage(TensorProtoSchema, value, { name: node.output[0] as string }));
    return value === undefined;
  });
  return withNodes(model, nodes, added);
}

const identities: ReadonlySet<string> = new Set(['Identity', 'Dropout']);

/** Identity, and Dropout, which does nothing in inference. Those that give the model's outputs their names stay. */
function dropIdentities(model: OnnxModel): OnnxModel {
  const { nodes, outputs, readers } = indexGraph(model);
  const renamed = new Map<string, string>();
  const kept: NodeProto[] = [];
  for (const node of nodes) {
    const input = node.input.map((name) => renamed.get(name) ?? name);
    const [from = '', to = '', mask = ''] = [input[0], ...node.output];
    const isBare = node.opType === 'Identity' || !readers.has(mask);
    if (identities.has(node.opType) && isBare && !outputs.has(to)) renamed.set(to, from);
    else kept.push(copyMessage(NodeProtoSchema, node, { input }));
  }
  return withNodes(model, kept);
}

/** A stored tensor that is reshaped before it is used is stored in that shape. */
function storeReshapes(model: OnnxModel): OnnxModel {
  const { nodes, stored, outputs } = indexGraph(model);
  const added: TensorProto[] = [];
  const kept = nodes.filter((node) => {
    const [from, shape] = node.input.map((name) => stored.get(name));
    const [to = ''] = node.output;
    if (node.opType !== 'Reshape' || !from || !shape || outputs.has(to)) return true;
    const dims = integersOf(shape);
    if (dims.some((size) => size <= 0)) return true;
    added.push(copyMessage(TensorProtoSchema, from, { name: to, dims: dims.map(BigInt) }));
    return false;
  });
  return withNodes(model, kept, added);
}

/** w' = w gamma / sqrt(variance + epsilon), b' = beta + (b - mean) gamma / sqrt(variance + epsilon), in float64. */
function foldBatchNorms(model: OnnxModel): OnnxModel {
  const index = indexGraph(model);
  const { nodes, stored } = index;
  const added: TensorProto[] = [];
  const dropped = new Set<NodeProto>();
  const folded = new Map<NodeProto, NodeProto>();
  for (const conv of nodes) {
    const norm = conv.opType === 'Conv' ? onlyReader(index, conv.output[0] ?? '') : undefined;
    if (norm?.opType !== 'BatchNormalization' || norm.input[0] !== conv.output[0]) continue;
    if (integerOf(norm, 'training_mode', 0) !== 0 || norm.output.slice(1).some((name) => name !== '')) continue;
    const weight = stored.get(conv.input[1] ?? '');
    const weights = weight && floatsOfTensor(weight);
    const [gamma, beta, mean, variance] = norm.input.slice(1).map((name) => floatsIn(index, name));
    const channels = Number(weight?.dims[0] ?? 0n);
    if (!weight || !weights || !gamma || !beta || !mean || !variance) continue;
    const biasName = conv.input[2] ?? '';
    const bias = biasName === '' ? new Float32Array(channels) : floatsIn(index, biasName);
    if (!bias || [gamma, beta, mean, variance, bias].some((row) => row.length !== channels)) continue;

    const epsilon = floatOf(norm, 'epsilon', 1e-5);
    const factors = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + epsilon));
    const perChannel = weights.length / channels;
    const [to = ''] = norm.output;
    added.push(
      floats(
        `${to}/weight`,
        weight.dims.map(Number),
        weights.map((w, i) => w * (factors[Math.floor(i / perChannel)] as number)),
      ),
      floats(
        `${to}/bias`,
        [channels],
        bias.map((b, c) => (beta[c] as number) + (b - (mean[c] as number)) * (factors[c] as number)),
      ),
    );
    dropped.add(norm);
    folded.set(
      conv,
      copyMessage(NodeProtoSchema, conv, {
        input: [conv.input[0] as string, `${to}/weight`, `${to}/bias`],
        output: [to],
      }),
    );
  }
  return withNodes(
    model,
    nodes.filter((node) => !dropped.has(node)).map((node) => folded.get(node) ?? node),
    added,
  );
}

/** A bias that is added behind a Gemm becomes its third input. */
export function foldBiases(model: OnnxModel): OnnxModel {
  const index = indexGraph(model);
  const dropped = new Set<NodeProto>();
  const folded = new Map<NodeProto, NodeProto>();
  for (const gemm of index.nodes) {
    const [product = ''] = gemm.output;
    const add = gemm.opType === 'Gemm' && (gemm.input[2] ?? '') === '' ? onlyReader(index, product) : undefined;
    if (add?.opType !== 'Add') continue;
    const bias = add.input.find((name) => name !== product) ?? '';
    const tensor = index.stored.get(bias);
    const isTransposed = integerOf(gemm, 'transB', 0) === 1;
    const width = index.stored.get(gemm.input[1] ?? '')?.dims[isTransposed ? 0 : 1];
    if (tensor?.dims.length !== 1 || tensor.dims[0] !== width || floatOf(gemm, 'beta', 1) !== 1) continue;
    dropped.add(add);
    const input = [gemm.input[0] as string, gemm.input[1] as string, bias];
    folded.set(gemm, copyMessage(NodeProtoSchema, gemm, { input, output: [...add.output] }));
  }
  const nodes = index.nodes.filter((node) => !dropped.has(node)).map((node) => folded.get(node) ?? node);
  return withNodes(model, nodes);
}

function floatsIn({ stored }: GraphIndex, name: string): Float32Array | undefined {
  const tensor = stored.get(name);
  return tensor && floatsOfTensor(tensor);
}
