/** @file Which samples are selected, and where a range starts. */

export interface Selection {
  ids: ReadonlySet<string>;
  /** Position of the last sample selected by itself: ranges go from here. */
  anchor: number | null;
}

export const emptySelection: Selection = { ids: new Set(), anchor: null };

export function toggle({ ids }: Selection, position: number, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: position };
}

/** Adds every sample from the anchor to `position`, both included; the anchor stays. */
export function selectRange({ ids, anchor }: Selection, position: number, idsInOrder: readonly string[]): Selection {
  const from = anchor ?? position;
  const range = idsInOrder.slice(Math.min(from, position), Math.max(from, position) + 1);
  return { ids: new Set([...ids, ...range]), anchor: from };
}

export const selectAll = (idsInOrder: readonly string[], anchor: number): Selection => ({
  ids: new Set(idsInOrder),
  anchor,
});

/** Only what is still to be seen stays selected. */
export function keepPresent(selection: Selection, gone: ReadonlySet<string>): Selection {
  return { ids: new Set([...selection.ids].filter((id) => !gone.has(id))), anchor: null };
}
