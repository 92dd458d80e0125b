/** @file Pictures that are there more than once: the same pixels, or near-duplicates as splits see them. */
import type { DuplicateGroup } from '@tintype/contracts/explore';
import { groupNearDuplicates } from '../catalog/near-duplicates.ts';
import type { Signature } from '../catalog/thumbnail-signature.ts';
import { type ExploredRow, toExplored } from './explored-rows.ts';

const shownGroups = 300;
/** Of a group; a burst can have hundreds. */
export const shownSamples = 40;
/** Similarity from which it is worth looking whether pixels are the same. */
const nearlySame = 0.995;
/** Mean difference of two signatures, of 255, that encoding the same pixels anew makes at most. */
const sameWithin = 1;

export interface FoundDuplicates {
  /** Groups, and the pictures in them, shown or not. */
  total: number;
  pictures: number;
  groups: DuplicateGroup[];
  exact: number;
  disagreeing: number;
  leaking: number;
  /** Group number by sample id, of those that are in one. */
  groupOf: ReadonlyMap<string, number>;
}

/** Those that leak or disagree first, then the most alike. Throws what `signature` throws. */
export async function findDuplicates(
  rows: readonly ExploredRow[],
  { signature, onCompared }: { signature: Signature; onCompared?: (pairs: number) => void },
): Promise<FoundDuplicates> {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const found = await groupNearDuplicates(rows, { signature, ...(onCompared ? { onCompared } : {}) });
  const groupOf = new Map<string, number>();
  const groups: { group: DuplicateGroup; pictures: number }[] = [];
  for (const { samples, similarity } of found) {
    if (samples.length < 2) continue;
    for (const { id } of samples) groupOf.set(id, groups.length);
    const own = samples.map(({ id }) => rowOf.get(id) as ExploredRow);
    const isExact = similarity >= nearlySame && (await areSame(own, signature));
    groups.push({ group: describeGroup(own, { isExact, similarity }), pictures: own.length });
  }
  const all = groups.map(({ group }) => group);
  return {
    total: all.length,
    pictures: groups.reduce((sum, { pictures }) => sum + pictures, 0),
    exact: all.filter(({ kind }) => kind === 'exact').length,
    disagreeing: all.filter(({ isDisagreeing }) => isDisagreeing).length,
    leaking: all.filter(({ isLeaking }) => isLeaking).length,
    groups: all.toSorted((a, b) => urgency(b) - urgency(a) || b.similarity - a.similarity).slice(0, shownGroups),
    groupOf,
  };
}

function describeGroup(
  rows: readonly ExploredRow[],
  { isExact, similarity }: { isExact: boolean; similarity: number },
): DuplicateGroup {
  const labels = new Set(rows.flatMap(({ className }) => (className === null ? [] : [className])));
  const used = new Set(rows.flatMap(({ split }) => (split === null ? [] : [split])));
  return {
    kind: isExact ? 'exact' : 'near',
    similarity: Math.min(1, similarity),
    samples: rows.toSorted(worthKeeping).slice(0, shownSamples).map(toExplored),
    isDisagreeing: labels.size > 1,
    isLeaking: used.size > 1,
  };
}

const urgency = ({ isLeaking, isDisagreeing, kind }: DuplicateGroup): number =>
  (isLeaking ? 4 : 0) + (isDisagreeing ? 2 : 0) + (kind === 'exact' ? 1 : 0);

/** Labeled before unlabeled, then the larger, then the one that was there first. */
function worthKeeping(a: ExploredRow, b: ExploredRow): number {
  return (
    Number(a.className === null) - Number(b.className === null) ||
    b.widthPx * b.heightPx - a.widthPx * a.heightPx ||
    b.sizeBytes - a.sizeBytes ||
    a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : 1)
  );
}

async function areSame(rows: readonly ExploredRow[], signature: Signature): Promise<boolean> {
  if (rows.length > shownSamples) return false;
  const [first, ...rest] = await Promise.all(rows.map(({ contentHash }) => signature(contentHash)));
  return rest.every((other) => meanDifference(first as Uint8Array, other) <= sameWithin);
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += Math.abs((a[at] as number) - (b[at] as number));
  return sum / a.length;
}
