/** @file What a confidence threshold brings and costs, read off the counts of a report. Pure. */
import { type ClassThresholds, thresholdSteps } from '@tintype/contracts/evaluation-report';
import { computeWilsonInterval } from './interval.ts';

export interface CountedShare {
  share: number;
  interval: [number, number];
  of: number;
  count: number;
}

/** A share is undefined where there is nothing to count. */
export interface OperatingPoint {
  /** Of the answers given, the right ones. */
  precision: CountedShare | undefined;
  /** Of the pictures (of the class), those that are answered and right. */
  recall: CountedShare | undefined;
  /** Of all pictures, those that are not answered. */
  refused: CountedShare | undefined;
}

const sum = (values: readonly number[], from = 0): number => {
  let total = 0;
  for (let at = from; at < values.length; at += 1) total += values[at] as number;
  return total;
};
const total = (numbers: readonly number[]): number => sum(numbers);

function toShare(count: number, of: number): CountedShare | undefined {
  const interval = computeWilsonInterval(count, of);
  return interval && { share: count / of, interval, of, count };
}

/** `step` in hundredths; `className` for one class, undefined for all together. */
export function readOperatingPoint(
  thresholds: readonly ClassThresholds[],
  { step, className }: { step: number; className?: string | undefined },
): OperatingPoint {
  const asked = className === undefined ? thresholds : thresholds.filter((entry) => entry.className === className);
  const answered = total(asked.map(({ predicted }) => sum(predicted, step)));
  const right = total(asked.map((entry) => sum(entry.right, step)));
  const pictures = total(asked.map((entry) => entry.pictures));
  const all = total(thresholds.map((entry) => entry.pictures));
  const given = total(thresholds.map(({ predicted }) => sum(predicted, step)));
  return { precision: toShare(right, answered), recall: toShare(right, pictures), refused: toShare(all - given, all) };
}

/** A point for every hundredth, for a curve; null where there is nothing to count. */
export function readCurves(
  thresholds: readonly ClassThresholds[],
  className?: string,
): Record<keyof OperatingPoint, (number | null)[]> {
  const points = Array.from({ length: thresholdSteps }, (_, step) =>
    readOperatingPoint(thresholds, { step, className }),
  );
  const of = (name: keyof OperatingPoint): (number | null)[] => points.map((point) => point[name]?.share ?? null);
  return { precision: of('precision'), recall: of('recall'), refused: of('refused') };
}

/** The lowest threshold from which on at least `precision` of the answers are right; undefined where none is. */
export function findStepFor(precision: number, thresholds: readonly ClassThresholds[]): number | undefined {
  for (let step = 0; step < thresholdSteps; step += 1) {
    const point = readOperatingPoint(thresholds, { step }).precision;
    if (point && point.share >= precision) return step;
  }
  return undefined;
}
