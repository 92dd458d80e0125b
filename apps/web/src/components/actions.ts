/** @file What a person can ask of a screen: one record for the button, the key and the help page. */

/** What is known of an action before it is bound to a screen's state. */
export interface ActionEntry {
  label: string;
  /** As KeyboardEvent.key, with `Mod+` (Control, or Command on a Mac), `Alt+` or `Shift+` before it. The first is shown. */
  keys: readonly [string, ...string[]];
}

export interface Action extends ActionEntry {
  name: string;
  perform: () => void;
}

/** Total by type: an entry without a way to perform it does not compile. */
export const bindActions = <N extends string>(
  table: Record<N, ActionEntry>,
  performs: Record<N, () => void>,
): Action[] => (Object.keys(table) as N[]).map((name) => ({ name, ...table[name], perform: performs[name] }));

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** `{ key: 'a', ctrlKey: true }` -> `Mod+a`. Shift is named only for keys it does not change. */
export function nameKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyPress): string {
  const isText = key.length === 1 && key !== ' ';
  return [
    ...(ctrlKey || metaKey ? ['Mod'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey && !isText ? ['Shift'] : []),
    key,
  ].join('+');
}

export function findAction(actions: readonly Action[], press: KeyPress): Action | undefined {
  const name = nameKey(press);
  return actions.find((action) => action.keys.includes(name));
}

const shownKeys: Record<string, string> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'Page up',
  PageDown: 'Page down',
  Mod: 'Ctrl',
};

/** `Mod+a` -> [`Ctrl`, `A`]. */
export const showKeys = (name: string): string[] =>
  name.split('+').map((part) => shownKeys[part] ?? (part.length === 1 ? part.toUpperCase() : part));
