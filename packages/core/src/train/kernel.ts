/** @file Support vector machine with a Gaussian kernel on standardized features; C and gamma chosen by cross-validation. */
import { type KernelRows, openKernelRows } from '@tintype/autograd/fit/kernel-rows';
import { collectSupport, decidePairs, fitPairs, type PairMachine } from '@tintype/autograd/fit/support-vectors';
import { renderKernelHead } from '@tintype/autograd/heads/kernel-head';
import { couplePairs } from '@tintype/autograd/heads/pair-coupling';
import { TintypeError } from '@tintype/contracts/errors';
import { computeAccuracy, computeNegativeLogLikelihood } from '../model/probabilities.ts';
import { minimizeUnimodal } from './calibrate.ts';
import { averageScores, iteratePositions, takePart } from './cross-validation.ts';
import { type FitHead, type FitOptions, fixedNumber } from './head.types.ts';
import { computeStandardization, standardize } from './standardize.ts';
import { computeSampleWeights, selectRows, type TrainingSet } from './training-set.ts';

interface Choice {
  c: number;
  /** Gamma times the number of features: 1 is scikit-learn's `scale` for standardized features. */
  gammaScale: number;
  /** Decision values are multiplied by it before they are coupled. */
  sharpness: number;
  accuracy?: number;
}

/** Smallest first: the next C starts from the solution of the one before. */
const costs = [1, 3, 10, 30];
const gammaScales = [1 / 4, 1 / 2, 1, 2];
/** Where nothing can be held out. */
const usual: Choice = { c: 10, gammaScale: 1, sharpness: 4 };
/** Where the best sharpness is looked for, in logarithms. */
const sharpnessRange = { from: Math.log(0.2), to: Math.log(20), tolerance: 0.02 };

/**
 * One machine per pair of classes. C and gamma are chosen by held-out likelihood unless they are fixed, then the training split is
 * fitted whole: validation stays unseen for calibration. Equal rows and seed give an equal head. Throws TRAINING_DIVERGED.
 */
export const fitKernelSvm: FitHead = async (set, options) => {
  const { onProgress } = options;
  const standardization = computeStandardization(set.rows, set.dimensions);
  const standard: TrainingSet = { ...set, rows: standardize(set.rows, standardization) };
  const { c, gammaScale, sharpness, accuracy } = await choose(takePart(standard, options), options);

  const gamma = gammaScale / set.dimensions;
  onProgress?.({ stage: 'fit', done: 0, note: `C ${c}, gamma ${formatGamma(gamma)}, on the whole training split` });
  await using kernel = await openKernel(standard, options);
  kernel.setGamma(gamma);
  const machines = await fitPart(kernel, standard, { rows: Int32Array.from(set.truth.keys()), c, options });
  const { rows, coefficients } = collectSupport(machines);
  onProgress?.({ stage: 'fit', done: 1, total: 1, note: `${rows.length} support vectors` });
  const support = selectRows(standard, [...rows]).rows;
  const bias = machines.map((machine) => machine.solution.bias);
  return {
    hyperparameters: {
      c,
      gamma,
      gammaScale,
      sharpness,
      supportVectors: rows.length,
      classWeights: options.classWeights,
      converged: machines.every((machine) => machine.solution.converged),
      ...(accuracy === undefined ? {} : { crossValidatedAccuracy: accuracy }),
    },
    render: (temperature) =>
      renderKernelHead({
        ...standardization,
        support,
        coefficients,
        bias,
        classCount: set.classCount,
        gamma,
        sharpness,
        temperature,
      }),
  };
};

interface Score {
  loss: number;
  accuracy: number;
  sharpness: number;
}

/** By held-out likelihood. Every fold and every C of one gamma read the same kernel. */
async function choose(set: TrainingSet, options: FitOptions): Promise<Choice> {
  const folds = [...iteratePositions(set, options)].map(({ fit, held }) => ({
    fit: Int32Array.from(fit),
    held: Int32Array.from(held),
  }));
  if (folds.length === 0)
    return {
      ...usual,
      c: fixedNumber(options, 'c') ?? usual.c,
      gammaScale: fixedNumber(options, 'gammaScale') ?? usual.gammaScale,
    };
  const grid = { costs: fixedOr(options, 'c', costs), gammaScales: fixedOr(options, 'gammaScale', gammaScales) };
  const candidates = grid.gammaScales.flatMap((gammaScale) => grid.costs.map((c) => ({ gammaScale, c })));
  const scores: Score[][] = folds.map(() => []);
  await using kernel = await openKernel(set, options);
  for (const [w, gammaScale] of grid.gammaScales.entries()) {
    const gamma = gammaScale / set.dimensions;
    kernel.setGamma(gamma);
    for (const [f, { fit, held }] of folds.entries()) {
      let machines: PairMachine[] | undefined;
      for (const c of grid.costs) {
        machines = await fitPart(kernel, set, { rows: fit, c, initial: machines, options });
        const score = await scoreMachines(kernel, set, { machines, held });
        scores[f]?.push(score);
        options.onProgress?.({
          stage: 'fit',
          done: w * folds.length + f,
          total: grid.gammaScales.length * folds.length,
          note: `C ${c}, gamma ${formatGamma(gamma)}: ${(score.accuracy * 100).toFixed(1)} % in cross-validation`,
        });
      }
    }
  }
  return pickBest(candidates, scores, folds);
}

function pickBest(
  candidates: readonly Pick<Choice, 'c' | 'gammaScale'>[],
  scores: readonly (readonly Score[])[],
  folds: readonly { held: Int32Array }[],
): Choice {
  const average = (key: keyof Score): number[] => {
    const perFold = scores.map((list, f) => ({
      rows: folds[f]?.held.length ?? 0,
      scores: list.map((score) => score[key]),
    }));
    return averageScores(perFold, candidates.length).map((score) => score ?? Number.NaN);
  };
  const losses = average('loss');
  const best = losses.indexOf(Math.min(...losses));
  const candidate = candidates[best];
  if (!candidate) return usual;
  return {
    ...candidate,
    sharpness: average('sharpness')[best] as number,
    accuracy: average('accuracy')[best] as number,
  };
}

/** At the sharpness that suits the machines best. */
async function scoreMachines(
  kernel: KernelRows,
  { classCount, truth }: TrainingSet,
  { machines, held }: { machines: readonly PairMachine[]; held: Int32Array },
): Promise<Score> {
  const decisions = await decidePairs(kernel, machines, held);
  const heldTruth = Int32Array.from(held, (row) => truth[row] as number);
  const logitsAt = (logSharpness: number): Float32Array =>
    couplePairs(decisions, { classCount, sharpness: Math.exp(logSharpness) });
  const lossAt = (logSharpness: number): number =>
    computeNegativeLogLikelihood(logitsAt(logSharpness), heldTruth, { classes: classCount });
  const best = minimizeUnimodal(lossAt, sharpnessRange);
  return {
    loss: lossAt(best),
    accuracy: computeAccuracy(logitsAt(best), heldTruth, classCount),
    sharpness: Math.exp(best),
  };
}

async function fitPart(
  kernel: KernelRows,
  set: TrainingSet,
  request: { rows: Int32Array; c: number; initial?: readonly PairMachine[] | undefined; options: FitOptions },
): Promise<PairMachine[]> {
  const { rows, c, initial, options } = request;
  const machines = await fitPairs(kernel, {
    rows,
    classIndices: set.truth,
    classCount: set.classCount,
    c,
    sampleWeights: computeSampleWeights(set, options.classWeights),
    initial,
    signal: options.signal,
  });
  if (!machines.every((machine) => Number.isFinite(machine.solution.bias)))
    throw new TintypeError('TRAINING_DIVERGED', { reason: 'the margins of the head are not finite numbers' });
  return machines;
}

function openKernel({ rows, dimensions }: TrainingSet, { threads }: FitOptions): Promise<KernelRows> {
  return openKernelRows({ features: rows, dimensions, ...(threads === undefined ? {} : { threads }) });
}

function fixedOr(options: FitOptions, name: string, choices: readonly number[]): readonly number[] {
  const fixed = fixedNumber(options, name);
  return fixed === undefined ? choices : [fixed];
}

const formatGamma = (gamma: number): string => gamma.toPrecision(2);
