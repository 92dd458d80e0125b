/** @file Groups with a center: whoever joins is a near-duplicate of the center itself, so likeness never chains away. */

export interface Pair {
  a: number;
  b: number;
  similarity: number;
}

/**
 * Group number of every unit. Strongest pairs first; two groups become one only if every unit of the one is paired with the center
 * of the other, and the sum of their `sizes` stays within `largest`. Units and pairs must come in a canonical order.
 */
export function groupByCenters(
  sizes: readonly number[],
  pairs: readonly Pair[],
  { largest }: { largest: number },
): Uint32Array {
  const groupOf = Uint32Array.from(sizes, (_, unit) => unit);
  const members = sizes.map((_, unit) => [unit]);
  const weight = [...sizes];
  const isPaired = pairLookup(pairs);
  // A group keeps the number of its center.
  const canJoin = (group: number, center: number): boolean =>
    (members[group] as number[]).every((unit) => isPaired(unit, center));

  for (const { a, b } of pairs.toSorted(strongestFirst)) {
    const [first, second] = inOrder(groupOf[a] as number, groupOf[b] as number, weight);
    if (first === second || (weight[first] as number) + (weight[second] as number) > largest) continue;
    const center = canJoin(second, first) ? first : canJoin(first, second) ? second : undefined;
    if (center === undefined) continue;
    const joining = center === first ? second : first;
    for (const unit of members[joining] as number[]) groupOf[unit] = center;
    (members[center] as number[]).push(...(members[joining] as number[]));
    members[joining] = [];
    weight[center] = (weight[center] as number) + (weight[joining] as number);
  }
  return groupOf;
}

function strongestFirst(p: Pair, q: Pair): number {
  return q.similarity - p.similarity || p.a - q.a || p.b - q.b;
}

/** The heavier group first, then the lower number. */
function inOrder(g: number, h: number, weight: readonly number[]): [number, number] {
  const difference = (weight[g] as number) - (weight[h] as number);
  return difference > 0 || (difference === 0 && g <= h) ? [g, h] : [h, g];
}

function pairLookup(pairs: readonly Pair[]): (a: number, b: number) => boolean {
  const neighbors = new Map<number, Set<number>>();
  const add = (from: number, to: number): void => {
    const set = neighbors.get(from) ?? new Set();
    neighbors.set(from, set.add(to));
  };
  for (const { a, b } of pairs) {
    add(a, b);
    add(b, a);
  }
  return (a, b) => neighbors.get(a)?.has(b) ?? false;
}
