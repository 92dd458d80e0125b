/**
 * @file Groups of near-duplicates. The perceptual hash proposes, the thumbnail's pixels confirm, names that follow each other are
 * a hint, and likeness never chains: on 1,401 pictures of bricks on one belt, chaining makes 5 groups of everything.
 */
import type { Sample } from '@tintype/contracts/catalog';
import { burstCandidates, burstSimilarity, chainBursts } from './bursts.ts';
import { createComparer } from './confirm-pairs.ts';
import { HashTable } from './hamming-pairs.ts';
import { hashCandidates } from './hash-candidates.ts';
import { groupByCenters, type Pair } from './star-groups.ts';
import type { Signature } from './thumbnail-signature.ts';

/** Structural similarity of thumbnails from which two pictures are near-duplicates. */
const duplicateSimilarity = 0.94;
/** Likeness never makes a group larger than this. */
export const largestGroup = 40;

export type Comparable = Pick<Sample, 'id' | 'contentHash' | 'path' | 'perceptualHash'>;

export interface NearDuplicateGroup {
  /** In id order; the first names the group. */
  samples: Comparable[];
  /** Highest similarity of two of them; 1 where there is only one. */
  similarity: number;
}

/**
 * Every sample is in exactly one group, most alone; groups by their first id. The same samples give the same groups in whatever
 * order they come. `signature` is asked for candidates only; what it throws is thrown.
 */
export async function groupNearDuplicates(
  unordered: readonly Comparable[],
  { signature, onCompared }: { signature: Signature; onCompared?: (pairs: number) => void },
): Promise<NearDuplicateGroup[]> {
  const samples = unordered.toSorted((p, q) => (p.id < q.id ? -1 : 1));
  const hashes = samples.map((sample) => sample.perceptualHash);
  const paths = samples.map((sample) => sample.path);
  const load = (index: number): Promise<Uint8Array> => signature((samples[index] as Comparable).contentHash);
  const comparer = createComparer({ load, ...(onCompared ? { onCompared } : {}) });

  const links = await comparer.confirm(burstCandidates(paths, new HashTable(hashes)), { similarity: burstSimilarity });
  const duplicates = await comparer.confirm(await hashCandidates(hashes), { similarity: duplicateSimilarity });

  const bursts = chainBursts(samples.length, links);
  return collectGroups(samples, joinBursts(bursts, duplicates), [...links, ...duplicates]);
}

/** Group number of every sample: bursts that hold near-duplicates of each other become one group. */
function joinBursts(bursts: Uint32Array, duplicates: readonly Pair[]): Uint32Array {
  const sizes = Array.from(bursts, () => 0);
  for (const burst of bursts) sizes[burst] = (sizes[burst] as number) + 1;
  const pairs = duplicates.flatMap(({ a, b, similarity }): Pair[] => {
    const [p, q] = [bursts[a] as number, bursts[b] as number];
    return p === q ? [] : [{ a: Math.min(p, q), b: Math.max(p, q), similarity }];
  });
  const groups = groupByCenters(sizes, pairs, { largest: largestGroup });
  return bursts.map((burst) => groups[burst] as number);
}

function collectGroups(
  samples: readonly Comparable[],
  groupOf: Uint32Array,
  pairs: readonly Pair[],
): NearDuplicateGroup[] {
  const groups = new Map<number, NearDuplicateGroup>();
  for (const [index, sample] of samples.entries()) {
    const number = groupOf[index] as number;
    const group = groups.get(number);
    if (group) group.samples.push(sample);
    else groups.set(number, { samples: [sample], similarity: 0 });
  }
  for (const { a, b, similarity } of pairs) {
    const group = groups.get(groupOf[a] as number);
    if (group && groupOf[a] === groupOf[b]) group.similarity = Math.max(group.similarity, similarity);
  }
  for (const group of groups.values()) if (group.samples.length === 1) group.similarity = 1;
  return [...groups.values()];
}
