/** @file A network of one hidden layer on standardized features, stopped when held-out rows no longer gain. */
import { openPerceptronTraining, type Perceptron, type PerceptronOptions } from '@tintype/autograd/fit/perceptron';
import { renderPerceptronHead } from '@tintype/autograd/heads/perceptron-head';
import { TintypeError } from '@tintype/contracts/errors';
import { computeAccuracy } from '../model/probabilities.ts';
import { calibrateTemperature } from './calibrate.ts';
import { type Fold, iterateFolds } from './cross-validation.ts';
import { type FitHead, type FitOptions, fixedNumber } from './head.types.ts';
import { runHead } from './run-head.ts';
import { computeStandardization, standardize } from './standardize.ts';
import { computeSampleWeights, type TrainingSet } from './training-set.ts';

const usual = { hidden: 128, dropout: 0.5, learningRate: 1e-3, weightDecay: 1e-3 };
/** One part of so many is held out to stop by. */
const parts = 10;
const mostEpochs = 200;
/** Epochs without a gain before training stops. */
const patience = 10;
/** Fewer held-out rows than this say too little to stop by; then it runs for `blindEpochs`. */
const fewestHeld = 10;
const blindEpochs = 30;

interface Stopped {
  perceptron: Perceptron;
  epochs: number;
  heldOutAccuracy?: number;
}

/**
 * The weights of the epoch with the best held-out likelihood, at the temperature that suits them: confidence grows too fast long before
 * the order of the classes gets worse. Equal rows and seed give an equal head. Throws TRAINING_DIVERGED.
 */
export const fitPerceptron: FitHead = async (set, options) => {
  const standardization = computeStandardization(set.rows, set.dimensions);
  const standard: TrainingSet = { ...set, rows: standardize(set.rows, standardization) };
  const hyperparameters = {
    hidden: fixedNumber(options, 'hidden') ?? usual.hidden,
    dropout: fixedNumber(options, 'dropout') ?? usual.dropout,
    learningRate: fixedNumber(options, 'learningRate') ?? usual.learningRate,
    weightDecay: fixedNumber(options, 'weightDecay') ?? usual.weightDecay,
  };
  options.onProgress?.({ stage: 'fit', done: 0, total: mostEpochs, note: 'epochs, on the whole training split' });
  const { perceptron, epochs, heldOutAccuracy } = await train(standard, hyperparameters, options);
  return {
    hyperparameters: {
      ...hyperparameters,
      epochs,
      classWeights: options.classWeights,
      ...(heldOutAccuracy === undefined ? {} : { heldOutAccuracy }),
    },
    render: (temperature) => renderPerceptronHead({ ...standardization, ...perceptron, temperature }),
  };
};

async function train(set: TrainingSet, hyperparameters: typeof usual, options: FitOptions): Promise<Stopped> {
  const { seed, classWeights, threads, onProgress, signal } = options;
  const fold = holdOut(set, seed);
  const { rows: features, dimensions, truth: classIndices, classCount } = fold?.fit ?? set;
  const sampleWeights = computeSampleWeights(fold?.fit ?? set, classWeights);
  const rows = { features, dimensions, classIndices, classCount, sampleWeights };
  const settings: PerceptronOptions = { ...hyperparameters, seed, ...(threads === undefined ? {} : { threads }) };
  await using training = await openPerceptronTraining(rows, settings);
  let best: (Stopped & { loss: number }) | undefined;
  for (let epochs = 1; epochs <= (fold ? mostEpochs : blindEpochs); epochs += 1) {
    signal?.throwIfAborted();
    const trainingLoss = await training.runEpoch();
    if (!Number.isFinite(trainingLoss))
      throw new TintypeError('TRAINING_DIVERGED', { reason: 'the loss of the head is not a finite number' });
    const perceptron = await training.read();
    const judged = fold ? await judge(perceptron, fold.held) : { loss: -epochs };
    if (!best || judged.loss < best.loss) best = { perceptron, epochs, ...judged };
    onProgress?.({
      stage: 'fit',
      done: epochs,
      total: mostEpochs,
      note: describe(trainingLoss, judged.heldOutAccuracy),
    });
    if (epochs - best.epochs >= patience) break;
  }
  if (!best) throw new Error('no epoch was run');
  return best;
}

/** Whole groups, so that no near-duplicate of a row to stop by is learned from. */
function holdOut(set: TrainingSet, seed: number): Fold | undefined {
  const [fold] = iterateFolds(set, { seed, folds: parts, mostRows: Number.POSITIVE_INFINITY });
  return fold && fold.held.truth.length >= fewestHeld ? fold : undefined;
}

async function judge(perceptron: Perceptron, held: TrainingSet): Promise<{ loss: number; heldOutAccuracy?: number }> {
  const { dimensions, classCount, truth } = held;
  const identity = { mean: new Float32Array(dimensions), scale: new Float32Array(dimensions).fill(1) };
  const { logits } = await runHead(renderPerceptronHead({ ...identity, ...perceptron }), held);
  return {
    loss: calibrateTemperature(logits, truth, classCount).nllAfter,
    heldOutAccuracy: computeAccuracy(logits, truth, classCount),
  };
}

const describe = (loss: number, accuracy?: number): string =>
  `loss ${loss.toFixed(3)}${accuracy === undefined ? '' : `, ${(accuracy * 100).toFixed(1)} % of held-out pictures`}`;
