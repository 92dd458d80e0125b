/** @file Pictures that are like no other, and pictures of different splits that are too much like each other: both from nearest neighbors. */
import type { LeakPair, Outlier } from '@tintype/contracts/explore';
import { type ExploredRow, toExplored } from './explored-rows.ts';

/** Nearest neighbors of every row, nearest first, never the row itself. Distances are Euclidean between rows of length 1. */
export interface RowNeighbors {
  k: number;
  /** [N, k] */
  indices: ArrayLike<number>;
  /** [N, k] */
  distances: ArrayLike<number>;
}

const shownOutliers = 60;
const shownPairs = 60;
/** Times what is usual from which a picture is called an outlier. */
export const outlierDistance = 2;
/** Of the usual distance to neighbors, within which two pictures of different splits are worth a look. */
const leakShare = 0.5;

/** Mean distance to the neighbors over its median over all rows: [N]. Zeros where all rows are the same. */
export function computeOutlyingness(neighbors: RowNeighbors): Float64Array {
  const means = meanDistances(neighbors);
  const usual = median(means);
  return usual > 0 ? means.map((mean) => mean / usual) : means.fill(0);
}

export interface FoundOutliers {
  items: Outlier[];
  /** Shown or not. */
  total: number;
}

/** The farthest first. `rows` are those of the neighbors. */
export function findOutliers(rows: readonly ExploredRow[], neighbors: RowNeighbors): FoundOutliers {
  const outlyingness = computeOutlyingness(neighbors);
  const found = [...outlyingness.keys()].filter((n) => (outlyingness[n] as number) >= outlierDistance);
  const sorted = found.toSorted((a, b) => (outlyingness[b] as number) - (outlyingness[a] as number) || a - b);
  return {
    total: found.length,
    items: sorted.slice(0, shownOutliers).map((n) => ({
      sample: toExplored(rows[n] as ExploredRow),
      distance: outlyingness[n] as number,
    })),
  };
}

/** Cosine similarity of two rows. */
export type Likeness = (a: number, b: number) => number;

/** Pairs of different splits much closer than neighbors usually are, the most alike first, each once; pictures of one group of duplicates are told elsewhere. */
export function findLeakPairs(
  rows: readonly ExploredRow[],
  neighbors: RowNeighbors,
  { groupOf, likeness }: { groupOf: ReadonlyMap<string, number>; likeness: Likeness },
): LeakPair[] {
  const { k, indices, distances } = neighbors;
  const closest = leakShare * median(meanDistances(neighbors));
  const pairs = new Map<string, { a: number; b: number; distance: number }>();
  for (let at = 0; at < indices.length; at += 1) {
    const [one, other] = [Math.floor(at / k), indices[at] as number];
    const distance = distances[at] as number;
    if (distance > closest || !isAcross(rows[one], rows[other], groupOf)) continue;
    const [a, b] = one < other ? [one, other] : [other, one];
    pairs.set(`${a} ${b}`, { a, b, distance });
  }
  return [...pairs.values()]
    .toSorted((p, q) => p.distance - q.distance || p.a - q.a || p.b - q.b)
    .slice(0, shownPairs)
    .map(({ a, b }) => ({
      samples: [toExplored(rows[a] as ExploredRow), toExplored(rows[b] as ExploredRow)],
      similarity: likeness(a, b),
    }));
}

function isAcross(
  a: ExploredRow | undefined,
  b: ExploredRow | undefined,
  groupOf: ReadonlyMap<string, number>,
): boolean {
  if (!a?.split || !b?.split || a.split === b.split) return false;
  const group = groupOf.get(a.id);
  return group === undefined || group !== groupOf.get(b.id);
}

function meanDistances({ k, distances }: RowNeighbors): Float64Array {
  return Float64Array.from({ length: k === 0 ? 0 : distances.length / k }, (_, n) => {
    let sum = 0;
    for (let i = 0; i < k; i += 1) sum += distances[n * k + i] as number;
    return sum / k;
  });
}

const median = (values: Float64Array): number => values.toSorted()[Math.floor(values.length / 2)] ?? 0;
