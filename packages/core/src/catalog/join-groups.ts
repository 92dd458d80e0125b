/** @file What no split may divide: near-duplicates, and what people declared to belong together; groups that share a sample are one. */
import type { Sample } from '@tintype/contracts/catalog';
import type { NearDuplicateGroup } from './near-duplicates.ts';

/** Group of every sample by id, named after its first sample. Without declared groups these are the groups of near-duplicates. */
export function joinGroups(
  groups: readonly NearDuplicateGroup[],
  samples: readonly Pick<Sample, 'id' | 'group'>[],
): Map<string, string> {
  const parents = groups.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] as number;
    parents[index] = root;
    return root;
  };
  const indexOf = new Map(groups.flatMap((group, index) => group.samples.map(({ id }) => [id, index] as const)));
  const declared = new Map<string, number>();
  for (const { id, group } of samples) {
    const index = indexOf.get(id);
    if (group === null || index === undefined) continue;
    const known = declared.get(group);
    if (known === undefined) declared.set(group, index);
    else parents[rootOf(index)] = rootOf(known);
  }

  const firsts = new Map<number, string>();
  for (const [id, index] of indexOf) {
    const root = rootOf(index);
    const first = firsts.get(root);
    if (first === undefined || id < first) firsts.set(root, id);
  }
  return new Map([...indexOf].map(([id, index]) => [id, `g_${firsts.get(rootOf(index))?.slice(2)}`]));
}
