/** @file Random forests (Breiman 2001): trees on bootstrap samples, each answer the mean of the shares in the leaves. */
import { availableParallelism } from 'node:os';
import { binFeatures } from './bin-features.ts';
import { drawsOf, type ForestRecipe, growNumbered } from './forest-recipe.ts';
import { growOnThreads } from './forest-threads.ts';
import type { Tree } from './grow-tree.ts';

export interface ForestOptions {
  /** [N, D] row-major; in no need of a scale. */
  readonly features: Float32Array;
  readonly dimensions: number;
  /** [N] */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** [N]; default all 1. */
  readonly sampleWeights?: Float32Array;
  /** Default 200. */
  readonly trees?: number;
  /** Features drawn for a node; default the square root of their number. */
  readonly featuresPerNode?: number;
  /** Default 48. */
  readonly maxDepth?: number;
  readonly seed: number;
  /** Default one per processor, and 1 where there is little to do. */
  readonly threads?: number;
  readonly onTree?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Forest {
  readonly trees: readonly Tree[];
  readonly dimensions: number;
  readonly classCount: number;
  /** Of rows judged by the trees that did not learn from them; undefined where every tree learned from every row. */
  readonly outOfBagAccuracy: number | undefined;
}

/** Rows times trees below which starting threads takes longer than growing. */
const smallWork = 50_000;

/**
 * A tree depends on the seed and its number alone, so that any number of threads grows the same forest. Throws RangeError where the
 * arrays do not fit, and the signal's reason.
 */
export async function fitForest(options: ForestOptions): Promise<Forest> {
  const { features, dimensions, classIndices, classCount, trees: count = 200 } = options;
  const rowCount = classIndices.length;
  if (rowCount === 0 || features.length !== rowCount * dimensions)
    throw new RangeError(`${features.length} features do not fill ${rowCount} rows of ${dimensions}`);
  const recipe: ForestRecipe = {
    binned: binFeatures(features, dimensions),
    classIndices,
    classCount,
    sampleWeights: options.sampleWeights ?? new Float32Array(rowCount).fill(1),
    featuresPerNode: options.featuresPerNode ?? Math.max(1, Math.floor(Math.sqrt(dimensions))),
    maxDepth: options.maxDepth ?? 48,
    seed: options.seed,
  };
  const threads = options.threads ?? (rowCount * count < smallWork ? 1 : availableParallelism());
  const trees = await growAll(recipe, { ...options, count, threads });
  return { trees, dimensions, classCount, outOfBagAccuracy: judgeOutOfBag(trees, features, recipe) };
}

async function growAll(
  recipe: ForestRecipe,
  { count, threads, onTree, signal }: Pick<ForestOptions, 'onTree' | 'signal'> & { count: number; threads: number },
): Promise<Tree[]> {
  const grown = new Map<number, Tree>();
  const take = (number: number, tree: Tree): void => {
    grown.set(number, tree);
    onTree?.(grown.size, count);
  };
  if (threads > 1) await growOnThreads(recipe, { count, threads }, { take, signal });
  for (let number = grown.size; number < count; number++) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    take(number, growNumbered(recipe, number));
  }
  return Array.from({ length: count }, (_, number) => grown.get(number) as Tree);
}

function judgeOutOfBag(trees: readonly Tree[], features: Float32Array, recipe: ForestRecipe): number | undefined {
  const { classIndices, classCount, binned } = recipe;
  const votes = new Float64Array(classIndices.length * classCount);
  for (const [number, tree] of trees.entries())
    for (const [row, times] of drawsOf(recipe, number).entries()) {
      if (times > 0) continue;
      const leaf = findLeaf(tree, features.subarray(row * binned.dimensions, (row + 1) * binned.dimensions));
      for (let k = 0; k < classCount; k++) {
        const at = row * classCount + k;
        votes[at] = (votes[at] as number) + (tree.shares[leaf * classCount + k] as number);
      }
    }
  return judgeVotes(votes, recipe);
}

/** Where the walk of a row [D] through a tree ends. */
export function findLeaf({ features, thresholds, lefts }: Tree, row: Float32Array): number {
  let node = 0;
  for (let left = lefts[0] as number; left !== node; left = lefts[node] as number)
    node = left + Number((row[features[node] as number] as number) > (thresholds[node] as number));
  return node;
}

function judgeVotes(votes: Float64Array, { classIndices, classCount }: ForestRecipe): number | undefined {
  let right = 0;
  let judged = 0;
  for (const [row, truth] of classIndices.entries()) {
    const own = votes.subarray(row * classCount, (row + 1) * classCount);
    const most = Math.max(...own);
    if (most === 0) continue;
    judged++;
    if (own.indexOf(most) === truth) right++;
  }
  return judged === 0 ? undefined : right / judged;
}
