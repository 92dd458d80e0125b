/** @file Order of versions and what an alias means for them. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import {
  type AliasLogEntry,
  championAlias,
  type ModelVersion,
  type RegisteredModel,
} from '@tintype/contracts/registry';

/** Newest first. */
export const sortVersions = (versions: readonly ModelVersion[]): ModelVersion[] =>
  [...versions].sort((a, b) => b.version - a.version);

/** The version that serving follows; undefined before any promotion. */
export const findChampion = (model: RegisteredModel | undefined): ModelVersion | undefined =>
  model?.versions.find((version) => version.aliases.includes(championAlias));

/** Newest first. */
export const sortEvaluations = (evaluations: readonly Evaluation[]): Evaluation[] =>
  [...evaluations].sort((a, b) => b.at - a.at);

/** `snap_1f/test` -> `the test split of snap_1f`; a folder as it is. */
export function describeTarget(on: string): string {
  const [, snapshot, split] = /^(snap_[0-9a-f]+)\/(train|validation|test)$/.exec(on) ?? [];
  return snapshot ? `the ${split} split of ${snapshot}` : on;
}

/** `3` -> 3; anything but a positive whole number -> undefined. */
export const parseVersion = (text: string): number | undefined =>
  /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;

/** Whom a version is measured against first: the champion, or for the champion itself the version before it. */
export const chooseOpponent = (
  { version }: Pick<ModelVersion, 'version'>,
  others: readonly ModelVersion[],
): ModelVersion | undefined =>
  others.find(({ aliases }) => aliases.includes(championAlias)) ??
  sortVersions(others).find((entry) => entry.version < version) ??
  others[0];

/** Where the champion would go back to: where it stood before the last move; undefined where there is no before. */
export function findRollback(log: readonly AliasLogEntry[]): number | undefined {
  const [last] = log.filter(({ alias }) => alias === championAlias).toSorted((a, b) => b.at - a.at);
  return last?.previous ?? undefined;
}
