/** @file What merging a group of duplicates means. Pure. */
import type { DuplicateGroup, ExploredSample } from '@tintype/contracts/explore';

export interface Merge {
  keep: ExploredSample;
  others: readonly ExploredSample[];
}

/** The label that the kept picture lacks and all labeled others share. */
export function inheritedLabel(keep: ExploredSample, others: readonly ExploredSample[]): string | undefined {
  if (keep.className !== null) return undefined;
  const labels = new Set(others.flatMap(({ className }) => (className === null ? [] : [className])));
  return labels.size === 1 ? [...labels][0] : undefined;
}

/** `keepId`: by default the first, which is the one worth keeping. */
export function mergeOf({ samples }: Pick<DuplicateGroup, 'samples'>, keepId?: string): Merge | undefined {
  const keep = samples.find(({ id }) => id === keepId) ?? samples[0];
  return keep && { keep, others: samples.filter((one) => one !== keep) };
}

export const groupFilters = ['all', 'leaking', 'disagreeing', 'exact'] as const;
export type GroupFilter = (typeof groupFilters)[number];

const keeps: Record<GroupFilter, (group: DuplicateGroup) => boolean> = {
  all: () => true,
  leaking: ({ isLeaking }) => isLeaking,
  disagreeing: ({ isDisagreeing }) => isDisagreeing,
  exact: ({ kind }) => kind === 'exact',
};

export const filterGroups = (groups: readonly DuplicateGroup[], filter: GroupFilter): DuplicateGroup[] =>
  groups.filter(keeps[filter]);

/** What can be merged without looking: the same pixels, and no two labels. */
export const listSafeMerges = (groups: readonly DuplicateGroup[]): Merge[] =>
  groups
    .filter(({ kind, isDisagreeing }) => kind === 'exact' && !isDisagreeing)
    .flatMap((group) => mergeOf(group) ?? []);
