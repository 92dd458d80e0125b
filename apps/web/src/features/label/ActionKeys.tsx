/** @file What else can be done, with the key for each. */
import { UnstyledButton } from '@mantine/core';
import type { Action } from '../../components/actions.ts';
import { Keys } from '../../components/Keys.tsx';
import classes from './ActionKeys.module.css';

export function ActionKeys({ actions }: { actions: readonly Action[] }) {
  return (
    <div className={classes.actions}>
      {actions.map(({ name, label, keys, perform }) => (
        <UnstyledButton
          key={name}
          className={classes.action}
          // Keys go on to the picture, not to what was clicked last.
          onMouseDown={(event) => event.preventDefault()}
          onClick={perform}
        >
          <Keys name={keys[0]} />
          <span>{label}</span>
        </UnstyledButton>
      ))}
    </div>
  );
}
