/** @file Linear heads (logistic regression, linear SVM) on standardized features, their penalty chosen by cross-validation. */
import {
  type LinearClassifier,
  type LinearObjective,
  openLinearObjective,
} from '@tintype/autograd/fit/linear-classifier';
import { foldLinearHead, renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { TintypeError } from '@tintype/contracts/errors';
import { computeAccuracy, computeNegativeLogLikelihood } from '../model/probabilities.ts';
import { calibrateTemperature } from './calibrate.ts';
import { averageScores, type Fold, iterateFolds } from './cross-validation.ts';
import { type FitHead, type FitOptions, type FittedHead, fixedNumber } from './head.types.ts';
import { runHead } from './run-head.ts';
import { computeStandardization, standardize } from './standardize.ts';
import { computeSampleWeights, type TrainingSet } from './training-set.ts';

interface LinearKind {
  loss: 'crossEntropy' | 'squaredHinge';
  /** Inverse penalties as in scikit-learn: C of the summed loss, so that l2 of the mean loss is 1 / (C N). Strongest first. */
  candidates: readonly number[];
  /** Where nothing can be held out. */
  usualC: number;
  /** Held-out loss of [N, K] logits: smoother than accuracy. */
  score(logits: Float32Array, truth: Int32Array, classes: number): number;
}

const logistic: LinearKind = {
  loss: 'crossEntropy',
  candidates: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1],
  usualC: 1e-2,
  score: (logits, truth, classes) => computeNegativeLogLikelihood(logits, truth, { classes }),
};

/** Margins are no logarithms of probabilities: they are judged at the temperature that suits them best. */
const supportVectors: LinearKind = {
  loss: 'squaredHinge',
  candidates: [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1],
  usualC: 1e-3,
  score: (logits, truth, classes) => calibrateTemperature(logits, truth, classes).nllAfter,
};

/** Multiplications of one evaluation below which threads wait for each other longer than they work. */
const smallWork = 2e6;
/** The likelihood over C has one peak: after so many steps down, weaker penalties are not tried. */
const patience = 2;
/** Fits that only rank candidates end sooner: the order was the same (recyclables, scenes), the search 2.6 times as fast. */
const searchTolerance = 1e-4;

/** Multinomial logistic regression. */
export const fitLogistic: FitHead = (set, options) => fitLinear(logistic, set, options);

/** A linear support vector machine with squared hinge loss, one class against the rest; its logits are the decision values. */
export const fitLinearSvm: FitHead = (set, options) => fitLinear(supportVectors, set, options);

/**
 * C is chosen by held-out likelihood unless it is fixed, then the training split is fitted whole: validation stays unseen for calibration. Equal rows and
 * seed give an equal head. Throws TRAINING_DIVERGED.
 */
async function fitLinear(kind: LinearKind, set: TrainingSet, options: FitOptions): Promise<FittedHead> {
  const standardization = computeStandardization(set.rows, set.dimensions);
  const standard: TrainingSet = { ...set, rows: standardize(set.rows, standardization) };
  const { c, accuracy } = await chooseC(kind, standard, options);
  await using objective = await openObjective(kind, standard, options);
  options.onProgress?.({ stage: 'fit', done: 0, note: `C ${c}, on the whole training split` });
  const fitted = await fit(objective, { rows: set.truth.length, c, ...signalOf(options) });
  options.onProgress?.({ stage: 'fit', done: 1, total: 1, note: `${fitted.iterations} iterations` });
  return {
    hyperparameters: {
      c,
      l2: 1 / (c * set.truth.length),
      classWeights: options.classWeights,
      iterations: fitted.iterations,
      converged: fitted.converged,
      ...(accuracy === undefined ? {} : { crossValidatedAccuracy: accuracy }),
    },
    render: (temperature) =>
      renderLinearHead({ ...standardization, weights: fitted.weights, bias: fitted.bias, temperature }),
    linear: () => foldLinearHead({ ...standardization, weights: fitted.weights, bias: fitted.bias }),
  };
}

async function chooseC(
  kind: LinearKind,
  set: TrainingSet,
  options: FitOptions,
): Promise<{ c: number; accuracy?: number }> {
  const fixed = fixedNumber(options, 'c');
  if (fixed !== undefined) return { c: fixed };
  const { candidates, usualC } = kind;
  const folds: { rows: number; scores: (number | undefined)[]; accuracies: (number | undefined)[] }[] = [];
  for (const fold of iterateFolds(set, { seed: options.seed })) folds.push(await scoreFold(kind, fold, options));
  const scores = averageScores(folds, candidates.length);
  const known = scores.flatMap((score, at) => (score === undefined ? [] : [{ score, at }]));
  if (folds.length === 0 || known.length === 0) return { c: usualC };
  const { at } = known.reduce((best, one) => (one.score < best.score ? one : best));
  const accuracies = folds.map(({ rows, accuracies: own }) => ({ rows, scores: own }));
  const accuracy = averageScores(accuracies, candidates.length)[at];
  return { c: candidates[at] as number, ...(accuracy === undefined ? {} : { accuracy }) };
}

/** Held-out loss of each candidate, each fit started from the one before. */
async function scoreFold(kind: LinearKind, { number, fit: rows, held }: Fold, options: FitOptions) {
  const result = {
    rows: held.truth.length,
    scores: [] as (number | undefined)[],
    accuracies: [] as (number | undefined)[],
  };
  await using objective = await openObjective(kind, rows, options);
  const { classCount: classes, dimensions } = held;
  const identity = { mean: new Float32Array(dimensions), scale: new Float32Array(dimensions).fill(1) };
  let initial: LinearClassifier | undefined;
  let worseSince = 0;
  let best = Number.POSITIVE_INFINITY;
  for (const c of kind.candidates) {
    initial = await fit(objective, {
      rows: rows.truth.length,
      c,
      initial,
      lossTolerance: searchTolerance,
      ...signalOf(options),
    });
    const head = renderLinearHead({ ...identity, weights: initial.weights, bias: initial.bias });
    const { logits } = await runHead(head, { rows: held.rows, dimensions, classCount: classes });
    const loss = kind.score(logits, held.truth, classes);
    const accuracy = computeAccuracy(logits, held.truth, classes);
    result.scores.push(loss);
    result.accuracies.push(accuracy);
    options.onProgress?.({
      stage: 'fit',
      done: number,
      note: `C ${c}: ${(accuracy * 100).toFixed(1)} % in cross-validation`,
    });
    worseSince = loss < best ? 0 : worseSince + 1;
    best = Math.min(best, loss);
    if (worseSince >= patience) break;
  }
  return result;
}

function openObjective(
  { loss }: LinearKind,
  set: TrainingSet,
  { classWeights, threads }: FitOptions,
): Promise<LinearObjective> {
  const isSmall = set.rows.length * set.classCount < smallWork;
  return openLinearObjective({
    loss,
    features: set.rows,
    classIndices: set.truth,
    classCount: set.classCount,
    sampleWeights: computeSampleWeights(set, classWeights),
    ...(isSmall ? { threads: 1 } : threads === undefined ? {} : { threads }),
  });
}

async function fit(
  objective: LinearObjective,
  request: {
    rows: number;
    c: number;
    initial?: LinearClassifier | undefined;
    lossTolerance?: number;
    signal?: AbortSignal;
  },
): Promise<LinearClassifier> {
  const { rows, c, initial, lossTolerance, signal } = request;
  const fitted = await objective.fit({
    l2: 1 / (c * rows),
    ...(initial ? { initial } : {}),
    ...(lossTolerance === undefined ? {} : { lossTolerance }),
    ...(signal ? { signal } : {}),
  });
  if (fitted.reason === 'notFinite')
    throw new TintypeError('TRAINING_DIVERGED', { reason: 'the loss of the head is not a finite number' });
  return fitted;
}

const signalOf = ({ signal }: FitOptions): { signal?: AbortSignal } => (signal ? { signal } : {});
