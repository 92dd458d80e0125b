/** @file Answers as rows that are kept, one per picture and version. Pure. */

import type { SamplePrediction } from '@tintype/contracts/curation';
import type { ModelVersion } from '@tintype/contracts/registry';
import { argmax, computeProbabilities } from '../model/probabilities.ts';
import type { SplitLogits } from '../train/trained-run.types.ts';

type Version = Pick<ModelVersion, 'model' | 'version' | 'classes'>;

/** Six digits say more than a confidence can mean, and take a third of the place. */
const round = (probability: number): number => Math.round(probability * 1e6) / 1e6;

export interface PictureProbabilities {
  sampleId: string;
  /** Its label; null where it has none. */
  className: string | null;
  /** [K] in class-index order, calibrated. */
  probabilities: Float32Array;
}

export function toSamplePrediction(
  { model, version, classes }: Version,
  { sampleId, className, probabilities }: PictureProbabilities,
): SamplePrediction {
  const best = argmax(probabilities, { start: 0, classes: classes.length });
  return {
    model,
    version,
    sampleId,
    className,
    predicted: classes[best] as string,
    confidence: round(probabilities[best] as number),
    probabilities: Object.fromEntries(classes.map((name, k) => [name, round(probabilities[k] as number)])),
  };
}

/** Of a split's logits, not yet divided by the temperature. */
export function splitPredictions(
  version: Version,
  { sampleIds, truth, logits }: SplitLogits,
  { temperature }: { temperature: number },
): SamplePrediction[] {
  const { classes } = version;
  const probabilities = computeProbabilities(logits, { classes: classes.length, temperature });
  return sampleIds.map((sampleId, n) =>
    toSamplePrediction(version, {
      sampleId,
      className: classes[truth[n] as number] ?? null,
      probabilities: probabilities.subarray(n * classes.length, (n + 1) * classes.length),
    }),
  );
}
