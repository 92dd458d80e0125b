/** @file A training in TensorBoard: curves by step and by epoch, the first pictures, and its settings beside those of other runs. */
import { readFileSync } from 'node:fs';
import type { EpochMetrics, StepMetrics } from '@tintype/contracts/train-events';
import { openEventFile } from '../../model/formats/tensorboard/open-event-file.ts';
import type { TrainingPlan } from './plan.types.ts';

export interface TrainingEvents {
  /** Of the event file. */
  path: string;
  step(metrics: StepMetrics, at: number): void;
  epoch(metrics: EpochMetrics, at: number): void;
  sheet(picture: { path: string; widthPx: number; heightPx: number }, at: number): void;
  end(at: number): void;
  close(): void;
}

const metrics = ['validation/accuracy', 'validation/loss'];

/** Steps are counted over the whole training. Throws STORAGE_FAILED. */
export function openTrainingEvents(
  { folder, settings, source, seed }: TrainingPlan,
  { at: openedAt, stepsPerEpoch, resumeStep }: { at: number; stepsPerEpoch: number; resumeStep?: number },
): TrainingEvents {
  const file = openEventFile(folder, { at: openedAt, ...(resumeStep === undefined ? {} : { resumeStep }) });
  const network = source.kind === 'architecture' ? source.name : source.path;
  if (resumeStep === undefined) file.hyperparameters({ network, seed, ...settings }, { metrics, at: openedAt });
  return {
    path: file.path,
    step({ epoch, step, loss, accuracy, learningRate, picturesPerSecond, idleShare }, at) {
      const moment = { step: (epoch - 1) * stepsPerEpoch + step, at };
      file.scalars(
        {
          'train/loss': loss,
          'train/accuracy': accuracy,
          'train/learning-rate': learningRate,
          'speed/pictures-per-second': picturesPerSecond,
          'speed/idle-share': idleShare,
        },
        moment,
      );
    },
    epoch({ epoch, validationLoss, validationAccuracy }, at) {
      const moment = { step: epoch * stepsPerEpoch, at };
      file.scalars({ 'validation/loss': validationLoss, 'validation/accuracy': validationAccuracy }, moment);
    },
    sheet({ path, widthPx, heightPx }, at) {
      file.image('first batch', { bytes: readFileSync(path), widthPx, heightPx, step: 0, at });
    },
    end: (at) => file.end('succeeded', { at }),
    close: () => file.close(),
  };
}
