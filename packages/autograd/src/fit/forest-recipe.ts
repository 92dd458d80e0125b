/** @file All that the trees of a forest have in common: with it and its number, a tree can be grown anywhere. */
import { createRandom, type Random } from '../random.ts';
import type { BinnedFeatures } from './bin-features.ts';
import { growTree, type Tree } from './grow-tree.ts';

export interface ForestRecipe {
  readonly binned: BinnedFeatures;
  /** [N] */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** [N] */
  readonly sampleWeights: Float32Array;
  readonly featuresPerNode: number;
  readonly maxDepth: number;
  readonly seed: number;
}

/** A tree depends on the recipe and its number alone. */
export function growNumbered(recipe: ForestRecipe, number: number): Tree {
  const random = createRandom('tree', recipe.seed, number);
  const draws = drawBootstrap(recipe.classIndices.length, random);
  const weights = Float64Array.from(draws, (times, row) => times * (recipe.sampleWeights[row] as number));
  return growTree({ ...recipe, weights, random });
}

/** How often each row was drawn for this tree. */
export const drawsOf = ({ classIndices, seed }: ForestRecipe, number: number): Int32Array =>
  drawBootstrap(classIndices.length, createRandom('tree', seed, number));

/** N rows drawn from N. */
function drawBootstrap(rowCount: number, random: Random): Int32Array {
  const draws = new Int32Array(rowCount);
  for (let draw = 0; draw < rowCount; draw++) {
    const row = Math.floor(random() * rowCount);
    draws[row] = (draws[row] as number) + 1;
  }
  return draws;
}
