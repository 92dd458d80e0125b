/** @file The word that was probably meant: one that begins alike, else the nearest by edits (Damerau and Levenshtein). Pure. */

/** The candidate nearest to `word`, or `undefined` where none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const begins = candidates.find(
    (candidate) => word.length >= 2 && (candidate.startsWith(word) || word.startsWith(candidate)),
  );
  if (begins) return begins;
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: computeDistance(word, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  return nearest && nearest.distance <= Math.max(1, Math.floor(nearest.candidate.length / 3))
    ? nearest.candidate
    : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbors that make `b` of `a`. */
function computeDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
