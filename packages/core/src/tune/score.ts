/** @file A study's metric of answers, with its interval where it has one. */
import type { TuneMetric } from '@tintype/contracts/tune';
import { computeMetrics } from '../evaluate/metrics.ts';
import type { TrialOutcome } from './trial-runner.ts';
import type { HeldAnswers } from './trial-tasks.types.ts';

const numbers: Record<TuneMetric, (metrics: ReturnType<typeof computeMetrics>) => TrialOutcome> = {
  accuracy: ({ accuracy, accuracyInterval }) => ({ value: accuracy, interval: accuracyInterval }),
  'balanced-accuracy': ({ balancedAccuracy }) => ({ value: balancedAccuracy, interval: null }),
  'macro-f1': ({ macroF1 }) => ({ value: macroF1, interval: null }),
};

/** Of all the answers together: every picture counts once, whichever fold it was held out in. */
export function scoreAnswers(
  parts: readonly HeldAnswers[],
  { metric, classes }: { metric: TuneMetric; classes: readonly string[] },
): TrialOutcome {
  const truth = Int32Array.from(parts.flatMap((part) => [...part.truth]));
  const logits = new Float32Array(truth.length * classes.length);
  let at = 0;
  for (const part of parts) {
    logits.set(part.logits, at);
    at += part.logits.length;
  }
  // Logits are ranked like their probabilities, and no metric here asks for more than the first.
  return numbers[metric](computeMetrics({ classes, probabilities: logits, truth, samples: Array.from(truth, String) }));
}
