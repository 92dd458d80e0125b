/** @file k nearest neighbors by cosine with exponentially weighted votes; k chosen by cross-validation. */
import { computeNearest, type Nearest } from '@tintype/autograd/fit/nearest-neighbors';
import { renderNeighborHead, voteTemperature } from '@tintype/autograd/heads/neighbor-head';
import { averageScores, type Fold, iterateFolds } from './cross-validation.ts';
import { type FitHead, type FitOptions, fixedNumber } from './head.types.ts';
import type { TrainingSet } from './training-set.ts';

const candidates = [1, 3, 5, 11, 21];
/** Where nothing can be held out. */
const usualK = 5;

/** k is chosen by held-out accuracy unless it is fixed; the smallest of equals. The bank is the training split. */
export const fitNeighbors: FitHead = async (set, options) => {
  if (options.classWeights !== 'none')
    options.onNotice?.(
      'Class weights do not apply to nearest neighbors: every neighbor votes by its similarity alone.',
    );
  const { k, accuracy } = await chooseK(set, options);
  return {
    hyperparameters: {
      k,
      neighbors: set.truth.length,
      ...(accuracy === undefined ? {} : { crossValidatedAccuracy: accuracy }),
    },
    render: (temperature) =>
      renderNeighborHead({
        bank: set.rows,
        dimensions: set.dimensions,
        classIndices: set.truth,
        classCount: set.classCount,
        k,
        temperature,
      }),
  };
};

async function chooseK(set: TrainingSet, options: FitOptions): Promise<{ k: number; accuracy?: number }> {
  const fixed = fixedNumber(options, 'k');
  if (fixed !== undefined) return { k: Math.min(fixed, set.truth.length) };
  const possible = candidates.filter((k) => k <= set.truth.length);
  const folds: { rows: number; scores: number[] }[] = [];
  for (const fold of iterateFolds(set, { seed: options.seed })) {
    folds.push(await scoreFold(fold, possible, options));
    options.onProgress?.({ stage: 'fit', done: fold.number + 1, note: 'nearest neighbors' });
  }
  if (folds.length === 0) return { k: Math.min(usualK, set.truth.length) };
  const scores = averageScores(folds, possible.length).map((score) => score ?? 0);
  const best = scores.reduce((most, score, at) => (score > (scores[most] as number) ? at : most), 0);
  return { k: possible[best] as number, accuracy: scores[best] as number };
}

/** One search for the largest k; smaller ones read its front. */
async function scoreFold({ fit, held }: Fold, possible: readonly number[], { signal }: FitOptions) {
  const nearest = await computeNearest({
    queries: held.rows,
    bank: fit.rows,
    dimensions: fit.dimensions,
    k: Math.max(...possible),
    ...(signal ? { signal } : {}),
  });
  const scores = possible.map((k) => {
    let right = 0;
    held.truth.forEach((truth, row) => {
      if (vote(nearest, fit, { row, k }) === truth) right += 1;
    });
    return right / held.truth.length;
  });
  return { rows: held.truth.length, scores };
}

function vote(nearest: Nearest, { truth, classCount }: TrainingSet, { row, k }: { row: number; k: number }): number {
  const votes = new Float64Array(classCount);
  for (let at = row * nearest.k; at < row * nearest.k + Math.min(k, nearest.k); at += 1) {
    const classIndex = truth[nearest.indices[at] as number] as number;
    votes[classIndex] =
      (votes[classIndex] as number) + Math.exp(((nearest.similarity[at] as number) - 1) / voteTemperature);
  }
  return votes.indexOf(Math.max(...votes));
}
