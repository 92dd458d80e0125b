/**
 * @file The training loop, from the first step to the best weights. All that it does follows from its plan, the seed and the counts in
 * `progress`, so that it goes on from a checkpoint as if it had never been stopped. After nanoGPT's train.py: one page.
 */
import type { State } from '@tintype/autograd/step/state';
import type { TrainStep } from '@tintype/autograd/step/train-step';
import { TintypeError } from '@tintype/contracts/errors';
import type { EpochMetrics, StepMetrics, TrainPhase } from '@tintype/contracts/train-events';
import type { Checkpoints } from './checkpoints.ts';
import { PhasedStep } from './phased-step.ts';
import { type Position, Progress } from './progress.ts';
import { selectWeights } from './weights.ts';

export interface LoopPlan {
  epochs: number;
  stepsPerEpoch: number;
  /** First epochs, in which the head moves alone. */
  headWarmup: number;
  /** Epochs without a better validation that end the training; 0: never. */
  patience: number;
  classCount: number;
  /** Pictures of the validation split. */
  validationPictures: number;
  /** Time between checkpoints within an epoch. */
  saveEveryMs: number;
  /** Of a step, counted from 0 over the whole training. */
  learningRate: (step: number) => number;
  /** The highest of them. */
  peakLearningRate: number;
}

export interface LoopBatch {
  /** [N, 3, H, W] */
  x: Float32Array;
  /** [N, K] */
  targets: Float32Array;
  /** Pictures that have their turn; the others fill the batch up. */
  count: number;
}

export interface LoopNeeds {
  /** A new optimizer for the parameters that move in this phase, and the weights that training starts from. */
  openStep: (phase: TrainPhase) => Promise<TrainStep>;
  /** Batches of an epoch from a step on; the same ones whenever they are asked for. */
  batches: (epoch: number, startStep: number) => AsyncIterable<LoopBatch>;
  /** Mean loss and accuracy on the validation split, as serving would give them. */
  validate: (weights: State) => Promise<{ loss: number; accuracy: number }>;
  checkpoints: Checkpoints;
  /** Milliseconds that only grow. */
  now: () => number;
  onStart?: (from: Position) => void;
  onStep?: (metrics: StepMetrics) => void;
  onEpoch?: (metrics: EpochMetrics) => void;
  signal: AbortSignal;
}

export interface LoopResult {
  reason: 'epochs' | 'early-stop';
  /** That were gone through. */
  epochs: number;
  best: EpochMetrics;
  /** Parameters and buffers of the best epoch. */
  weights: State;
}

/** Throws TRAINING_DIVERGED; CANCELLED once it has saved where it stands. */
export async function trainLoop(needs: LoopNeeds, plan: LoopPlan): Promise<LoopResult> {
  const { checkpoints, signal } = needs;
  const saved = await checkpoints.load();
  const progress = new Progress(needs, plan, saved?.position);
  await using step = new PhasedStep(needs, saved);
  needs.onStart?.(progress.position);

  while (!progress.isOver) {
    await step.enter(progress.phase);

    for await (const batch of progress.timed(needs.batches(progress.epoch, progress.steps))) {
      const learningRate = plan.learningRate(progress.totalSteps);
      const result = await step.run(batch, { learningRate, maskSeed: progress.totalSteps });
      progress.count(result, { batch, learningRate });
      if (progress.isSaveDue || signal.aborted) await checkpoints.save(progress.position, await step.view());
      if (signal.aborted) throw new TintypeError('CANCELLED', {});
    }

    const weights = selectWeights(await step.view());
    const epoch = progress.finishEpoch(await needs.validate(weights));
    if (epoch.isBest) await checkpoints.saveBest(epoch.epoch, weights);
    await checkpoints.save(progress.position, await step.view());
    needs.onEpoch?.(epoch);
  }

  const { reason, best } = progress;
  return { reason, epochs: progress.epoch - 1, best, weights: await checkpoints.loadBest(best.epoch) };
}
