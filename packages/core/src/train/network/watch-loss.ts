/** @file When a training is past saving: its loss is no number any more, or several times what it was at the start. */
import { TintypeError } from '@tintype/contracts/errors';

export interface LossWatch {
  steps: number;
  /** Mean of the first steps. */
  first: number;
  /** Of the last ones, older ones weighing less and less. */
  smooth: number;
}

const firstSteps = 10;
/** About twenty steps. */
const memory = 0.95;
/** A loss jumps about; an untrained network may begin above the loss of a guess, and comes down from there. */
const tolerated = 3;

/** The watch after one more step. Throws TRAINING_DIVERGED with the flag to turn. */
export function watchLoss(
  watch: LossWatch,
  loss: number,
  { classCount, peakLearningRate, epoch }: { classCount: number; peakLearningRate: number; epoch: number },
): LossWatch {
  const steps = watch.steps + 1;
  const flag = `--learning-rate ${Number((peakLearningRate / 4).toPrecision(1))} --clip-norm 1`;
  if (!Number.isFinite(loss))
    throw new TintypeError('TRAINING_DIVERGED', { reason: `the loss is not a finite number in epoch ${epoch}`, flag });
  const first = steps <= firstSteps ? watch.first + (loss - watch.first) / steps : watch.first;
  const smooth = steps === 1 ? loss : memory * watch.smooth + (1 - memory) * loss;
  const highest = tolerated * Math.max(first, Math.log(classCount));
  if (steps > 2 * firstSteps && smooth > highest) {
    const reason = `the loss rose from ${first.toFixed(2)} to ${smooth.toFixed(2)} in epoch ${epoch}`;
    throw new TintypeError('TRAINING_DIVERGED', { reason, flag });
  }
  return { steps, first, smooth };
}
