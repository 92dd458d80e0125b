/** @file The classes with their keys: what a key press or a tap gives. */
import { Kbd, UnstyledButton } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { memo } from 'react';
import { ClassMark } from '../../components/ClassMark.tsx';
import type { KeyedClass } from '../../components/class-keys.ts';
import { formatCount } from '../../components/format.ts';
import classes from './ClassKeys.module.css';

export interface ClassKeysProps {
  classes: readonly KeyedClass[];
  onClass: (className: string) => void;
  /** Pictures of each class so far. */
  counts?: ReadonlyMap<string, number>;
  suggested?: string | null;
  /** What the picture is labeled with already. */
  given?: string | null;
}

export function ClassKeys({ classes: keyed, onClass, counts, suggested, given }: ClassKeysProps) {
  const give = useCallbackRef(onClass);
  return (
    <ul className={classes.list} aria-label="Classes">
      {keyed.map(({ name, key }) => (
        <Entry
          key={name}
          name={name}
          shownKey={key}
          count={counts ? (counts.get(name) ?? 0) : undefined}
          isSuggested={name === suggested}
          isGiven={name === given}
          onClass={give}
        />
      ))}
    </ul>
  );
}

interface EntryProps {
  name: string;
  shownKey: string | null;
  count: number | undefined;
  isSuggested: boolean;
  isGiven: boolean;
  onClass: (className: string) => void;
}

/** Painted anew only where something of it has changed: the next picture must not wait for forty classes. */
const Entry = memo(function Entry({ name, shownKey, count, isSuggested, isGiven, onClass }: EntryProps) {
  return (
    <li>
      <UnstyledButton
        className={classes.entry}
        data-suggested={isSuggested || undefined}
        aria-pressed={isGiven}
        // Keys go on to the picture, not to what was clicked last.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => onClass(name)}
      >
        {shownKey === null ? <span className={classes.keyless} /> : <Kbd size="sm">{shownKey.toUpperCase()}</Kbd>}
        <ClassMark className={name} />
        <span className={classes.count}>{count === undefined ? '' : formatCount(count)}</span>
      </UnstyledButton>
    </li>
  );
});
