/** @file The button and the key that open the help of keys. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense, useEffect } from 'react';
import { nameKey } from '../components/actions.ts';
import { KeyboardIcon } from '../components/icons.tsx';
import { helpActions } from './help-actions.ts';
import classes from './KeysDialog.module.css';

const KeysHelp = lazy(() => import('./KeysHelp.tsx').then((module) => ({ default: module.KeysHelp })));

export function KeysDialog() {
  const [isOpen, { open, close }] = useDisclosure(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]');
      if (isTyping || event.defaultPrevented || nameKey(event) !== helpActions.keys.keys[0]) return;
      event.preventDefault();
      open();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [open]);
  return (
    <>
      <Tooltip label="Keys">
        <ActionIcon className={classes.button} aria-label="Show the keys" onClick={open}>
          <KeyboardIcon />
        </ActionIcon>
      </Tooltip>
      {isOpen && (
        <Suspense>
          <KeysHelp onClose={close} />
        </Suspense>
      )}
    </>
  );
}
