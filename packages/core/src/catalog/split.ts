/** @file Divides samples into train, validation and test, or into folds: by group, stratified by class, the same for the same seed. */
import type { SplitShares } from '@tintype/contracts/catalog';
import { type Split, splits } from '@tintype/contracts/ids';
import { distributeGroups, type Grouped } from './distribute.ts';

/** Split of every sample, by id. A group is never divided; a class with three groups of its own is in all three splits. */
export function assignSplits(
  entries: readonly Grouped[],
  { shares, seed }: { shares: SplitShares; seed: number },
): Map<string, Split> {
  const partOf = distributeGroups(entries, { shares: splits.map((split) => shares[split]), seed });
  return new Map(entries.map(({ sampleId, group }) => [sampleId, splits[partOf.get(group) as number] as Split]));
}

/** Fold of every entry, in their order, 0 to `folds - 1`: stratified grouped k-fold. */
export function groupedFolds(
  entries: readonly Grouped[],
  { folds, seed }: { folds: number; seed: number },
): Uint32Array {
  const partOf = distributeGroups(entries, { shares: Array.from({ length: folds }, () => 1 / folds), seed });
  return Uint32Array.from(entries, ({ group }) => partOf.get(group) as number);
}
