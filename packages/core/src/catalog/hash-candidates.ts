/** @file Which pictures are worth comparing by their pixels: the nearest few by perceptual hash. */
import { forEachNearPair, HashTable } from './hamming-pairs.ts';

/** Bits of the perceptual hash in which near-duplicates may differ. */
const hashLimit = 10;
/** A thousand black frames share one hash; each is compared with the first of them only. */
const perHash = 8;
/** Neighbors kept per picture, so that a dataset of look-alikes costs N comparisons of pixels and not N squared. */
const perPicture = 16;

/** Pairs of indices `a < b`, by `a`, nearest first: each is among the 16 nearest of one of the two. */
export async function hashCandidates(hashes: readonly string[]): Promise<Iterable<[number, number]>> {
  const nearest = new NearestNeighbors(hashes.length);
  await forEachCandidate(hashes, (a, b, distance) => nearest.add(a, b, distance));
  return nearest.pairs();
}

async function forEachCandidate(
  hashes: readonly string[],
  visit: (a: number, b: number, distance: number) => void,
): Promise<void> {
  const owners = new Map<string, number[]>();
  for (const [index, hash] of hashes.entries()) {
    const list = owners.get(hash);
    if (list) list.push(index);
    else owners.set(hash, [index]);
  }
  const members = [...owners.values()];
  const visitAll = (some: readonly number[], others: readonly number[], distance: number): void => {
    for (const other of others.slice(0, perHash)) {
      for (const one of some) if (one !== other) visit(one, other, distance);
    }
  };
  for (const same of members) if (same.length > 1) visitAll(same, same, 0);
  await forEachNearPair(new HashTable([...owners.keys()]), { distance: hashLimit }, (a, b, distance) => {
    visitAll(members[a] as number[], members[b] as number[], distance);
    visitAll(members[b] as number[], members[a] as number[], distance);
  });
}

/** Per picture the 16 nearest others, ties to the lower index; 128 bytes each. */
class NearestNeighbors {
  /** [N, 16] of distance * N + index, ascending; Infinity where there is none. */
  readonly #keys: Float64Array;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.#keys = new Float64Array(size * perPicture).fill(Number.POSITIVE_INFINITY);
  }

  add(a: number, b: number, distance: number): void {
    this.#insert(a, distance * this.#size + b);
    this.#insert(b, distance * this.#size + a);
  }

  *pairs(): Generator<[number, number]> {
    for (let one = 0; one < this.#size; one += 1) {
      for (const key of this.#of(one)) {
        if (key === Number.POSITIVE_INFINITY) break;
        const other = key % this.#size;
        const isListedThere = this.#of(other).includes(key - other + one);
        if (one < other || !isListedThere) yield one < other ? [one, other] : [other, one];
      }
    }
  }

  #of(index: number): Float64Array {
    return this.#keys.subarray(index * perPicture, (index + 1) * perPicture);
  }

  #insert(index: number, key: number): void {
    const keys = this.#of(index);
    if (key >= (keys[perPicture - 1] as number) || keys.includes(key)) return;
    let at = perPicture - 1;
    for (; at > 0 && (keys[at - 1] as number) > key; at -= 1) keys[at] = keys[at - 1] as number;
    keys[at] = key;
  }
}
