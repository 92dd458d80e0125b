/** @file Finds the tensor that a classifier's last layer reads: what transfer learning calls features. */
import type { GraphProto, NodeProto } from './generated/onnx_pb.ts';
import { OnnxError } from './onnx-error.ts';
import type { OnnxModel } from './read-onnx.ts';

/** Names that exporters give to pooled features, in order of trust; tokens come last. */
const featureNames =
  `features embedding embeddings image_embeds image_embeddings pooler_output pooled last_hidden_state`.split(' ');

/** Between a classifier and the model's output: nothing that makes other features of them. */
const passThrough: ReadonlySet<string> = new Set(
  `Softmax LogSoftmax Sigmoid Identity Flatten Reshape Squeeze Unsqueeze Cast Dropout Add Sub Mul Div Clip
  QuantizeLinear DequantizeLinear`.split(/\s+/),
);
const linear: ReadonlySet<string> = new Set(
  'Gemm MatMul DynamicQuantizeMatMul MatMulNBits FusedMatMul FusedGemm'.split(' '),
);
const pooling: ReadonlySet<string> = new Set('GlobalAveragePool GlobalMaxPool AveragePool ReduceMean'.split(' '));

/**
 * The name of the tensor `[N, D]` (or `[N, D, 1, 1]`) before the classifier: an output of a known name, else what the last linear layer
 * with stored weights reads, a 1x1 convolution behind a global pooling included. Throws OnnxError where there is neither.
 */
export function findFeatureOutput(model: OnnxModel): string {
  const { graph } = model;
  if (!graph) throw new OnnxError('it holds no graph');
  const outputs = graph.output.map(({ name }) => name);
  const named = featureNames.flatMap((wanted) => outputs.filter((name) => name.toLowerCase() === wanted))[0];
  if (named !== undefined) return named;

  const maker = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const stored = listStored(graph);
  for (const output of outputs) {
    const features = walkBack(output, maker, stored);
    if (features !== undefined) return features;
  }
  throw new OnnxError('it has no output named "features" and no final linear layer to cut at');
}

function walkBack(output: string, maker: Makers, stored: ReadonlySet<string>): string | undefined {
  const moves = (name: string): boolean => name !== '' && !stored.has(name);
  for (const node of listUpstream(output, maker, moves)) {
    const [from, ...others] = node.input.filter(moves);
    if (from === undefined || others.length > 0) return undefined;
    const isClassifier = linear.has(node.opType) || (node.opType === 'Conv' && isPooled(from, maker));
    if (isClassifier) return skipBack(from, maker);
    if (!passThrough.has(node.opType)) return undefined;
  }
  return undefined;
}

type Makers = ReadonlyMap<string, NodeProto>;

/** The nodes that make `name`, the last first, along the first input that `follows`; each once, should a hostile graph run in circles. */
function* listUpstream(name: string, maker: Makers, follows = (_name: string): boolean => true): Generator<NodeProto> {
  const seen = new Set<NodeProto>();
  let node = maker.get(name);
  while (node && !seen.has(node)) {
    yield node;
    seen.add(node);
    node = maker.get(node.input.find(follows) ?? '');
  }
}

/** Dropout and Identity change no features: cut before them. */
function skipBack(name: string, maker: Makers): string {
  let features = name;
  for (const { opType, input } of listUpstream(name, maker)) {
    if (opType !== 'Dropout' && opType !== 'Identity') break;
    features = input[0] as string;
  }
  return features;
}

function isPooled(name: string, maker: Makers): boolean {
  for (const { opType } of listUpstream(name, maker)) {
    if (!passThrough.has(opType)) return pooling.has(opType);
  }
  return false;
}

/** Tensors that do not depend on the input: stored ones, and what is computed from them alone, as dequantized weights are. */
function listStored({ initializer, node: nodes }: GraphProto): Set<string> {
  const stored = new Set(initializer.map((tensor) => tensor.name));
  for (const node of nodes) {
    if (node.input.every((input) => input === '' || stored.has(input)))
      for (const name of node.output) stored.add(name);
  }
  return stored;
}
