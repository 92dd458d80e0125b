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

/**
 * Those that leak or disagree first, then the most alike. Of a group of near-duplicates, those with the same pixels are a group of their own, and one of
 * them stands for them among the rest. Throws what `signature` throws.
 */
export async function findDuplicates(
  rows: readonly ExploredRow[],
  { signature, onCompared }: { signature: Signature; onCompared?: (pairs: number) => void },
): Promise<FoundDuplicates> {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const found = await groupNearDuplicates(rows, { signature, ...(onCompared ? { onCompared } : {}) });
  const shared = found.filter(({ samples }) => samples.length > 1);
  const groups: DuplicateGroup[] = [];
  for (const { samples, similarity } of shared) {
    const own = samples.map(({ id }) => rowOf.get(id) as ExploredRow);
    const same = similarity >= nearlySame ? await partBySamePixels(own, signature) : own.map((row) => [row]);
    groups.push(...same.filter((part) => part.length > 1).map((part) => describeGroup(part, 'exact', 1)));
    const different = same.flatMap((part) => part.toSorted(worthKeeping)[0] ?? []);
    if (different.length > 1) groups.push(describeGroup(different, 'near', similarity));
  }
  return {
    total: groups.length,
    pictures: shared.reduce((sum, { samples }) => sum + samples.length, 0),
    exact: groups.filter(({ kind }) => kind === 'exact').length,
    disagreeing: groups.filter(({ isDisagreeing }) => isDisagreeing).length,
    leaking: groups.filter(({ isLeaking }) => isLeaking).length,
    groups: groups.toSorted((a, b) => urgency(b) - urgency(a) || b.similarity - a.similarity).slice(0, shownGroups),
    groupOf: new Map(shared.flatMap(({ samples }, n) => samples.map(({ id }) => [id, n] as const))),
  };
}

function describeGroup(rows: readonly ExploredRow[], kind: DuplicateGroup['kind'], similarity: number): DuplicateGroup {
  const labels = new Set(rows.flatMap(({ className }) => (className === null ? [] : [className])));
  const used = new Set(rows.flatMap(({ split }) => (split === null ? [] : [split])));
  return {
    kind,
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

/** Of one picture alone, or of several with the same pixels. */
async function partBySamePixels(rows: readonly ExploredRow[], signature: Signature): Promise<ExploredRow[][]> {
  const parts: { first: Uint8Array; rows: ExploredRow[] }[] = [];
  for (const row of rows) {
    const own = await signature(row.contentHash);
    const part = parts.find(({ first }) => meanDifference(first, own) <= sameWithin);
    if (part) part.rows.push(row);
    else parts.push({ first: own, rows: [row] });
  }
  return parts.map((part) => part.rows);
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += Math.abs((a[at] as number) - (b[at] as number));
  return sum / a.length;
}
