/** @file What a confidence threshold would cost and bring, counted so that any threshold can be read off without the pictures. Pure. */
import { type ClassThresholds, thresholdSteps } from '@tintype/contracts/evaluation-report';

interface Answered {
  className: string;
  predicted: string;
  confidence: number;
}

/** A hundredth is at most what it is called: 0.29 is in the bin of 29, though 0.29 * 100 is a little less. */
const stepOf = (confidence: number): number =>
  Math.min(thresholdSteps - 1, Math.max(0, Math.floor(confidence * thresholdSteps + 1e-9)));

/** One entry per class, in the given order; classes that only pictures have come after those that the model knows. */
export function countThresholds(pictures: Iterable<Answered>, classNames: readonly string[]): ClassThresholds[] {
  const byClass = new Map<string, ClassThresholds>(classNames.map((className) => [className, anEmpty(className)]));
  const of = (className: string): ClassThresholds => {
    const known = byClass.get(className) ?? anEmpty(className);
    byClass.set(className, known);
    return known;
  };
  for (const { className, predicted, confidence } of pictures) {
    const step = stepOf(confidence);
    of(className).pictures += 1;
    const said = of(predicted);
    said.predicted[step] = (said.predicted[step] as number) + 1;
    if (predicted === className) said.right[step] = (said.right[step] as number) + 1;
  }
  return [...byClass.values()];
}

const anEmpty = (className: string): ClassThresholds => ({
  className,
  pictures: 0,
  predicted: new Array<number>(thresholdSteps).fill(0),
  right: new Array<number>(thresholdSteps).fill(0),
});
