/** @file A desk with the labels that the catalog has now. */
import type { LabelProgress } from '@tintype/contracts/label-assist';
import type { Catalog } from '../ports/catalog.ts';
import type { LabelDesk } from './label-desk.ts';
import type { Labels } from './label-tasks.types.ts';

/** Who sits at a desk: what its rows mean and which labels they have now. */
export interface Seat {
  desk: LabelDesk;
  labels: Labels;
  /** Classes that have a label here, in the order of screens. */
  classes: readonly string[];
  progress: LabelProgress;
  /** Whether the dataset has pictures that the desk does not know. */
  isBehind: boolean;
}

/** From the catalog, as it is when a question is asked. */
export async function readSeat(
  catalog: Catalog,
  { dataset, desk }: { dataset: string; desk: LabelDesk },
): Promise<Seat> {
  const known = (await catalog.samples.listClasses()).map((one) => one.name);
  const classOf = new Map<number, string>();
  const present = new Set<number>();
  let isBehind = false;
  for await (const sample of catalog.samples.stream({ dataset })) {
    const row = desk.rowOf.get(sample.id);
    if (row === undefined) isBehind = true;
    else {
      present.add(row);
      if (sample.className !== null && !desk.unreadable.has(row)) classOf.set(row, sample.className);
    }
  }
  const used = new Set(classOf.values());
  const classes = known.filter((name) => used.has(name));
  const position = new Map(classes.map((name, k) => [name, k]));
  const rows = Array.from(desk.sampleIds.keys());
  const labels: Labels = {
    labeled: Int32Array.from(classOf.keys()),
    classIndices: Int32Array.from(classOf.values(), (name) => position.get(name) as number),
    classCount: classes.length,
    hidden: Int32Array.from(rows.filter((row) => !present.has(row) || desk.unreadable.has(row))),
  };
  const counts = new Map<string, number>();
  for (const name of classOf.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const readable = [...present].filter((row) => !desk.unreadable.has(row)).length;
  return {
    desk,
    labels,
    classes,
    isBehind,
    progress: {
      labeled: classOf.size,
      unlabeled: readable - classOf.size,
      unreadable: present.size - readable,
      classes: known.map((className) => ({ className, labels: counts.get(className) ?? 0 })),
    },
  };
}
