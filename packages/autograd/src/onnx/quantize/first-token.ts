/**
 * @file A vision transformer answers by its first token. What the last block computes of the others after its attention is read by nobody: it
 * is left out, without changing the answer.
 */
import { integers, onnxNode } from '../build-onnx.ts';
import { integersOf } from '../check-sizes.ts';
import { copyMessage } from '../copy-message.ts';
import { type NodeProto, NodeProtoSchema, type TensorProto } from '../generated/onnx_pb.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { type GraphIndex, indexGraph, integerOf, withNodes } from './graph-index.ts';

const prefix = 'first-token/';

/** Tokens are axis 1 of [N, T, D], or in the rows of [N T, D]. */
type Form = 'tokens' | 'rows';

/** Unchanged where nothing takes the first token alone, where all of them are needed, or where it was done before. */
export function keepFirstToken(model: OnnxModel): OnnxModel {
  const index = indexGraph(model);
  // Behind a head the names have a prefix of their own.
  if ([...index.stored.keys()].some((name) => name.endsWith(`${prefix}starts`))) return model;
  const ranks = inferRanks(index);
  const region = findRegion(index, ranks);
  if (![...region.keys()].some(({ opType }) => opType === 'Gemm' || opType === 'MatMul')) return model;
  const added: TensorProto[] = ['starts', 'ends', 'axes'].map((name, n) =>
    integers(`${prefix}${name}`, [n === 0 ? 0 : 1]),
  );
  const sliced = new Set<string>();
  const nodes: NodeProto[] = [];
  for (const node of index.nodes) {
    const form = region.get(node);
    if (form === undefined) {
      nodes.push(node);
      continue;
    }
    const input = node.input.map((name, at) => {
      const isMoving = name !== '' && !index.stored.has(name);
      const maker = index.makers.get(name);
      if (isMoving && (maker === undefined || !region.has(maker))) return `${prefix}${name}`;
      return isTokenShape(node, at, index) ? shortShape(name, index, added) : name;
    });
    for (const [at, name] of input.entries()) {
      const from = node.input[at] as string;
      if (name !== `${prefix}${from}` || index.stored.has(from) || sliced.has(name)) continue;
      sliced.add(name);
      nodes.push(onnxNode('Slice', [from, `${prefix}starts`, `${prefix}ends`, `${prefix}axes`], [name]));
    }
    nodes.push(copyMessage(NodeProtoSchema, node, { input }));
  }
  return withNodes(model, nodes, added);
}

/** Nodes that compute each token by itself, and whose outputs only each other and who takes the first token read. */
function findRegion(index: GraphIndex, ranks: ReadonlyMap<string, number>): Map<NodeProto, Form> {
  const region = new Map<NodeProto, Form>();
  const forms = new Map<string, Form>();
  const takers = new Set(index.nodes.filter((node) => takesFirst(node, index) && ranks.get(node.input[0] ?? '') === 3));
  for (const taker of takers) forms.set(taker.input[0] as string, 'tokens');
  for (const node of index.nodes.toReversed()) {
    const [output = '', ...others] = node.output;
    const form = forms.get(output);
    const readers = index.readers.get(output) ?? [];
    const isRead = others.some((name) => index.readers.has(name) || index.outputs.has(name));
    if (form === undefined || isRead || index.outputs.has(output)) continue;
    if (!readers.every((reader) => takers.has(reader) || region.has(reader))) continue;
    const before = formBefore(node, form, { index, ranks });
    if (before === undefined) continue;
    region.set(node, form);
    for (const name of node.input) if (name !== '' && !index.stored.has(name)) forms.set(name, before);
  }
  return dropUncut(region, index, forms);
}

/** Rows cannot be cut where nothing says how many belong to a picture: then nothing is. */
function dropUncut(region: Map<NodeProto, Form>, { makers, stored }: GraphIndex, forms: ReadonlyMap<string, Form>) {
  const edges = [...region.keys()].flatMap(({ input }) => input.filter((name) => name !== '' && !stored.has(name)));
  const isUncut = (name: string): boolean => {
    const maker = makers.get(name);
    return (maker === undefined || !region.has(maker)) && forms.get(name) === 'rows';
  };
  return edges.some(isUncut) ? new Map<NodeProto, Form>() : region;
}

function takesFirst(node: NodeProto, { stored }: GraphIndex): boolean {
  const numbers = node.input.slice(1).map((name) => {
    const tensor = stored.get(name);
    return tensor ? integersOf(tensor).join() : '';
  });
  if (node.opType === 'Gather') return integerOf(node, 'axis', 0) === 1 && numbers[0] === '0';
  const [starts, ends, axes, steps = '1'] = numbers;
  return node.opType === 'Slice' && starts === '0' && ends === '1' && axes === '1' && steps === '1';
}

const unary: ReadonlySet<string> = new Set([
  'Gelu',
  'FastGelu',
  'Erf',
  'Tanh',
  'Sigmoid',
  'Relu',
  'LayerNormalization',
]);
const binary: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);

interface Known {
  index: GraphIndex;
  ranks: ReadonlyMap<string, number>;
}

/** The form of the moving inputs of a node that works token by token; undefined for others. */
function formBefore(node: NodeProto, form: Form, { index, ranks }: Known): Form | undefined {
  const { stored, makers } = index;
  const [from = '', second = ''] = node.input;
  if (node.opType === 'Reshape') {
    const shape = shapeIn(index, second);
    if (form === 'rows') return shape?.length === 2 && shape[0] === -1 && ranks.get(from) === 3 ? 'tokens' : undefined;
    const isRows = shape?.length === 3 && shape[0] === -1 && (shape[1] as number) > 0 && ranks.get(from) === 2;
    return isRows && makers.has(from) ? 'rows' : undefined;
  }
  if (node.opType === 'Gemm')
    return form === 'rows' &&
      integerOf(node, 'transA', 0) === 0 &&
      node.input.slice(1).every((name) => name === '' || stored.has(name))
      ? form
      : undefined;
  if (node.opType === 'MatMul') return stored.get(second)?.dims.length === 2 && !stored.has(from) ? form : undefined;
  if (unary.has(node.opType)) return isAlongLastAxis(node) ? form : undefined;
  if (!binary.has(node.opType)) return undefined;
  const isSame = node.input.every((name) => {
    const dims = stored.get(name)?.dims;
    if (dims) return dims.slice(0, -1).every((size) => size === 1n);
    return ranks.get(name) === (form === 'rows' ? 2 : 3);
  });
  return isSame ? form : undefined;
}

const isAlongLastAxis = (node: NodeProto): boolean =>
  node.opType !== 'LayerNormalization' || integerOf(node, 'axis', -1) === -1;

function shapeIn({ stored }: GraphIndex, name: string): number[] | undefined {
  const tensor = stored.get(name);
  return tensor && integersOf(tensor);
}

/** Of a Reshape from rows to tokens: the input that says how many tokens there are. */
const isTokenShape = (node: NodeProto, at: number, index: GraphIndex): boolean =>
  node.opType === 'Reshape' && at === 1 && shapeIn(index, node.input[1] as string)?.length === 3;

function shortShape(name: string, index: GraphIndex, added: TensorProto[]): string {
  const short = `${prefix}${name}`;
  const [, , width] = shapeIn(index, name) as number[];
  if (!added.some((tensor) => tensor.name === short)) added.push(integers(short, [-1, 1, width as number]));
  return short;
}

/** Of what transformers are made of; unknown for the rest. */
function inferRanks(index: GraphIndex): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const node of index.nodes) {
    const known = node.input.flatMap((name) => ranks.get(name) ?? []);
    const rank = rankOf(node, index, known);
    if (rank !== undefined) ranks.set(node.output[0] as string, rank);
  }
  return ranks;
}

function rankOf(node: NodeProto, index: GraphIndex, known: readonly number[]): number | undefined {
  const [from = '', second = ''] = node.input;
  if (node.opType === 'Reshape') return shapeIn(index, second)?.length;
  if (node.opType === 'Gemm') return 2;
  if (unary.has(node.opType) || node.opType === 'Pad') return index.stored.has(from) ? undefined : known[0];
  if (node.opType === 'MatMul') return index.stored.get(second)?.dims.length === 2 ? known[0] : undefined;
  if (!binary.has(node.opType)) return undefined;
  const dims = node.input.map((name) => index.stored.get(name)?.dims.length ?? 0);
  return known.length === 0 ? undefined : Math.max(...known, ...dims);
}
