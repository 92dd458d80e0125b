/** @file The help page of keys. */
import { ActionIcon, Modal, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { nameKey } from '../components/actions.ts';
import { KeyboardIcon } from '../components/icons.tsx';
import { Keys } from '../components/Keys.tsx';
import classes from './KeysDialog.module.css';
import { helpActions, keyGroups } from './keys.ts';

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
      <Modal opened={isOpen} onClose={close} title="Keys">
        {keyGroups.map((group) => (
          <section key={group.title} className={classes.group}>
            <h3>{group.title}</h3>
            <dl>
              {Object.entries(group.actions).map(([name, action]) => (
                <div key={name}>
                  <dt>{action.label}</dt>
                  <dd>
                    {action.keys.map((key) => (
                      <Keys key={key} name={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Modal>
    </>
  );
}
