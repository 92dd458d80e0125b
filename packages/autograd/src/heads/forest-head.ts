/** @file A random forest as an ONNX model: all trees are walked down together, a level per step, by Gather; then the mean of their leaves. */
import type { Forest } from '../fit/random-forest.ts';
import { floats, integers, onnxModel, onnxNode, onnxTensor, onnxValue } from '../onnx/build-onnx.ts';
import { elementTypes } from '../onnx/element-types.ts';
import type { NodeProto, TensorProto } from '../onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../onnx/read-onnx.ts';

export interface ForestHead extends Pick<Forest, 'trees' | 'dimensions' | 'classCount'> {
  /** Logits are divided by it; default 1. */
  temperature?: number;
}

/** Share of the probability spread over all classes, so that no class is impossible and its logarithm finite. */
export const leafSmoothing = 1e-3;

/**
 * Input `features` float32 `[N, D]`; outputs `logits` (log of the mean shares / temperature) and `probabilities` `[N, K]`. A node takes
 * 16 bytes. Throws RangeError for a forest without trees.
 */
export function renderForestHead(head: ForestHead): OnnxModel {
  const { dimensions, classCount, trees } = head;
  if (trees.length === 0) throw new RangeError('a forest needs a tree');
  const depth = trees.reduce((deepest, tree) => Math.max(deepest, tree.depth), 1);
  return onnxModel({
    name: 'forest-head',
    inputs: [onnxValue('features', 'float32', ['N', dimensions])],
    outputs: [
      onnxValue('logits', 'float32', ['N', classCount]),
      onnxValue('probabilities', 'float32', ['N', classCount]),
    ],
    initializers: [
      ...renderTables(head),
      floats('means', [1, trees.length], new Float32Array(trees.length).fill(1 / trees.length)),
      integers('flatShape', [0, -1]),
      floats('keep', [1], [1 - leafSmoothing]),
      floats('spread', [1], [leafSmoothing / classCount]),
      floats('temperature', [1], [head.temperature ?? 1]),
    ],
    nodes: [
      // All rows begin at the same roots, so that the first level needs no table.
      onnxNode('Gather', ['features', 'rootFeature'], ['value0'], { axis: 1 }),
      ...renderStep(0, 'rootThreshold', 'rootLeft'),
      ...Array.from({ length: depth - 1 }, (_, level) => renderLevel(level + 1)).flat(),
      onnxNode('Gather', ['leafRow', `node${depth}`], ['leaf'], { axis: 0 }),
      onnxNode('Gather', ['leafShares', 'leaf'], ['shares'], { axis: 0 }),
      // [1, T] x [N, T, K] -> [N, 1, K] -> [N, K]
      onnxNode('MatMul', ['means', 'shares'], ['meanShares']),
      onnxNode('Reshape', ['meanShares', 'flatShape'], ['share']),
      onnxNode('Mul', ['share', 'keep'], ['keptShare']),
      onnxNode('Add', ['keptShare', 'spread'], ['smoothShare']),
      onnxNode('Log', ['smoothShare'], ['logShare']),
      onnxNode('Div', ['logShare', 'temperature'], ['logits']),
      onnxNode('Softmax', ['logits'], ['probabilities'], { axis: 1 }),
    ],
  });
}

/** node [N, T] -> what it asks for, and from there to a child. */
function renderLevel(level: number): NodeProto[] {
  return [
    onnxNode('Gather', ['feature', `node${level}`], [`feature${level}`], { axis: 0 }),
    onnxNode('GatherElements', ['features', `feature${level}`], [`value${level}`], { axis: 1 }),
    onnxNode('Gather', ['threshold', `node${level}`], [`threshold${level}`], { axis: 0 }),
    onnxNode('Gather', ['left', `node${level}`], [`left${level}`], { axis: 0 }),
    ...renderStep(level, `threshold${level}`, `left${level}`),
  ];
}

/** next = left + (value > threshold): right children lie behind left ones, and a leaf, whose threshold is infinite, leads to itself. */
const renderStep = (level: number, threshold: string, left: string): NodeProto[] => [
  onnxNode('Greater', [`value${level}`, threshold], [`isRight${level}`]),
  onnxNode('Cast', [`isRight${level}`], [`right${level}`], { to: elementTypes.int32.id }),
  onnxNode('Add', [left, `right${level}`], [`node${level + 1}`]),
];

/** All trees one behind the other; equal leaves share a row of shares, and most of them are of one class alone. */
function renderTables({ trees, classCount }: ForestHead): TensorProto[] {
  const starts: number[] = [];
  let nodeCount = 0;
  for (const tree of trees) {
    starts.push(nodeCount);
    nodeCount += tree.features.length;
  }
  const [feature, left] = [new Int32Array(nodeCount), new Int32Array(nodeCount)];
  const [threshold, leafRow] = [new Float32Array(nodeCount), new Int32Array(nodeCount)];
  const leaves = new LeafTable(classCount);
  for (const [t, tree] of trees.entries()) {
    const start = starts[t] as number;
    feature.set(tree.features, start);
    threshold.set(tree.thresholds, start);
    left.set(
      tree.lefts.map((node) => start + node),
      start,
    );
    for (const [node, child] of tree.lefts.entries())
      if (child === node)
        leafRow[start + node] = leaves.place(tree.shares.subarray(node * classCount, (node + 1) * classCount));
  }
  const ofRoots = <T>(table: ArrayLike<T>): T[] => starts.map((start) => table[start] as T);
  return [
    onnxTensor('rootFeature', 'int32', [trees.length], Int32Array.from(ofRoots(feature))),
    floats('rootThreshold', [trees.length], ofRoots(threshold)),
    onnxTensor('rootLeft', 'int32', [trees.length], Int32Array.from(ofRoots(left))),
    onnxTensor('feature', 'int32', [nodeCount], feature),
    floats('threshold', [nodeCount], threshold),
    onnxTensor('left', 'int32', [nodeCount], left),
    onnxTensor('leafRow', 'int32', [nodeCount], leafRow),
    leaves.render('leafShares'),
  ];
}

/** Rows of shares, each once. */
class LeafTable {
  readonly #classCount: number;
  readonly #rows = new Map<string, number>();
  readonly #shares: number[] = [];

  constructor(classCount: number) {
    this.#classCount = classCount;
  }

  place(shares: Float32Array): number {
    const key = shares.join();
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    this.#shares.push(...shares);
    this.#rows.set(key, this.#rows.size);
    return this.#rows.size - 1;
  }

  render(name: string): TensorProto {
    return floats(name, [this.#rows.size, this.#classCount], this.#shares);
  }
}
