/** @file One classification tree on binned features: the split of least Gini impurity (Breiman et al. 1984) among features drawn anew for every node (Breiman 2001). */
import type { Random } from '../random.ts';
import { type BinnedFeatures, thresholdsPerFeature } from './bin-features.ts';

/** Nodes in the order in which they were made: a right child lies behind its left one. The root is node 0. */
export interface Tree {
  /** [nodes] feature that a node asks for; 0 in a leaf. */
  readonly features: Int32Array;
  /** [nodes] largest value that goes left; infinite in a leaf. */
  readonly thresholds: Float32Array;
  /** [nodes] left child; a leaf names itself, so that a walk that reached it stays. */
  readonly lefts: Int32Array;
  /** [nodes, K] share of each class in a leaf; zeros in a node that splits. */
  readonly shares: Float32Array;
  readonly depth: number;
}

export interface TreeOptions {
  readonly binned: BinnedFeatures;
  /** [N] */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** [N] rows of weight 0 take no part. */
  readonly weights: Float64Array;
  /** Features drawn for a node; more where none of them divides it. */
  readonly featuresPerNode: number;
  readonly maxDepth: number;
  readonly random: Random;
}

/** Grown until leaves are pure, alike in every feature, or as deep as is allowed. */
export function growTree(options: TreeOptions): Tree {
  return new Grower(options).grow();
}

interface Split {
  feature: number;
  /** Rows up to this bin go left. */
  bin: number;
  /** Of the rows of the node. */
  leftCount: number;
}

interface OpenNode {
  node: number;
  from: number;
  to: number;
  depth: number;
}

/** State of one tree that grows: the rows of a node lie side by side in `rows`, and splitting a node reorders them in place. */
class Grower {
  readonly #options: TreeOptions;
  readonly #rows: Int32Array;
  /** Of the row at the same place in `rows`. */
  readonly #classes: Int32Array;
  readonly #weights: Float64Array;
  readonly #spare: { rows: Int32Array; classes: Int32Array; weights: Float64Array };
  readonly #features: Int32Array;
  readonly #searcher: SplitSearch;
  readonly #nodes = {
    features: [] as number[],
    thresholds: [] as number[],
    lefts: [] as number[],
    shares: [] as number[],
  };

  constructor(options: TreeOptions) {
    const { weights, classIndices, classCount, binned } = options;
    this.#options = options;
    this.#rows = Int32Array.from(weights.keys()).filter((row) => (weights[row] as number) > 0);
    this.#classes = this.#rows.map((row) => classIndices[row] as number);
    this.#weights = Float64Array.from(this.#rows, (row) => weights[row] as number);
    this.#spare = { rows: this.#rows.slice(), classes: this.#classes.slice(), weights: this.#weights.slice() };
    this.#features = Int32Array.from(Array(binned.dimensions).keys());
    this.#searcher = new SplitSearch(this.#rows.length, classCount);
  }

  grow(): Tree {
    const open: OpenNode[] = [{ node: this.#addNode(), from: 0, to: this.#rows.length, depth: 0 }];
    let depth = 0;
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, from, to } = next;
      depth = Math.max(depth, next.depth);
      const totals = this.#countClasses(from, to);
      const split = next.depth < this.#options.maxDepth ? this.#findSplit(totals, from, to) : undefined;
      if (!split) {
        this.#makeLeaf(node, totals);
        continue;
      }
      const left = this.#addNode();
      this.#addNode();
      const { thresholds } = this.#options.binned;
      this.#nodes.features[node] = split.feature;
      this.#nodes.thresholds[node] = thresholds[split.feature * thresholdsPerFeature + split.bin] as number;
      this.#nodes.lefts[node] = left;
      const middle = this.#divide(split, from, to);
      open.push({ node: left + 1, from: middle, to, depth: next.depth + 1 });
      open.push({ node: left, from, to: middle, depth: next.depth + 1 });
    }
    return {
      features: Int32Array.from(this.#nodes.features),
      thresholds: Float32Array.from(this.#nodes.thresholds),
      lefts: Int32Array.from(this.#nodes.lefts),
      shares: Float32Array.from(this.#nodes.shares),
      depth,
    };
  }

  #addNode(): number {
    const { features, thresholds, lefts, shares } = this.#nodes;
    thresholds.push(Number.POSITIVE_INFINITY);
    lefts.push(features.length);
    for (let k = 0; k < this.#options.classCount; k++) shares.push(0);
    return features.push(0) - 1;
  }

  #countClasses(from: number, to: number): Float64Array {
    const totals = new Float64Array(this.#options.classCount);
    for (let at = from; at < to; at++) {
      const k = this.#classes[at] as number;
      totals[k] = (totals[k] as number) + (this.#weights[at] as number);
    }
    return totals;
  }

  #makeLeaf(node: number, totals: Float64Array): void {
    const sum = totals.reduce((total, weight) => total + weight, 0);
    totals.forEach((weight, k) => {
      this.#nodes.shares[node * totals.length + k] = weight / sum;
    });
  }

  /** Draws features without replacement (Fisher and Yates) until enough were looked at and one of them divides the rows. */
  #findSplit(totals: Float64Array, from: number, to: number): Split | undefined {
    if (totals.filter((weight) => weight > 0).length < 2) return undefined;
    const { binned, featuresPerNode, random } = this.#options;
    const { dimensions } = binned;
    const part = { rows: this.#rows, classes: this.#classes, weights: this.#weights, from, to };
    this.#searcher.begin(totals);
    for (let drawn = 0; drawn < dimensions && (drawn < featuresPerNode || !this.#searcher.best); drawn++) {
      const other = drawn + Math.floor(random() * (dimensions - drawn));
      const feature = this.#features[other] as number;
      this.#features[other] = this.#features[drawn] as number;
      this.#features[drawn] = feature;
      this.#searcher.search(binned, feature, part);
    }
    return this.#searcher.best;
  }

  /** Stable: left rows first, then right ones, each in their order. Gives where the right ones begin. */
  #divide({ feature, bin, leftCount }: Split, from: number, to: number): number {
    const { bins, rowCount } = this.#options.binned;
    const [rows, classes, weights, spare] = [this.#rows, this.#classes, this.#weights, this.#spare];
    let [left, right] = [from, from + leftCount];
    for (let at = from; at < to; at++) {
      const row = rows[at] as number;
      const target = (bins[feature * rowCount + row] as number) <= bin ? left++ : right++;
      spare.rows[target] = row;
      spare.classes[target] = classes[at] as number;
      spare.weights[target] = weights[at] as number;
    }
    rows.set(spare.rows.subarray(from, to), from);
    classes.set(spare.classes.subarray(from, to), from);
    weights.set(spare.weights.subarray(from, to), from);
    return from + leftCount;
  }
}

interface NodeRows {
  rows: Int32Array;
  classes: Int32Array;
  weights: Float64Array;
  from: number;
  to: number;
}

/**
 * The best split of one node. Impurity of both sides falls as Σ_k w_k² / w of either side rises, and moving a row from right to left
 * changes that sum in constant time. Rows are chained by bin, and a bitmap names the bins that have any, so that a feature costs a node
 * of n rows n steps, not 256.
 */
class SplitSearch {
  best: Split | undefined;
  #score = 0;
  #totals: Float64Array = new Float64Array();
  #totalWeight = 0;
  #totalSquares = 0;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #heads = new Int32Array(256);
  readonly #next: Int32Array;
  readonly #bitmap = new Int32Array(8);

  constructor(mostRows: number, classCount: number) {
    this.#next = new Int32Array(mostRows);
    this.#left = new Float64Array(classCount);
    this.#right = new Float64Array(classCount);
  }

  begin(totals: Float64Array): void {
    this.best = undefined;
    this.#score = Number.NEGATIVE_INFINITY;
    this.#totals = totals;
    this.#totalWeight = totals.reduce((sum, weight) => sum + weight, 0);
    this.#totalSquares = totals.reduce((sum, weight) => sum + weight * weight, 0);
  }

  search({ bins, rowCount }: BinnedFeatures, feature: number, { rows, classes, weights, from, to }: NodeRows): void {
    const column = feature * rowCount;
    const [heads, chain, bitmap] = [this.#heads, this.#next, this.#bitmap];
    bitmap.fill(0);
    for (let at = from; at < to; at++) {
      const bin = bins[column + (rows[at] as number)] as number;
      const word = bin >> 5;
      const bit = 1 << (bin & 31);
      const seen = bitmap[word] as number;
      chain[at - from] = (seen & bit) === 0 ? -1 : (heads[bin] as number);
      heads[bin] = at - from;
      bitmap[word] = seen | bit;
    }

    const [left, right] = [this.#left, this.#right];
    left.fill(0);
    right.set(this.#totals);
    const totalWeight = this.#totalWeight;
    let leftWeight = 0;
    let leftSquares = 0;
    let rightSquares = this.#totalSquares;
    let leftCount = 0;
    let previous = -1;
    let bestBin = -1;
    let bestCount = 0;
    let bestScore = this.#score;
    for (let word = 0; word < 8; word++) {
      let bits = bitmap[word] as number;
      while (bits !== 0) {
        const bin = (word << 5) + (31 - Math.clz32(bits & -bits));
        bits &= bits - 1;
        if (previous >= 0) {
          const score = leftSquares / leftWeight + rightSquares / (totalWeight - leftWeight);
          // Between bins that have rows, the middle one divides best.
          if (score > bestScore) {
            bestScore = score;
            bestBin = (previous + bin - 1) >> 1;
            bestCount = leftCount;
          }
        }
        for (let at = heads[bin] as number; at >= 0; at = chain[at] as number) {
          const k = classes[from + at] as number;
          const weight = weights[from + at] as number;
          const onLeft = left[k] as number;
          const onRight = right[k] as number;
          leftSquares += weight * (2 * onLeft + weight);
          rightSquares -= weight * (2 * onRight - weight);
          left[k] = onLeft + weight;
          right[k] = onRight - weight;
          leftWeight += weight;
          leftCount++;
        }
        previous = bin;
      }
    }
    if (bestBin < 0) return;
    this.#score = bestScore;
    this.best = { feature, bin: bestBin, leftCount: bestCount };
  }
}
