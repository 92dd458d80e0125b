/**
 * @file The control: a fixed random order of all pictures, that of the hashes of their names. The longest labeled beginning of it is a fair sample of
 * the whole, however the rest was chosen, and needs no memory of why a picture was labeled.
 */
import { createHash } from 'node:crypto';

/** Positions of `names` in control order. A picture that comes later changes nothing in the order of the others. */
export function orderForControl(names: readonly string[], seed: number): Int32Array {
  const keys = names.map((name) => createHash('sha256').update(`control\n${seed}\n${name}`).digest('hex'));
  return Int32Array.from(keys.keys()).sort((a, b) => ((keys[a] as string) < (keys[b] as string) ? -1 : 1));
}

/** The beginning of the order in which every picture has a label; `isSkipped` are passed over (unreadable, in the trash). */
export function labeledBeginning(
  order: Int32Array,
  { isLabeled, isSkipped = () => false }: { isLabeled: (row: number) => boolean; isSkipped?: (row: number) => boolean },
): number[] {
  const beginning: number[] = [];
  for (const row of order) {
    if (isSkipped(row)) continue;
    if (!isLabeled(row)) break;
    beginning.push(row);
  }
  return beginning;
}
