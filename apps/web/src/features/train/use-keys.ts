/** @file Keys of a screen, but for those that are typed into a field or pressed in a dialog. */
import { useEffect, useRef } from 'react';
import { type Action, findAction } from '../../components/actions.ts';

export function useKeys(actions: readonly Action[]): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTaken =
        target instanceof HTMLElement &&
        target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null;
      const action = isTaken || event.defaultPrevented ? undefined : findAction(latest.current, event);
      if (!action) return;
      event.preventDefault();
      action.perform();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
