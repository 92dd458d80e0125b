/** @file How good a finished training is on the test split that it never saw. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import { computeProbabilities } from '../model/probabilities.ts';
import type { Clock } from '../ports/clock.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';
import { computeCalibrationError, computeMetrics } from './metrics.ts';

/** Which part of a snapshot an evaluation was on, as `Evaluation.on` says it. */
export const testSplitOf = (snapshotId: string): string => `${snapshotId}/test`;

export type UnboundEvaluation = Omit<Evaluation, 'model' | 'version'>;

/** Pure but for the id and the time; stores nothing. */
export function evaluateRun({ clock }: { clock: Clock }, run: TrainedRun): UnboundEvaluation {
  const startedAt = clock.now();
  const { sampleIds, truth, logits } = run.test;
  const metrics = scoreLogits({
    classes: run.snapshot.classes,
    logits,
    truth,
    samples: sampleIds,
    temperature: run.calibration.temperature,
  });
  const at = clock.now();
  return { id: clock.newId('eval'), on: testSplitOf(run.snapshot.id), ...metrics, durationMs: at - startedAt, at };
}

interface Scored {
  classes: readonly string[];
  /** [N, K], before calibration. */
  logits: Float32Array;
  truth: Int32Array;
  samples: readonly string[];
  temperature: number;
}

/** Metrics of the calibrated answers, with the calibration error before and after. */
export function scoreLogits(scored: Scored): Omit<UnboundEvaluation, 'id' | 'on' | 'at' | 'durationMs'> {
  const { classes, logits, truth, samples, temperature } = scored;
  const before = computeProbabilities(logits, { classes: classes.length });
  const after = computeProbabilities(logits, { classes: classes.length, temperature });
  return {
    ...computeMetrics({ classes, probabilities: after, truth, samples }),
    calibration: {
      before: computeCalibrationError({ classes, probabilities: before, truth }),
      after: computeCalibrationError({ classes, probabilities: after, truth }),
      temperature,
    },
  };
}
