/** @file Classes that this page gave to pictures and that the server's list does not have yet: their keys work from the first moment. */

interface NewClass {
  /** The server has taken or refused the labels, so that its next list is the truth. */
  isSettled: boolean;
  /** A list that came is the truth; the class goes once the page shows that list, so that its key works all the while. */
  isDecided: boolean;
}

/** By name, in the order in which they were given. */
const fresh = new Map<string, NewClass>();
const listeners = new Set<() => void>();
const none: readonly string[] = [];
let names = none;

function tell(): void {
  names = fresh.size === 0 ? none : [...fresh.keys()];
  for (const listener of listeners) listener();
}

export function addNewClasses(given: Iterable<string>): void {
  for (const name of given) fresh.set(name, { isSettled: false, isDecided: false });
  tell();
}

/** Labels of these classes wait no longer. */
export function settleNewClasses(given: Iterable<string | null>): void {
  for (const name of given) {
    const one = name === null ? undefined : fresh.get(name);
    if (one) one.isSettled = true;
  }
}

/** Asks for the server's list, which decides what it has and what was settled before it was asked. */
export async function decideNewClasses<View extends { items: readonly { name: string }[] }>(
  list: () => Promise<View>,
): Promise<View> {
  const settled = [...fresh.values()].filter(({ isSettled }) => isSettled);
  const view = await list();
  const listed = view.items.flatMap(({ name }) => fresh.get(name) ?? []);
  for (const one of [...settled, ...listed]) one.isDecided = true;
  return view;
}

/** Those that were decided are new no more: called when the list that decided them is shown. */
export function dropDecidedClasses(): void {
  const decided = [...fresh].filter(([, { isDecided }]) => isDecided);
  if (decided.length === 0) return;
  for (const [name] of decided) fresh.delete(name);
  tell();
}

export const getNewClasses = (): readonly string[] => names;

export function subscribeToNewClasses(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
