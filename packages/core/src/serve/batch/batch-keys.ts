/** @file Where a batch keeps what it has until its output is whole: beside the output. */

/** `lease`: of the worker that writes, so that nobody who lost a shard can touch what another has made of it. */
export const batchKeys = {
  prefix: (name: string): string => `${name}.parts/`,
  list: (name: string, { lease, number }: { lease: string; number: number }): string =>
    `${name}.parts/list-${String(number).padStart(7, '0')}-${lease}.jsonl`,
  rows: (name: string, { lease }: { lease: string }): string => `${name}.parts/rows-${lease}.jsonl`,
};
