/** @file Whether two models differ on the same pictures: McNemar's test (McNemar 1947), exact at every count. */
import type { Pairing } from '@tintype/contracts/compare';
import { argmax } from '../model/probabilities.ts';
import type { SplitLogits } from '../train/trained-run.types.ts';

/** Two-sided p of `a` against `b` where both are as likely: twice the smaller tail of Binomial(a + b, 1/2), at most 1. */
export function computeMcnemar(a: number, b: number): number {
  const total = a + b;
  let tail = 0;
  let logTerm = -total * Math.LN2;
  for (let k = 0; k <= Math.min(a, b); k += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(total - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** Over the pictures that both answered. */
export function pairAnswers(own: SplitLogits, best: SplitLogits, classes: number): Pairing {
  const right = new Map(own.sampleIds.map((sampleId, n) => [sampleId, isRight(own, n, classes)]));
  let onlyThis = 0;
  let onlyBest = 0;
  best.sampleIds.forEach((sampleId, n) => {
    const ownRight = right.get(sampleId);
    const bestRight = isRight(best, n, classes);
    if (ownRight === undefined || ownRight === bestRight) return;
    if (ownRight) onlyThis += 1;
    else onlyBest += 1;
  });
  return { onlyThis, onlyBest, p: computeMcnemar(onlyThis, onlyBest) };
}

const isRight = ({ logits, truth }: SplitLogits, n: number, classes: number): boolean =>
  argmax(logits, { start: n * classes, classes }) === truth[n];
