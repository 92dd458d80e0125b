/** @file From features of training and validation pictures to the index that a bundle carries. */

import { normalizeRows } from '@tintype/autograd/fit/nearest-neighbors';
import { computePrincipalComponents, projectRows } from '@tintype/autograd/fit/principal-components';
import { computeUnfamiliarity, type NeighborIndex, placeFeatures } from './neighbor-index.ts';

export interface IndexedPictures {
  /** [N, D] */
  rows: Float32Array;
  dimensions: number;
  /** [N] */
  classIndices: ArrayLike<number>;
  /** [N] */
  contentHashes: readonly string[];
}

/** Five megabytes of numbers. */
const mostPictures = 20_000;
const mostComponents = 64;
/** Rows that the components are computed from. */
const mostFitted = 2048;
/** Validation pictures that "how unfamiliar is usual" is told by; the share of refused ones is then known to 0.05 %. */
const mostValidation = 2000;

/** Undefined where there is nothing to index. Equal pictures and features give an equal index. */
export async function buildNeighborIndex(
  train: IndexedPictures,
  validation: { rows: Float32Array },
): Promise<NeighborIndex | undefined> {
  const { dimensions } = train;
  const chosen = sampleBalanced(train, mostPictures);
  if (chosen.length === 0) return undefined;
  const rows = normalizeRows(selectRows(train.rows, chosen, dimensions), dimensions);
  const fitted = spread(chosen.length, mostFitted);
  const { mean, basis, count } = await computePrincipalComponents({
    rows: selectRows(rows, fitted, dimensions),
    dimensions,
    count: mostComponents,
  });
  const positions = await projectRows(rows, { mean, basis, count });
  const index = {
    mean,
    basis,
    rows: positions,
    residuals: computeResiduals({ rows, mean, positions, count }),
    classIndices: Int32Array.from(chosen, (n) => train.classIndices[n] as number),
    contentHashes: chosen.map((n) => train.contentHashes[n] as string),
  };
  const held = spread(validation.rows.length / dimensions, mostValidation);
  const unfamiliar = held.map((n) =>
    computeUnfamiliarity(placeFeatures(validation.rows.subarray(n * dimensions, (n + 1) * dimensions), index), index),
  );
  return { ...index, validation: Float32Array.from(unfamiliar).sort() };
}

/**
 * Positions of at most `most` pictures, rising: all of small classes, equally many of large ones, chosen by their hash, which says nothing
 * about what they show.
 */
export function sampleBalanced(
  { classIndices, contentHashes }: Pick<IndexedPictures, 'classIndices' | 'contentHashes'>,
  most: number,
): number[] {
  const byClass = new Map<number, number[]>();
  for (const n of contentHashes.keys()) {
    const positions = byClass.get(classIndices[n] as number);
    if (positions) positions.push(n);
    else byClass.set(classIndices[n] as number, [n]);
  }
  const waiting = [...byClass.values()]
    .map((positions) =>
      positions.toSorted((a, b) => ((contentHashes[a] as string) < (contentHashes[b] as string) ? -1 : 1)),
    )
    .toSorted((a, b) => a.length - b.length);
  const chosen: number[] = [];
  waiting.forEach((positions, at) => {
    const share = Math.floor((most - chosen.length) / (waiting.length - at));
    chosen.push(...positions.slice(0, share));
  });
  return chosen.toSorted((a, b) => a - b);
}

/** At most `most` of `count` positions, evenly over them. */
function spread(count: number, most: number): number[] {
  const step = Math.max(1, count / most);
  return Array.from({ length: Math.min(count, most) }, (_, n) => Math.floor(n * step));
}

function selectRows(rows: Float32Array, positions: readonly number[], dimensions: number): Float32Array {
  const selected = new Float32Array(positions.length * dimensions);
  positions.forEach((from, n) =>
    selected.set(rows.subarray(from * dimensions, (from + 1) * dimensions), n * dimensions),
  );
  return selected;
}

interface Projected {
  rows: Float32Array;
  mean: Float32Array;
  positions: Float32Array;
  count: number;
}

/** By Pythagoras: what a centered row is long beyond its components. */
function computeResiduals({ rows, mean, positions, count }: Projected): Float32Array {
  const dimensions = mean.length;
  return Float32Array.from({ length: rows.length / dimensions }, (_, n) => {
    let squared = 0;
    for (let d = 0; d < dimensions; d += 1)
      squared += ((rows[n * dimensions + d] as number) - (mean[d] as number)) ** 2;
    for (let k = 0; k < count; k += 1) squared -= (positions[n * count + k] as number) ** 2;
    return Math.sqrt(Math.max(0, squared));
  });
}
