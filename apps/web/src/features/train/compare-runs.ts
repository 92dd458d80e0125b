/** @file What runs have in common and what not. Pure. */
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Run } from '@tintype/contracts/train';

export interface Difference {
  name: string;
  /** One a run, in their order. */
  values: unknown[];
}

/** Of where pictures come from, which is told by itself. */
const told: ReadonlySet<string> = new Set(['dataset', 'snapshot', 'model']);

/** Settings that are not the same in all of them, in the order in which the first runs name them. */
export function findDifferences(runs: readonly Pick<Run, 'options'>[]): Difference[] {
  const names = [...new Set(runs.flatMap(({ options }) => Object.keys(options)))].filter((name) => !told.has(name));
  return names
    .map((name) => ({ name, values: runs.map(({ options }) => options[name]) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

/** Whether all were trained and measured on the same pictures. */
export const areComparable = (runs: readonly Pick<Run, 'snapshot'>[]): boolean =>
  new Set(runs.map(({ snapshot }) => snapshot)).size <= 1;

export type Verdict = 'none' | 'apart' | 'close';

/**
 * Of the two most accurate: `apart` where their 95 % intervals do not meet, `close` where they do, `none` where fewer than two were
 * measured. Meeting intervals do not prove that two are equal.
 */
export function judge(versions: readonly (ModelVersion | undefined)[]): Verdict {
  const intervals = versions
    .flatMap((version) =>
      version?.accuracyInterval ? [{ at: version.accuracy ?? 0, interval: version.accuracyInterval }] : [],
    )
    .sort((a, b) => b.at - a.at);
  const [first, second] = intervals;
  if (!first || !second) return 'none';
  return first.interval[0] > second.interval[1] ? 'apart' : 'close';
}
