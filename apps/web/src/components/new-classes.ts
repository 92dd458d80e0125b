/** @file Classes that this page gave to pictures and that the server's list does not have yet: their keys work from the first moment. */

/** By name, in the order in which they were given; `isSettled`: the server has taken or refused the labels, so that its next list is the truth. */
const fresh = new Map<string, { isSettled: boolean }>();
const listeners = new Set<() => void>();
const none: readonly string[] = [];
let names = none;

function tell(): void {
  names = fresh.size === 0 ? none : [...fresh.keys()];
  for (const listener of listeners) listener();
}

export function addNewClasses(given: Iterable<string>): void {
  for (const name of given) fresh.set(name, { isSettled: false });
  tell();
}

/** Labels of these classes wait no longer. */
export function settleNewClasses(given: Iterable<string | null>): void {
  for (const name of given) if (name !== null && fresh.has(name)) fresh.set(name, { isSettled: true });
}

/** Asks for the server's list; what it has, and what was settled before it was asked, is not new any more. */
export async function withoutNewClasses<View extends { items: readonly { name: string }[] }>(
  list: () => Promise<View>,
): Promise<View> {
  const settled = [...fresh].filter(([, { isSettled }]) => isSettled).map(([name]) => name);
  const view = await list();
  for (const name of [...settled, ...view.items.map((item) => item.name)]) fresh.delete(name);
  tell();
  return view;
}

export const getNewClasses = (): readonly string[] => names;

export function subscribeToNewClasses(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
