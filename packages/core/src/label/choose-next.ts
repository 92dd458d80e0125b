/**
 * @file Which picture to show next: uncertainty herding (Bae et al. 2024, arXiv 2412.20644). A picture is worth what it tells about the
 * pictures like it that are still uncertain and not yet like a labeled one. Without a head all are equally uncertain, and the rule picks typical
 * pictures; with one it moves to where classes meet. A fixed share is random (the control), and a class that is rare is looked for.
 */
import { createRandom } from '@tintype/autograd/random';
import type { PickReason } from '@tintype/contracts/label-assist';
import type { Coverage } from './coverage.ts';

export interface ChooseRequest {
  coverage: Coverage;
  /** All pictures in control order (control-order.ts). */
  controlOrder: Int32Array;
  /** [N] whether a row has a label. */
  isLabeled: ArrayLike<number | boolean>;
  /** Rows that are not to be shown: skipped, leased to somebody else, in the trash. */
  isHidden?: (row: number) => boolean;
  /** [N, classCount] of a head; absent while there is none. */
  probabilities?: Float32Array;
  /** [classCount] labels each class has. */
  labelCounts: readonly number[];
  count: number;
  seed: number;
  /** Default 0.1. */
  controlShare?: number;
  /** Share of picks that look for a class with few labels, while there is one; default 0.1. */
  rareShare?: number;
}

export interface Pick {
  row: number;
  reason: PickReason;
  /** The class looked for, where the reason is `rare`. */
  classIndex?: number;
}

/** A class is rare with less than this share of the mean. */
const rareBelow = 1 / 3;

/** Fewer where fewer are left. The same request gives the same pictures. */
export function chooseNext(request: ChooseRequest): Pick[] {
  const { controlOrder, isLabeled, isHidden = () => false, count, seed } = request;
  const { controlShare = 0.1, rareShare = 0.1 } = request;
  const taken = new Set<number>();
  const isOpen = (row: number): boolean => !isLabeled[row] && !isHidden(row) && !taken.has(row);
  const labels = request.labelCounts.reduce((sum, n) => sum + n, 0);
  const herd = openHerd(request);
  const control = openControl(controlOrder, isOpen);
  const reason = request.probabilities ? 'uncertain' : 'typical';
  const picks: Pick[] = [];
  while (picks.length < count) {
    const random = createRandom('next', seed, labels + picks.length);
    const pick = choose(random(), { controlShare, rareShare });
    if (!pick) break;
    taken.add(pick.row);
    herd.cover(pick.row);
    picks.push(pick);
  }
  return picks;

  function choose(dice: number, shares: { controlShare: number; rareShare: number }): Pick | undefined {
    const rare =
      dice >= shares.controlShare && dice < shares.controlShare + shares.rareShare
        ? findRare(request, isOpen)
        : undefined;
    if (rare) return rare;
    const row = dice < shares.controlShare ? undefined : herd.best(isOpen);
    if (row !== undefined) return { row, reason };
    const next = control.next();
    return next === undefined ? undefined : { row: next, reason: 'random' };
  }
}

/** The picture likeliest to be of the class that has fewest labels; undefined while no class is rare or none of it was ever seen. */
function findRare(
  { labelCounts, probabilities, isLabeled }: ChooseRequest,
  isOpen: (row: number) => boolean,
): Pick | undefined {
  const classCount = labelCounts.length;
  const mean = labelCounts.reduce((sum, n) => sum + n, 0) / classCount;
  const seen = labelCounts.map((labels, classIndex) => ({ labels, classIndex })).filter(({ labels }) => labels > 0);
  const rarest = seen.toSorted((a, b) => a.labels - b.labels)[0];
  if (!probabilities || !rarest || rarest.labels >= rareBelow * mean) return undefined;
  let best: { row: number; value: number } | undefined;
  for (let row = 0; row < isLabeled.length; row += 1) {
    const value = probabilities[row * classCount + rarest.classIndex] as number;
    if ((best === undefined || value > best.value) && isOpen(row)) best = { row, value };
  }
  return best && { row: best.row, reason: 'rare', classIndex: rarest.classIndex };
}

function openControl(order: Int32Array, isOpen: (row: number) => boolean): { next(): number | undefined } {
  let at = 0;
  return {
    next() {
      while (at < order.length && !isOpen(order[at] as number)) at += 1;
      return order[at];
    },
  };
}

/** Gains only fall while pictures are chosen, so that a gain computed before is a bound: the lazy greedy of Minoux 1978. */
function openHerd({ coverage, isLabeled, probabilities, labelCounts }: ChooseRequest) {
  const { references, candidates, likeness } = coverage;
  const width = references.length;
  const weights = weighReferences(references, probabilities, labelCounts.length);
  const covered = new Float32Array(width);
  const positionOf = new Map(Array.from(candidates, (row, position) => [row, position]));
  const cover = (row: number): void => {
    const position = positionOf.get(row);
    if (position === undefined) return;
    for (let r = 0, at = position * width; r < width; r += 1, at += 1)
      if ((likeness[at] as number) > (covered[r] as number)) covered[r] = likeness[at] as number;
  };
  for (let n = 0; n < candidates.length; n += 1) if (isLabeled[candidates[n] as number]) cover(candidates[n] as number);

  const bounds = new Float64Array(candidates.length).fill(Number.POSITIVE_INFINITY);
  const gainOf = (position: number): number => {
    let gain = 0;
    for (let r = 0, at = position * width; r < width; r += 1, at += 1) {
      const more = (likeness[at] as number) - (covered[r] as number);
      if (more > 0) gain += (weights[r] as number) * more;
    }
    return gain;
  };
  return {
    cover,
    best(isOpen: (row: number) => boolean): number | undefined {
      let best: { position: number; gain: number } | undefined;
      for (let position = 0; position < candidates.length; position += 1) {
        if ((bounds[position] as number) <= (best?.gain ?? -1) || !isOpen(candidates[position] as number)) continue;
        const gain = gainOf(position);
        bounds[position] = gain;
        if (!best || gain > best.gain) best = { position, gain };
      }
      return best && (candidates[best.position] as number);
    },
  };
}

/** 1 - (highest - second highest probability); 1 everywhere without a head. */
function weighReferences(
  references: Int32Array,
  probabilities: Float32Array | undefined,
  classCount: number,
): Float32Array {
  if (!probabilities) return new Float32Array(references.length).fill(1);
  return Float32Array.from(references, (row) => {
    let [first, second] = [0, 0];
    for (let at = row * classCount; at < (row + 1) * classCount; at += 1) {
      const value = probabilities[at] as number;
      if (value > first) [first, second] = [value, first];
      else if (value > second) second = value;
    }
    return 1 - (first - second);
  });
}
