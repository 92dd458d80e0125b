/** @file What else can be done, with the key for each. */
import { UnstyledButton } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { memo } from 'react';
import type { Action } from '../../components/actions.ts';
import { Keys } from '../../components/Keys.tsx';
import classes from './ActionKeys.module.css';

export function ActionKeys({ actions }: { actions: readonly Action[] }) {
  const perform = useCallbackRef((name: string) => actions.find((action) => action.name === name)?.perform());
  return (
    <div className={classes.actions}>
      {actions.map(({ name, label, keys }) => (
        <ActionKey key={name} name={name} label={label} shownKey={keys[0]} onPress={perform} />
      ))}
    </div>
  );
}

interface ActionKeyProps {
  name: string;
  label: string;
  shownKey: string;
  onPress: (name: string) => void;
}

const ActionKey = memo(function ActionKey({ name, label, shownKey, onPress }: ActionKeyProps) {
  return (
    <UnstyledButton
      className={classes.action}
      // Keys go on to the picture, not to what was clicked last.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onPress(name)}
    >
      <Keys name={shownKey} />
      <span>{label}</span>
    </UnstyledButton>
  );
});
