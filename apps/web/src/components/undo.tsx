/** @file Undo for the whole page: what was done is pushed with the way back, and `Mod+z` or the button of its message takes it. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { toProblem } from '../api/problem.ts';
import { nameKey } from './actions.ts';
import classes from './undo.module.css';
import { type Doable, UndoStack } from './undo-stack.ts';

export const undoActions = { undo: { label: 'Undo the last change', keys: ['Mod+z'] } } as const;

/** How long undo is offered in a message; the key works as long as the page is open. */
const offeredMs = 10_000;

export interface Undoing {
  /** Tells what was done. `isQuiet`: without a message, for what the screen itself shows. */
  push: (done: Doable, options?: { isQuiet?: boolean }) => void;
  /** Takes back the last; nothing where there is none. */
  undo: () => void;
}

const UndoContext = createContext<Undoing>({ push: () => undefined, undo: () => undefined });

export const useUndo = (): Undoing => useContext(UndoContext);

export function UndoProvider({ children }: { children: ReactNode }) {
  const undoing = useMemo(() => openUndoing(), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.matches('input, textarea, [contenteditable]');
      if (isTyping || event.defaultPrevented || nameKey(event) !== undoActions.undo.keys[0]) return;
      event.preventDefault();
      undoing.undo();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [undoing]);
  return <UndoContext.Provider value={undoing}>{children}</UndoContext.Provider>;
}

type Message = Parameters<typeof notifications.show>[0];

function openUndoing(): Undoing {
  const stack = new UndoStack();
  let shown: string | undefined;
  /** The last word counts: it takes the place of the one before, which would hold it up where messages queue. */
  const say = (message: Message): string => {
    if (shown !== undefined) notifications.hide(shown);
    shown = notifications.show(message);
    return shown;
  };
  const take = async (done: Doable | undefined): Promise<void> => {
    if (!done) return;
    try {
      await done.undo();
      say({ message: `Undone: ${done.label}` });
    } catch (error) {
      const { title, detail, hint } = toProblem(error);
      stack.push(done);
      say({ color: 'red', title, message: `${detail} ${hint}`, autoClose: offeredMs });
    }
  };
  return {
    undo: () => void take(stack.pop()),
    push(done, { isQuiet = false } = {}) {
      stack.push(done);
      if (isQuiet) return;
      const id = say({
        autoClose: offeredMs,
        closeButtonProps: { 'aria-label': 'Dismiss' },
        message: (
          <span className={classes.message}>
            {done.label}
            <Button
              size="compact-sm"
              variant="light"
              onClick={() => {
                notifications.hide(id);
                void take(stack.remove(done));
              }}
            >
              Undo
            </Button>
          </span>
        ),
      });
    },
  };
}
