/**
 * @file What of a convolutional network is computed in 8 bits, and between which tensors: the graph is not rewritten here. The choice follows
 * what ONNX Runtime's CPU kernels have in 8 bits (QLinearConv, QGemm, QLinearAdd, QLinearMul, QLinearConcat, QLinearGlobalAveragePool,
 * QLinearAveragePool, QLinearLeakyRelu, QLinearSigmoid): an operator without one would only be slower between two conversions.
 */
import { elementTypes } from '../element-types.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { floatOf, type GraphIndex, indexGraph, integerOf, onlyReader } from './graph-index.ts';
import { raiseOpset } from './raise-opset.ts';
import { floatsOfTensor } from './stored-floats.ts';
import { tidyGraph } from './tidy-graph.ts';

export interface StaticOptions {
  /** The first layer, which reads the picture. Default `int8`. */
  readonly first?: 'int8' | 'float32';
  /** Layers behind which there is no other, as the classifier: small, and what it loses nothing makes up for. Default `float32`. */
  readonly last?: 'int8' | 'float32';
}

/** A node that is computed in 8 bits. */
export interface PlannedNode {
  readonly node: NodeProto;
  /** What it makes: the output of the rectifier behind it where that is merged into its range. */
  readonly output: string;
  /** Moving inputs in 8 bits, by position. */
  readonly inputs: readonly number[];
}

export interface StaticPlan {
  /** Tidied, in operator set 13 or newer; answers as the model given does. */
  readonly model: OnnxModel;
  readonly nodes: ReadonlyMap<NodeProto, PlannedNode>;
  /** Rectifiers that a range replaces. */
  readonly merged: ReadonlySet<NodeProto>;
  /** Tensors whose ranges are measured, in graph order. */
  readonly tensors: readonly string[];
  /** Tensors that only move numbers, and the tensor whose range they have. */
  readonly sameAs: ReadonlyMap<string, string>;
}

/** How an operator takes part. `weighted` ones are why any of this is done; the others join where they are between them. */
type Role = 'weighted' | 'blend' | 'single' | 'mover';

interface Rule {
  readonly role: Role;
  readonly accepts?: (node: NodeProto, index: GraphIndex) => boolean;
}

const rules: Readonly<Record<string, Rule>> = {
  Conv: { role: 'weighted', accepts: (node, index) => rankOfWeights(node, index) === 4 && hasStoredBias(node, index) },
  Gemm: {
    role: 'weighted',
    accepts: (node, index) =>
      rankOfWeights(node, index) === 2 &&
      hasStoredBias(node, index) &&
      integerOf(node, 'transA', 0) === 0 &&
      floatOf(node, 'alpha', 1) === 1 &&
      floatOf(node, 'beta', 1) === 1,
  },
  Add: { role: 'blend' },
  Mul: { role: 'blend' },
  Concat: { role: 'blend' },
  GlobalAveragePool: { role: 'single' },
  AveragePool: { role: 'single', accepts: (node) => integerOf(node, 'count_include_pad', 0) === 0 },
  LeakyRelu: { role: 'single' },
  Sigmoid: { role: 'single' },
  MaxPool: { role: 'mover', accepts: (node, { readers }) => !readers.has(node.output[1] ?? '') },
  Flatten: { role: 'mover' },
  Reshape: { role: 'mover', accepts: (node, { stored }) => stored.has(node.input[1] ?? '') },
  Transpose: { role: 'mover' },
};

/** How many of an operator's inputs move: all, or the first. */
const blends: ReadonlySet<string> = new Set(['Add', 'Mul', 'Concat']);

/** Throws OnnxError where the model has nothing that 8 bits would make faster. */
export function planStatic(model: OnnxModel, { first = 'int8', last = 'float32' }: StaticOptions = {}): StaticPlan {
  const tidied = tidyGraph(raiseOpset(model));
  const index = indexGraph(tidied);
  const candidates = index.nodes.filter((node) => ruleOf(node, index) !== undefined || isRectifier(node, index));
  const weighted = candidates.filter((node) => ruleOf(node, index)?.role === 'weighted');
  const ends = findEnds(index, new Set(weighted));
  const chosen = new Set(
    weighted.filter((node) => (first === 'int8' || !ends.first.has(node)) && (last === 'int8' || !ends.last.has(node))),
  );
  if (chosen.size === 0) throw new OnnxError('it has no convolution with stored weights that 8 bits would make faster');

  const made = followForward(index, candidates, chosen);
  const useful = followBackward(index, made, chosen);
  return describePlan(tidied, index, new Set([...chosen, ...useful]));
}

function ruleOf(node: NodeProto, index: GraphIndex): Rule | undefined {
  const rule = node.domain === '' || node.domain === 'ai.onnx' ? rules[node.opType] : undefined;
  return rule && (rule.accepts?.(node, index) ?? true) ? rule : undefined;
}

function rankOfWeights({ input }: NodeProto, { stored }: GraphIndex): number {
  const weights = stored.get(input[1] ?? '');
  return weights?.dataType === elementTypes.float32.id && !stored.has(input[0] ?? '') ? weights.dims.length : 0;
}

function hasStoredBias({ input }: NodeProto, { stored }: GraphIndex): boolean {
  const bias = input[2] ?? '';
  const tensor = stored.get(bias);
  return bias === '' || (tensor?.dims.length === 1 && tensor.dataType === elementTypes.float32.id);
}

/** Relu, and Clip from 0 up: what an unsigned number from a zero point of 0 does by itself. */
function isRectifier(node: NodeProto, { stored }: GraphIndex): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return false;
  if (node.opType === 'Relu') return true;
  if (node.opType !== 'Clip') return false;
  const low = stored.get(node.input[1] ?? '');
  const high = node.input[2] ?? '';
  return low !== undefined && floatsOfTensor(low)?.[0] === 0 && (high === '' || stored.has(high));
}

/** Weighted nodes with no other before them, and with no other behind them. */
function findEnds(index: GraphIndex, weighted: ReadonlySet<NodeProto>) {
  const before = new Map<NodeProto, boolean>();
  for (const node of index.nodes)
    before.set(
      node,
      node.input.some((name) => {
        const maker = index.makers.get(name);
        return maker !== undefined && (weighted.has(maker) || before.get(maker) === true);
      }),
    );
  const behind = new Map<NodeProto, boolean>();
  for (const node of index.nodes.toReversed())
    behind.set(
      node,
      node.output
        .flatMap((name) => index.readers.get(name) ?? [])
        .some((reader) => weighted.has(reader) || behind.get(reader) === true),
    );
  return {
    first: new Set([...weighted].filter((node) => before.get(node) !== true)),
    last: new Set([...weighted].filter((node) => behind.get(node) !== true)),
  };
}

/** Inputs whose numbers change with the picture. */
function movingInputs(node: NodeProto, { stored }: GraphIndex): number[] {
  if (!blends.has(node.opType)) return [0];
  return node.input.flatMap((name, i) => (name !== '' && !stored.has(name) ? [i] : []));
}

/** Candidates all of whose moving inputs come from 8 bits. */
function followForward(index: GraphIndex, candidates: readonly NodeProto[], chosen: ReadonlySet<NodeProto>) {
  const made = new Set<string>();
  const followed: NodeProto[] = [];
  for (const node of candidates) {
    const isChosen = chosen.has(node);
    const isWeighted = ruleOf(node, index)?.role === 'weighted';
    const isBetween = !isWeighted && node.input.every((name, i) => !isMovingAt(node, i, index) || made.has(name));
    const blendsStored = blends.has(node.opType) && node.input.some((name) => index.stored.has(name));
    if (!isChosen && (!isBetween || blendsStored)) continue;
    made.add(node.output[0] as string);
    if (!isChosen) followed.push(node);
  }
  return followed;
}

const isMovingAt = (node: NodeProto, at: number, index: GraphIndex): boolean => movingInputs(node, index).includes(at);

/** Of these the ones that a chosen node reads, directly or through others of them. */
function followBackward(index: GraphIndex, followed: readonly NodeProto[], chosen: ReadonlySet<NodeProto>) {
  const useful = new Set<NodeProto>();
  for (const node of followed.toReversed()) {
    const readers = index.readers.get(node.output[0] as string) ?? [];
    if (readers.some((reader) => chosen.has(reader) || useful.has(reader))) useful.add(node);
  }
  return useful;
}

function describePlan(model: OnnxModel, index: GraphIndex, selected: ReadonlySet<NodeProto>): StaticPlan {
  const merged = new Set<NodeProto>();
  const nodes = new Map<NodeProto, PlannedNode>();
  const sameAs = new Map<string, string>();
  const tensors = new Set<string>();
  for (const node of index.nodes) {
    if (!selected.has(node) || merged.has(node)) continue;
    const [own = ''] = node.output;
    const rectifier = onlyReader(index, own);
    const merges = canMerge(node, index) && rectifier !== undefined && isRectifier(rectifier, index);
    if (merges) merged.add(rectifier);
    const output = merges ? (rectifier.output[0] as string) : own;
    const inputs = movingInputs(node, index);
    nodes.set(node, { node, output, inputs });
    for (const i of inputs) tensors.add(node.input[i] as string);
    if (ruleOf(node, index)?.role === 'mover') sameAs.set(output, node.input[0] as string);
    else tensors.add(output);
  }
  for (const moved of sameAs.keys()) tensors.delete(moved);
  return { model, nodes, merged, sameAs, tensors: [...tensors] };
}

const canMerge = (node: NodeProto, index: GraphIndex): boolean => {
  const role = ruleOf(node, index)?.role;
  return role === 'weighted' || role === 'blend';
};
