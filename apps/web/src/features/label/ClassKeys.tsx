/** @file The classes with their keys: what a key press or a tap gives. */
import { Kbd, UnstyledButton } from '@mantine/core';
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

export const ClassKeys = memo(function ClassKeys({
  classes: keyed,
  onClass,
  counts,
  suggested,
  given,
}: ClassKeysProps) {
  return (
    <ul className={classes.list} aria-label="Classes">
      {keyed.map(({ name, key }) => (
        <li key={name}>
          <UnstyledButton
            className={classes.entry}
            data-suggested={name === suggested || undefined}
            aria-pressed={name === given}
            // Keys go on to the picture, not to what was clicked last.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onClass(name)}
          >
            {key === null ? <span className={classes.keyless} /> : <Kbd size="sm">{key.toUpperCase()}</Kbd>}
            <ClassMark className={name} />
            <span className={classes.count}>{counts ? formatCount(counts.get(name) ?? 0) : ''}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
});
