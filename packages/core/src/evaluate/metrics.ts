/** @file How good answers are: accuracy with its interval, balanced accuracy, F1, confusion, calibration error, mistakes. Pure. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import { argmax } from '../model/probabilities.ts';
import { computeWilsonInterval } from '../model/wilson-interval.ts';

const calibrationBins = 15;
const mostMistakes = 50;

export interface Answers {
  /** In class-index order. */
  classes: readonly string[];
  /** [N, K] float32, rows sum to 1. */
  probabilities: Float32Array;
  /** [N] class indices. */
  truth: Int32Array;
  /** [N] sample ids, or paths. */
  samples: readonly string[];
}

export type Metrics = Pick<
  Evaluation,
  'samples' | 'accuracy' | 'accuracyInterval' | 'balancedAccuracy' | 'macroF1' | 'classes' | 'confusion' | 'mistakes'
>;

/** Every metric of an evaluation but the calibration error. Accuracy of no rows is 0 with the interval [0, 1]. */
export function computeMetrics(answers: Answers): Metrics {
  const confusion = computeConfusion(answers);
  const classes = answers.classes.map((className, k) => computeClassMetrics(confusion, className, k));
  const right = confusion.reduce((sum, row, k) => sum + (row[k] as number), 0);
  const samples = answers.truth.length;
  return {
    samples,
    accuracy: samples === 0 ? 0 : right / samples,
    accuracyInterval: computeWilsonInterval(right, samples),
    balancedAccuracy: mean(classes.map((c) => c.recall)),
    macroF1: mean(classes.map((c) => c.f1)),
    classes,
    confusion,
    mistakes: listMistakes(answers),
  };
}

/** Rows are true classes, columns predicted ones. */
export function computeConfusion({ classes, probabilities, truth }: Answers): number[][] {
  const confusion = classes.map(() => classes.map(() => 0));
  for (let n = 0; n < truth.length; n += 1) {
    const row = confusion[truth[n] as number] as number[];
    const predicted = argmax(probabilities, { start: n * classes.length, classes: classes.length });
    row[predicted] = (row[predicted] as number) + 1;
  }
  return confusion;
}

/** Expected calibration error: mean gap between confidence and accuracy over 15 bins of equal width, weighed by their rows. */
export function computeCalibrationError({ classes, probabilities, truth }: Omit<Answers, 'samples'>): number {
  const confidence = new Float64Array(calibrationBins);
  const right = new Float64Array(calibrationBins);
  for (let n = 0; n < truth.length; n += 1) {
    const start = n * classes.length;
    const predicted = argmax(probabilities, { start, classes: classes.length });
    const probability = probabilities[start + predicted] as number;
    const bin = Math.min(calibrationBins - 1, Math.max(0, Math.ceil(probability * calibrationBins) - 1));
    confidence[bin] = (confidence[bin] as number) + probability;
    if (predicted === truth[n]) right[bin] = (right[bin] as number) + 1;
  }
  const gap = confidence.reduce((sum, value, bin) => sum + Math.abs(value - (right[bin] as number)), 0);
  return truth.length === 0 ? 0 : gap / truth.length;
}

/** A share is null where nothing could be counted: no picture of the class, or none predicted. */
function computeClassMetrics(confusion: number[][], className: string, k: number): Metrics['classes'][number] {
  const support = (confusion[k] as number[]).reduce((sum, count) => sum + count, 0);
  const predicted = confusion.reduce((sum, row) => sum + (row[k] as number), 0);
  const right = (confusion[k] as number[])[k] as number;
  return {
    className,
    support,
    precision: predicted === 0 ? null : right / predicted,
    recall: support === 0 ? null : right / support,
    f1: support + predicted === 0 ? null : (2 * right) / (support + predicted),
  };
}

function listMistakes({ classes, probabilities, truth, samples }: Answers): Metrics['mistakes'] {
  const mistakes: Metrics['mistakes'] = [];
  for (let n = 0; n < truth.length; n += 1) {
    const start = n * classes.length;
    const predicted = argmax(probabilities, { start, classes: classes.length });
    if (predicted === truth[n]) continue;
    mistakes.push({
      sample: samples[n] as string,
      className: classes[truth[n] as number] as string,
      predicted: classes[predicted] as string,
      confidence: probabilities[start + predicted] as number,
    });
  }
  return mistakes
    .toSorted((a, b) => b.confidence - a.confidence || (a.sample < b.sample ? -1 : 1))
    .slice(0, mostMistakes);
}

/** Mean over what is known; 0 where nothing is. */
function mean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
