/** @file A page of pictures that are taken to be of one class: which are not, and what accepting it labels. Pure. */

export interface PageMarks {
  /** Pictures that are not of the class, with the class they are of where it was said. */
  marked: ReadonlyMap<string, string | null>;
  cursor: number;
  /** Position of the last picture marked by itself: ranges go from here. */
  anchor: number | null;
}

export const noMarks: PageMarks = { marked: new Map(), cursor: 0, anchor: null };

export const moveTo = (marks: PageMarks, cursor: number): PageMarks => ({ ...marks, cursor });

export function toggleMark({ marked }: PageMarks, position: number, id: string): PageMarks {
  const next = new Map(marked);
  if (!next.delete(id)) next.set(id, null);
  return { marked: next, cursor: position, anchor: position };
}

/** Marks every picture from the last marked to `position`, both included. */
export function markRange(marks: PageMarks, position: number, ids: readonly string[]): PageMarks {
  const from = marks.anchor ?? position;
  const marked = new Map(marks.marked);
  for (const id of ids.slice(Math.min(from, position), Math.max(from, position) + 1))
    if (!marked.has(id)) marked.set(id, null);
  return { marked, cursor: position, anchor: from };
}

/** Gives a class to the marked pictures that have none yet; where there are none, to the picture under the cursor. */
export function markAs(marks: PageMarks, className: string, ids: readonly string[]): PageMarks {
  const open = [...marks.marked].filter(([, own]) => own === null).map(([id]) => id);
  const under = ids[marks.cursor];
  const chosen = open.length > 0 ? open : under === undefined ? [] : [under];
  const marked = new Map(marks.marked);
  for (const id of chosen) marked.set(id, className);
  const cursor = open.length > 0 ? marks.cursor : Math.min(marks.cursor + 1, ids.length - 1);
  return { ...marks, marked, cursor };
}

/** What accepting the page labels: all but the marked with its class, the marked with theirs; marked without a class stay unlabeled. */
export function acceptPage(
  { marked }: PageMarks,
  { className, ids }: { className: string; ids: readonly string[] },
): { sampleId: string; className: string }[] {
  return ids.flatMap((sampleId) => {
    const own = marked.has(sampleId) ? (marked.get(sampleId) ?? null) : className;
    return own === null ? [] : [{ sampleId, className: own }];
  });
}
