/**
 * @file The head behind suggestions: least squares on one-hot classes with a ridge, solved in closed form, so that a label more costs
 * milliseconds. How every label would have been predicted without itself is known exactly (Allen 1974, PRESS); that chooses the ridge and
 * how sharp the probabilities are, so that a shown confidence is one of pictures the head has not seen.
 */
import { createRandom } from '@tintype/autograd/random';
import { factorize, solveLower, solveUpper } from './cholesky.ts';

export interface LabeledRows {
  /** [N, dimensions]; all pictures, not the labeled alone. */
  rows: Float32Array;
  dimensions: number;
  /** [L] rows that have a label. */
  labeled: ArrayLike<number>;
  /** [L] their classes, each below `classCount`. */
  classIndices: ArrayLike<number>;
  classCount: number;
}

export interface SuggestionHead {
  /** [classCount, dimensions + 1]; the last is the bias. */
  weights: Float64Array;
  dimensions: number;
  classCount: number;
  /** Whether a class has a label; the others are never suggested. */
  isSeen: readonly boolean[];
  /** Scores times this are logits. */
  sharpness: number;
  ridge: number;
  /** Share of labels that the head would have predicted without them. Of labels that were chosen for being hard, a low estimate. */
  accuracyWithout: number;
}

const ridges = [0.1, 0.3, 1, 3] as const;
const sharpnesses = [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16] as const;
/** Labels that judge ridge and sharpness; more would say the same. */
const mostJudges = 400;
const biasRidge = 1e-3;

/** Undefined while fewer than two classes have labels: there is nothing to tell apart. The same labels give the same head. */
export function fitSuggestionHead(set: LabeledRows): SuggestionHead | undefined {
  const { dimensions, classCount } = set;
  const isSeen = Array.from({ length: classCount }, () => false);
  for (let n = 0; n < set.labeled.length; n += 1) isSeen[set.classIndices[n] as number] = true;
  if (isSeen.filter(Boolean).length < 2) return undefined;

  const normal = accumulate(set);
  const judges = chooseJudges(set.labeled.length);
  const candidates = ridges.map((ridge) => tryRidge(set, { ...normal, ridge, judges, isSeen }));
  const best = candidates.reduce((least, one) => (one.loss < least.loss ? one : least));
  return {
    weights: best.weights,
    dimensions,
    classCount,
    isSeen,
    sharpness: best.sharpness,
    ridge: best.ridge,
    accuracyWithout: best.accuracy,
  };
}

/** [M, classCount] probabilities of the given rows, by default of all. */
export function suggest(head: SuggestionHead, rows: Float32Array, chosen?: ArrayLike<number>): Float32Array {
  const { dimensions, classCount, weights, isSeen, sharpness } = head;
  const count = chosen?.length ?? rows.length / dimensions;
  const result = new Float32Array(count * classCount);
  const scores = new Float64Array(classCount);
  for (let n = 0; n < count; n += 1) {
    score(weights, { rows, start: (chosen ? (chosen[n] as number) : n) * dimensions, dimensions, scores });
    softmax(scores, { sharpness, isSeen });
    result.set(scores, n * classCount);
  }
  return result;
}

/** Accuracy to expect on the rows that were suggested for: the mean of their highest probabilities. */
export function meanConfidence(probabilities: Float32Array, classCount: number): number {
  let sum = 0;
  for (let start = 0; start < probabilities.length; start += classCount)
    sum += Math.max(...probabilities.subarray(start, start + classCount));
  return probabilities.length === 0 ? 0 : (sum * classCount) / probabilities.length;
}

interface Normal {
  /** [D + 1, D + 1] XᵀX with the ones of the bias; lower half. */
  gram: Float64Array;
  /** [classCount, D + 1] */
  moments: Float64Array;
}

function accumulate({ rows, dimensions, labeled, classIndices, classCount }: LabeledRows): Normal {
  const size = dimensions + 1;
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(classCount * size);
  const row = new Float64Array(size).fill(1);
  for (let n = 0; n < labeled.length; n += 1) {
    const from = (labeled[n] as number) * dimensions;
    for (let d = 0; d < dimensions; d += 1) row[d] = rows[from + d] as number;
    const to = (classIndices[n] as number) * size;
    for (let i = 0; i < size; i += 1) {
      const value = row[i] as number;
      moments[to + i] = (moments[to + i] as number) + value;
      for (let j = 0, at = i * size; j <= i; j += 1, at += 1)
        gram[at] = (gram[at] as number) + value * (row[j] as number);
    }
  }
  return { gram, moments };
}

/** All labels, or 400 of them, equally likely. */
function chooseJudges(count: number): number[] {
  const all = Array.from({ length: count }, (_, n) => n);
  if (count <= mostJudges) return all;
  const random = createRandom('judges', count);
  for (let n = 0; n < mostJudges; n += 1) {
    const other = n + Math.floor(random() * (count - n));
    [all[n], all[other]] = [all[other] as number, all[n] as number];
  }
  return all.slice(0, mostJudges);
}

interface Trial extends Normal {
  ridge: number;
  judges: readonly number[];
  isSeen: readonly boolean[];
}

function tryRidge(set: LabeledRows, { gram, moments, ridge, judges, isSeen }: Trial) {
  const { rows, dimensions, labeled, classIndices, classCount } = set;
  const size = dimensions + 1;
  const penalized = Float64Array.from(gram);
  for (let d = 0; d < size; d += 1)
    penalized[d * size + d] = (penalized[d * size + d] as number) + (d < dimensions ? ridge : biasRidge);
  const lower = factorize(penalized, size);
  const weights = Float64Array.from(moments);
  for (let k = 0; k < classCount; k += 1) {
    const column = weights.subarray(k * size, (k + 1) * size);
    solveLower(lower, column);
    solveUpper(lower, column);
  }

  const without = new Float64Array(judges.length * classCount);
  const row = new Float64Array(size);
  judges.forEach((judge, n) => {
    const start = (labeled[judge] as number) * dimensions;
    for (let d = 0; d < dimensions; d += 1) row[d] = rows[start + d] as number;
    row[dimensions] = 1;
    solveLower(lower, row);
    const left = Math.max(1e-3, 1 - squaredLength(row));
    const scores = without.subarray(n * classCount, (n + 1) * classCount);
    score(weights, { rows, start, dimensions, scores });
    for (let k = 0; k < classCount; k += 1) {
      const target = k === classIndices[judge] ? 1 : 0;
      scores[k] = target - (target - (scores[k] as number)) / left;
    }
  });
  const truth = judges.map((judge) => classIndices[judge] as number);
  return { ridge, weights, ...judge(without, { truth, classCount, isSeen }) };
}

function squaredLength(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += (vector[i] as number) ** 2;
  return sum;
}

/** The sharpness that suits predictions of labels without themselves best, and what it costs. */
function judge(
  scores: Float64Array,
  { truth, classCount, isSeen }: { truth: readonly number[]; classCount: number; isSeen: readonly boolean[] },
) {
  let best = { loss: Number.POSITIVE_INFINITY, sharpness: 1 };
  const row = new Float64Array(classCount);
  for (const sharpness of sharpnesses) {
    let loss = 0;
    for (let n = 0; n < truth.length; n += 1) {
      for (let k = 0; k < classCount; k += 1) row[k] = scores[n * classCount + k] as number;
      softmax(row, { sharpness, isSeen });
      loss -= Math.log(Math.max(1e-12, row[truth[n] as number] as number));
    }
    if (loss < best.loss) best = { loss, sharpness };
  }
  const right = truth.filter((classIndex, n) => highestSeen(scores, { start: n * classCount, isSeen }) === classIndex);
  return { ...best, accuracy: right.length / truth.length };
}

function highestSeen(scores: Float64Array, { start, isSeen }: { start: number; isSeen: readonly boolean[] }): number {
  let best = isSeen.indexOf(true);
  for (let k = best + 1; k < isSeen.length; k += 1)
    if (isSeen[k] && (scores[start + k] as number) > (scores[start + best] as number)) best = k;
  return best;
}

function score(
  weights: Float64Array,
  { rows, start, dimensions, scores }: { rows: Float32Array; start: number; dimensions: number; scores: Float64Array },
): void {
  for (let k = 0, w = 0; k < scores.length; k += 1, w += 1) {
    let sum = 0;
    for (let d = start; d < start + dimensions; d += 1, w += 1) sum += (weights[w] as number) * (rows[d] as number);
    scores[k] = sum + (weights[w] as number);
  }
}

/** Scores to probabilities, in place; 0 for classes without labels. */
function softmax(scores: Float64Array, { sharpness, isSeen }: { sharpness: number; isSeen: readonly boolean[] }): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scores.length; k += 1) if (isSeen[k]) highest = Math.max(highest, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    scores[k] = isSeen[k] ? Math.exp(sharpness * ((scores[k] as number) - highest)) : 0;
    sum += scores[k] as number;
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] = (scores[k] as number) / sum;
}
