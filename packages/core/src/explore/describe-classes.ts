/** @file Every class as its pictures show it: how many in which split, what it looks like on average, some of it. */
import type { ExploredClass } from '@tintype/contracts/explore';
import { spreadMeasures } from './describe-measures.ts';
import { type ExploredRow, toExplored } from './explored-rows.ts';
import type { MeanPicture } from './mean-pictures.ts';

const sheetPictures = 24;

/** Largest class first, pictures without a label last. `means`: by class. */
export function describeClasses(
  rows: readonly ExploredRow[],
  means: ReadonlyMap<string | null, MeanPicture>,
): ExploredClass[] {
  return [...groupByClass(rows)].toSorted(largestFirst).map(([className, own]) => {
    const splits = { train: 0, validation: 0, test: 0, none: 0 };
    for (const { split } of own) splits[split ?? 'none'] += 1;
    const mean = means.get(className);
    return {
      className,
      pictures: own.length,
      splits,
      meanPicture: mean?.jpeg ?? null,
      meanColor: mean?.color ?? null,
      // Ids are made of hashes: the first are a random draw that stays the same.
      sheet: own.slice(0, sheetPictures).map(toExplored),
      measures: spreadMeasures(own),
    };
  });
}

export function groupByClass(rows: readonly ExploredRow[]): Map<string | null, ExploredRow[]> {
  const groups = new Map<string | null, ExploredRow[]>();
  for (const row of rows) {
    const group = groups.get(row.className);
    if (group) group.push(row);
    else groups.set(row.className, [row]);
  }
  return groups;
}

type Group = [string | null, readonly ExploredRow[]];

function largestFirst([a, first]: Group, [b, second]: Group): number {
  if (a === null || b === null) return a === null ? 1 : -1;
  return second.length - first.length || (a < b ? -1 : 1);
}
