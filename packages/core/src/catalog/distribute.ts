/** @file Deals groups out to parts, class by class, so that every part gets its share of every class and no group is torn. */
import { createHash } from 'node:crypto';

export interface Grouped {
  sampleId: string;
  className: string;
  group: string;
}

interface Group {
  name: string;
  /** Pseudo-random order, by seed and name. */
  order: string;
  size: number;
  /** Samples per class: near-duplicates may carry different classes. */
  classes: Map<string, number>;
}

interface Part {
  /** Of all samples; the parts' shares sum to 1. */
  share: number;
  counts: Map<string, number>;
}

/**
 * Part number of every group. Where a class has as many groups as there are parts, each part gets one of its smallest; the rest
 * go, largest first, to the part that lacks most of their classes. So a class is off its share by less than its largest
 * group, unless the share is smaller than a group. Equal input and seed give equal parts, in whatever order the entries come.
 */
export function distributeGroups(
  entries: readonly Grouped[],
  { shares, seed }: { shares: readonly number[]; seed: number },
): Map<string, number> {
  const groups = collectGroups(entries, seed);
  const totals = countClasses(entries);
  const parts: Part[] = shares.map((share) => ({ share, counts: new Map() }));
  const partOf = new Map<string, number>();
  const put = (group: Group, part: number): void => {
    partOf.set(group.name, part);
    for (const [className, count] of group.classes) add((parts[part] as Part).counts, className, count);
  };

  reserve(groups, { totals, parts, partOf, put });
  for (const group of groups) if (!partOf.has(group.name)) put(group, neediestPart(group, parts, totals));
  return partOf;
}

/** Largest first, then in the seed's order. */
function collectGroups(entries: readonly Grouped[], seed: number): Group[] {
  const groups = new Map<string, Group>();
  for (const { className, group: name } of entries) {
    const group = groups.get(name) ?? { name, order: orderOf(name, seed), size: 0, classes: new Map<string, number>() };
    groups.set(name, group);
    group.size += 1;
    add(group.classes, className, 1);
  }
  return [...groups.values()].sort((a, b) => b.size - a.size || (a.order < b.order ? -1 : 1));
}

const orderOf = (name: string, seed: number): string => createHash('sha256').update(`${seed}\n${name}`).digest('hex');

function countClasses(entries: readonly Grouped[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { className } of entries) add(totals, className, 1);
  return totals;
}

function add(counts: Map<string, number>, className: string, count: number): void {
  counts.set(className, (counts.get(className) ?? 0) + count);
}

interface Dealing {
  totals: Map<string, number>;
  parts: readonly Part[];
  partOf: Map<string, number>;
  put: (group: Group, part: number) => void;
}

/** One small group of every class to every part, the class with the fewest groups first. */
function reserve(groups: readonly Group[], dealing: Dealing): void {
  const { totals, parts, partOf, put } = dealing;
  const ofClass = new Map<string, Group[]>([...totals.keys()].map((className) => [className, []]));
  for (const group of groups.toReversed()) {
    for (const className of group.classes.keys()) ofClass.get(className)?.push(group);
  }
  const rarestFirst = [...ofClass].sort(([a, some], [b, others]) => some.length - others.length || (a < b ? -1 : 1));

  for (const [className, own] of rarestFirst) {
    if (own.length < parts.length) continue;
    for (const part of emptiestFirst(parts, className)) {
      const free = own.filter((group) => !partOf.has(group.name));
      const chosen = free.find((group) => fillsOnlyGaps(group, parts[part] as Part)) ?? free[0];
      if (chosen) put(chosen, part);
    }
  }
}

/** Parts that should have some of a class and have none, the smallest share first: it is the likeliest to go without. */
function emptiestFirst(parts: readonly Part[], className: string): number[] {
  const empty = [...parts.entries()].filter(([, part]) => part.share > 0 && !part.counts.get(className));
  return empty.map(([part]) => part).sort((a, b) => (parts[a]?.share ?? 0) - (parts[b]?.share ?? 0) || a - b);
}

function fillsOnlyGaps(group: Group, part: Part): boolean {
  return [...group.classes.keys()].every((className) => !part.counts.get(className));
}

/** The part that is furthest below its share of the group's classes; then the one with the largest share. */
function neediestPart(group: Group, parts: readonly Part[], totals: Map<string, number>): number {
  const needs = parts.map(({ share, counts }) => {
    let need = 0;
    for (const [className, count] of group.classes) {
      need += (count / group.size) * (share * (totals.get(className) ?? 0) - (counts.get(className) ?? 0));
    }
    return need;
  });
  let best = 0;
  for (const [part, need] of needs.entries()) {
    const gain = need - (needs[best] as number);
    if (gain > 1e-9 || (gain > -1e-9 && (parts[part] as Part).share > (parts[best] as Part).share)) best = part;
  }
  return best;
}
