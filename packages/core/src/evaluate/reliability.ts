/** @file The reliability diagram: of the pictures answered with about this confidence, how many are right (DeGroot & Fienberg 1983). Pure. */
import type { ReliabilityBin } from '@tintype/contracts/evaluation-report';
import { computeWilsonInterval } from '../model/wilson-interval.ts';

/** Of equal width. */
const bins = 10;

export interface Judgment {
  confidence: number;
  isRight: boolean;
}

/** Bins without pictures are left out. A confidence on the border of two bins counts in the upper one, 1 in the last. */
export function computeReliability(judgments: readonly Judgment[]): ReliabilityBin[] {
  const pictures = new Array<number>(bins).fill(0);
  const right = new Array<number>(bins).fill(0);
  const confidence = new Array<number>(bins).fill(0);
  for (const judgment of judgments) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(judgment.confidence * bins)));
    pictures[bin] = (pictures[bin] as number) + 1;
    confidence[bin] = (confidence[bin] as number) + judgment.confidence;
    if (judgment.isRight) right[bin] = (right[bin] as number) + 1;
  }
  return pictures.flatMap((count, bin) =>
    count === 0
      ? []
      : [
          {
            from: bin / bins,
            to: (bin + 1) / bins,
            pictures: count,
            confidence: (confidence[bin] as number) / count,
            accuracy: (right[bin] as number) / count,
            interval: computeWilsonInterval(right[bin] as number, count),
          },
        ],
  );
}

/**
 * What the confidence was before calibration: probabilities are softmax(z / T), so z is T log p up to a constant, and softmax(z) is p^T
 * over its sum.
 */
export function undoTemperature(probabilities: Readonly<Record<string, number>>, temperature: number): number {
  const raised = Object.values(probabilities).map((probability) => probability ** temperature);
  const sum = raised.reduce((total, value) => total + value, 0);
  return sum === 0 ? 0 : Math.max(...raised) / sum;
}
