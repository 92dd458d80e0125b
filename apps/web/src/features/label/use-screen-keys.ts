/** @file Keys of a way to label: classes by their letter or digit, everything else by its table. Heard wherever the focus is, but never while somebody types. */
import { useEffect, useEffectEvent } from 'react';
import { type Action, findAction } from '../../components/actions.ts';
import { findByKey, type KeyedClass } from '../../components/class-keys.ts';

interface ScreenKeys {
  actions: readonly Action[];
  classes: readonly KeyedClass[];
  onClass: (className: string) => void;
  /** False while a dialog of the screen is open. */
  isActive?: boolean;
}

/** Keys that may be held down; of the others only the first press counts, so that a heavy finger labels one picture. */
const isHeldKey = (key: string): boolean => key.startsWith('Arrow');

export function useScreenKeys({ actions, classes, onClass, isActive = true }: ScreenKeys): void {
  const press = useEffectEvent((event: KeyboardEvent): void => {
    if (!isActive || event.defaultPrevented || isTaken(event)) return;
    const action = findAction(actions, event);
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    const chosen = action || hasModifier ? undefined : findByKey(classes, event.key);
    if (!action && !chosen) return;
    event.preventDefault();
    if (event.repeat && !isHeldKey(event.key)) return;
    if (action) action.perform();
    else if (chosen) onClass(chosen.name);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => press(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

/** Whether the press belongs to what has the focus: text that is typed, a list that is open, a button that is pressed. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="combobox"]'))
    return true;
  return (key === 'Enter' || key === ' ') && target.closest('button, a, [role="tab"], summary') !== null;
}
