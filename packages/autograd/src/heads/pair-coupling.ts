/**
 * @file One answer from a duel of each pair of classes (Price, Knerr, Personnaz and Dreyfus 1995). With r_kj = σ(s d_kj) the probability
 * that k beats j, p_k = 1 / (Σ_j 1/r_kj - (K - 2)) = 1 / (1 + Σ_j exp(-s d_kj)): closed, smooth, and for two classes exactly σ(s d). So
 * its logarithm serves as logit. Votes would be equal for most pictures, and sums of margins let won duels pay for lost ones.
 */
import { listPairs } from '../fit/support-vectors.ts';

/** exp of more would not be finite in float32 when K - 1 of them are summed. */
export const largestMargin = 60;

/** `decisions` [N, P], pairs in the order of `listPairs`; `sharpness` s. Gives [N, K]. */
export function couplePairs(
  decisions: ArrayLike<number>,
  { classCount, sharpness }: { classCount: number; sharpness: number },
): Float32Array {
  const pairs = listPairs(classCount);
  const count = decisions.length / pairs.length;
  const logits = new Float32Array(count * classCount);
  const lost = new Float64Array(classCount);
  for (let n = 0; n < count; n++) {
    lost.fill(1);
    for (const [p, [first, second]] of pairs.entries()) {
      const margin = sharpness * (decisions[n * pairs.length + p] as number);
      const power = Math.exp(Math.min(largestMargin, Math.max(-largestMargin, margin)));
      lost[first] = (lost[first] as number) + 1 / power;
      lost[second] = (lost[second] as number) + power;
    }
    for (let k = 0; k < classCount; k++) logits[n * classCount + k] = -Math.log(lost[k] as number);
  }
  return logits;
}

/** [P, K] each: 1 where the class is the pair's first, and where it is its second. */
export function pairMatrices(classCount: number): { first: Float32Array; second: Float32Array } {
  const pairs = listPairs(classCount);
  const [first, second] = [new Float32Array(pairs.length * classCount), new Float32Array(pairs.length * classCount)];
  for (const [p, [a, b]] of pairs.entries()) {
    first[p * classCount + a] = 1;
    second[p * classCount + b] = 1;
  }
  return { first, second };
}
