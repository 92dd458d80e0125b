/** @file How large pictures are and which shape they have. */
import type { ExploreReport } from '@tintype/contracts/explore';
import type { ExploredRow } from './explored-rows.ts';
import { computeHistogram, computeSpread, spaceEdges } from './statistics.ts';

const shownSizes = 8;
const sideEdges = spaceEdges(16, 16_384, { bins: 20, isLog: true });
/** From 1:4 to 4:1; a square lies in the middle of a bin of its own. */
const ratioEdges = spaceEdges(0.25, 4, { bins: 25, isLog: true });

export function describeSizes(rows: readonly ExploredRow[]): ExploreReport['sizes'] {
  const sides = rows.map(({ widthPx, heightPx }) => Math.min(widthPx, heightPx));
  const ratios = rows.map(({ widthPx, heightPx }) => widthPx / heightPx);
  const bySize = count(rows.map(({ widthPx, heightPx }) => `${widthPx} ${heightPx}`));
  return {
    common: bySize.slice(0, shownSizes).map(([size, pictures]) => {
      const [widthPx = 0, heightPx = 0] = size.split(' ').map(Number);
      return { widthPx, heightPx, pictures };
    }),
    distinct: bySize.length,
    formats: count(rows.map(({ format }) => format)).map(([format, pictures]) => ({ format, pictures })),
    shorterSide: computeHistogram(sides, sideEdges),
    shorterSideSpread: computeSpread(sides),
    aspectRatio: computeHistogram(ratios, ratioEdges),
    aspectRatioSpread: computeSpread(ratios),
  };
}

/** Most frequent first, ties by name. */
function count(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
