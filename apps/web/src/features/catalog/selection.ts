/** @file Which samples are selected, and where a range starts. */
import type { SampleKey } from '@tintype/contracts/catalog';

export interface Selection {
  /** By id, in the order in which they were selected. */
  keys: ReadonlyMap<string, SampleKey>;
  /** Position of the last sample selected by itself: ranges go from here. */
  anchor: number | null;
}

export const emptySelection: Selection = { keys: new Map(), anchor: null };

export function toggle({ keys }: Selection, position: number, key: SampleKey): Selection {
  const next = new Map(keys);
  if (!next.delete(key.id)) next.set(key.id, key);
  return { keys: next, anchor: position };
}

/** From the anchor to `position`, both included. */
export function rangeTo({ anchor }: Selection, position: number): { first: number; last: number } {
  const from = anchor ?? position;
  return { first: Math.min(from, position), last: Math.max(from, position) };
}

/** Adds samples; the anchor stays, or is `position` where there was none. */
export function add({ keys, anchor }: Selection, more: readonly SampleKey[], position: number): Selection {
  return { keys: new Map([...keys, ...more.map((key) => [key.id, key] as const)]), anchor: anchor ?? position };
}

/** Only what is still to be seen stays selected. */
export function without({ keys }: Selection, gone: ReadonlySet<string>): Selection {
  return { keys: new Map([...keys].filter(([id]) => !gone.has(id))), anchor: null };
}
