/** @file Where a training stands: its counts, the sums of the epoch under way, and what is told of them. */
import type { StepResult } from '@tintype/autograd/step/train-step';
import type { EpochMetrics, StepMetrics, TrainPhase } from '@tintype/contracts/train-events';
import { isBetterEpoch } from './is-better-epoch.ts';
import type { LoopBatch, LoopPlan } from './loop.ts';
import { type LossWatch, watchLoss } from './watch-loss.ts';

/** All that a checkpoint holds besides tensors. Every random choice follows from the seed and these counts. */
export interface Position {
  /** Finished epochs. */
  history: readonly EpochMetrics[];
  /** Of the epoch after them. */
  steps: number;
  totalSteps: number;
  /** Of the last step: what the optimizer's state belongs to. */
  phase: TrainPhase;
  /** Over the pictures of the epoch under way. */
  sums: { loss: number; correct: number; pictures: number; durationMs: number; waitedMs: number };
  watch: LossWatch;
}

const noSums: Position['sums'] = { loss: 0, correct: 0, pictures: 0, durationMs: 0, waitedMs: 0 };

/** At most so often a step is told. */
const tellEveryMs = 250;

interface Ends {
  now: () => number;
  onStep?: (metrics: StepMetrics) => void;
}

export class Progress {
  readonly #ends: Ends;
  readonly #plan: LoopPlan;
  #history: readonly EpochMetrics[];
  #steps: number;
  #totalSteps: number;
  #statePhase: TrainPhase;
  #sums: Position['sums'];
  #watch: LossWatch;
  #learningRate = 0;
  /** When the sums were last brought up to date. */
  #since = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #savedAt: number;
  #validationMs = 0;

  constructor(ends: Ends, plan: LoopPlan, position?: Position) {
    this.#ends = ends;
    this.#plan = plan;
    this.#history = position?.history ?? [];
    this.#steps = position?.steps ?? 0;
    this.#totalSteps = position?.totalSteps ?? 0;
    this.#sums = { ...(position?.sums ?? noSums) };
    this.#watch = position?.watch ?? { steps: 0, first: 0, smooth: 0 };
    this.#statePhase = position?.phase ?? this.phase;
    this.#savedAt = ends.now();
  }

  /** Under way, from 1. */
  get epoch(): number {
    return this.#history.length + 1;
  }

  get steps(): number {
    return this.#steps;
  }

  get totalSteps(): number {
    return this.#totalSteps;
  }

  get phase(): TrainPhase {
    return this.epoch <= this.#plan.headWarmup ? 'head' : 'chosen';
  }

  get isOver(): boolean {
    return this.#history.length >= this.#plan.epochs || this.#isStale;
  }

  get reason(): 'epochs' | 'early-stop' {
    return this.#history.length >= this.#plan.epochs ? 'epochs' : 'early-stop';
  }

  /** Of the finished epochs; there must be one. */
  get best(): EpochMetrics {
    return this.#history.findLast(({ isBest }) => isBest) as EpochMetrics;
  }

  get isSaveDue(): boolean {
    return this.#ends.now() - this.#savedAt >= this.#plan.saveEveryMs;
  }

  /** To be saved. */
  get position(): Position {
    this.#savedAt = this.#ends.now();
    const [history, steps, totalSteps, watch] = [this.#history, this.#steps, this.#totalSteps, this.#watch];
    return { history, steps, totalSteps, phase: this.#statePhase, sums: { ...this.#sums }, watch };
  }

  /** Notes how long each batch was waited for. */
  async *timed<T>(batches: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = batches[Symbol.asyncIterator]();
    this.#since = this.#ends.now();
    this.#statePhase = this.phase;
    try {
      for (;;) {
        const askedAt = this.#ends.now();
        const next = await iterator.next();
        this.#sums.waitedMs += this.#ends.now() - askedAt;
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Throws TRAINING_DIVERGED. */
  count(result: StepResult, { batch, learningRate }: { batch: LoopBatch; learningRate: number }): void {
    const { classCount, peakLearningRate } = this.#plan;
    const share = batch.count / (batch.targets.length / classCount);
    this.#watch = watchLoss(this.#watch, result.loss, { classCount, peakLearningRate, epoch: this.epoch });
    this.#sums.loss += result.loss * batch.count;
    this.#sums.correct += result.correct * share;
    this.#sums.pictures += batch.count;
    this.#steps += 1;
    this.#totalSteps += 1;
    this.#learningRate = learningRate;
    this.#clock();
    this.#tell();
  }

  finishEpoch(validation: { loss: number; accuracy: number }): EpochMetrics {
    const { pictures, durationMs } = this.#sums;
    this.#clock();
    this.#validationMs = this.#sums.durationMs - durationMs;
    const metrics: EpochMetrics = {
      epoch: this.epoch,
      phase: this.phase,
      trainLoss: this.#sums.loss / pictures,
      trainAccuracy: this.#sums.correct / pictures,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      isBest:
        this.#history.length === 0 || isBetterEpoch(validation, validationOf(this.best), this.#plan.validationPictures),
      learningRate: this.#learningRate,
      ...speedOf({ ...this.#sums, durationMs }),
      durationMs: this.#sums.durationMs,
    };
    this.#history = [...this.#history, metrics];
    this.#steps = 0;
    this.#sums = { ...noSums };
    return metrics;
  }

  get #isStale(): boolean {
    const { patience } = this.#plan;
    if (patience === 0 || this.#history.length === 0) return false;
    return this.#history.length - this.best.epoch >= patience;
  }

  #clock(): void {
    const now = this.#ends.now();
    this.#sums.durationMs += now - this.#since;
    this.#since = now;
  }

  #tell(): void {
    if (this.#ends.now() - this.#toldAt < tellEveryMs && this.#steps < this.#plan.stepsPerEpoch) return;
    this.#toldAt = this.#ends.now();
    const { epochs, stepsPerEpoch } = this.#plan;
    const { loss, correct, pictures, durationMs } = this.#sums;
    const stepMs = durationMs / this.#steps;
    const stepsLeft = stepsPerEpoch - this.#steps + (epochs - this.epoch) * stepsPerEpoch;
    this.#ends.onStep?.({
      epoch: this.epoch,
      epochs,
      step: this.#steps,
      stepsPerEpoch,
      phase: this.phase,
      loss: loss / pictures,
      accuracy: correct / pictures,
      learningRate: this.#learningRate,
      ...speedOf(this.#sums),
      remainingMs: stepMs * stepsLeft + this.#validationMs * (epochs - this.epoch + 1),
    });
  }
}

/** The more accurate one; of equals the one with the lower loss. */
const validationOf = ({ validationLoss: loss, validationAccuracy: accuracy }: EpochMetrics) => ({ loss, accuracy });

const speedOf = ({ pictures, durationMs, waitedMs }: Position['sums']) => ({
  picturesPerSecond: durationMs > 0 ? (1000 * pictures) / durationMs : 0,
  idleShare: durationMs > 0 ? Math.min(1, waitedMs / durationMs) : 0,
});
