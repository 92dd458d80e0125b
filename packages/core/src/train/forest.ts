/** @file Random forest on features as they are: nothing to standardize, nothing to choose. */
import { fitForest } from '@tintype/autograd/fit/random-forest';
import { renderForestHead } from '@tintype/autograd/heads/forest-head';
import { type FitHead, fixedNumber } from './head.types.ts';
import { computeSampleWeights } from './training-set.ts';

const usual = { trees: 200, maxDepth: 48 };

/** The accuracy out of bag stands where other heads have a cross-validated one. Equal rows and seed give an equal head. */
export const fitRandomForest: FitHead = async (set, options) => {
  const { seed, classWeights, threads, onProgress, signal } = options;
  const trees = fixedNumber(options, 'trees') ?? usual.trees;
  const maxDepth = fixedNumber(options, 'maxDepth') ?? usual.maxDepth;
  onProgress?.({ stage: 'fit', done: 0, total: trees, note: 'trees, on the whole training split' });
  const forest = await fitForest({
    features: set.rows,
    dimensions: set.dimensions,
    classIndices: set.truth,
    classCount: set.classCount,
    sampleWeights: computeSampleWeights(set, classWeights),
    trees,
    maxDepth,
    seed,
    onTree: (done, total) => onProgress?.({ stage: 'fit', done, total, note: 'trees' }),
    ...(threads === undefined ? {} : { threads }),
    ...(signal ? { signal } : {}),
  });
  const { outOfBagAccuracy } = forest;
  return {
    hyperparameters: {
      trees,
      maxDepth,
      nodes: forest.trees.reduce((sum, tree) => sum + tree.features.length, 0),
      depth: forest.trees.reduce((deepest, tree) => Math.max(deepest, tree.depth), 0),
      classWeights,
      ...(outOfBagAccuracy === undefined ? {} : { outOfBagAccuracy }),
    },
    render: (temperature) => renderForestHead({ ...forest, temperature }),
  };
};
