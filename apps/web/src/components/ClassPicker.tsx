/** @file Choose a class by typing a part of it, by arrow keys or by its digit; one that is not there yet is added by choosing it. */
import { TextInput } from '@mantine/core';
import { classNameSchema } from '@tintype/contracts/ids';
import { type KeyboardEvent, useId, useState } from 'react';
import { ClassMark } from './ClassMark.tsx';
import classes from './ClassPicker.module.css';
import { type ClassChoice, listChoices, pickByDigit } from './class-choices.ts';
import { Keys } from './Keys.tsx';
import { useClasses } from './use-classes.ts';

export interface ClassPickerProps {
  onPick: (className: string | null) => void;
  onCancel?: () => void;
  /** The class that is marked as the present one. */
  current?: string | null;
  /** Offers to take the label away, too. */
  hasNone?: boolean;
}

/** Takes the focus when it appears; whoever shows it in a popover or dialog closes that in `onPick` and `onCancel`. */
export function ClassPicker({ onPick, onCancel, current, hasNone = false }: ClassPickerProps) {
  const { classes: known } = useClasses();
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const id = useId();
  const choices = listChoices(known, { text, hasNone });
  const position = Math.min(cursor, choices.length - 1);

  const pick = (choice: ClassChoice | undefined): void => {
    if (choice) onPick(choice.className);
  };
  const press = (event: KeyboardEvent): void => {
    const byDigit = text === '' ? pickByDigit(known, event.key) : undefined;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setCursor(Math.min(position + 1, choices.length - 1)),
      ArrowUp: () => setCursor(Math.max(position - 1, 0)),
      Enter: () => pick(choices[position]),
      ...(onCancel ? { Escape: onCancel } : {}),
      ...(byDigit ? { [event.key]: () => onPick(byDigit.name) } : {}),
    };
    const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  return (
    <div className={classes.picker}>
      <TextInput
        data-autofocus
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it appears because somebody asked for it.
        autoFocus
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the list below it is ours.
        role="combobox"
        aria-expanded
        aria-label="Class"
        aria-controls={id}
        aria-activedescendant={position < 0 ? undefined : `${id}-${position}`}
        placeholder="Class, or a new one"
        autoComplete="off"
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setCursor(0);
        }}
        onKeyDown={press}
      />
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot show marks and keys. */}
      <div id={id} role="listbox" aria-label="Classes" className={classes.list}>
        {choices.map((choice, n) => (
          <div
            key={choice.kind + (choice.className ?? '')}
            id={`${id}-${n}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- as above.
            role="option"
            tabIndex={-1}
            aria-selected={n === position}
            className={classes.choice}
            onMouseMove={() => setCursor(n)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(choice)}
            onKeyDown={press}
          >
            {choice.kind === 'new' ? (
              <span className={classes.new}>
                Add the class <strong>{choice.className}</strong>
              </span>
            ) : (
              <ClassMark className={choice.className} />
            )}
            {choice.className === current && current !== undefined && <span className={classes.current}>now</span>}
            {choice.key !== null && text === '' && <Keys name={choice.key} />}
          </div>
        ))}
      </div>
      {!classNameSchema.safeParse(text).success && text.trim() !== '' && (
        <p className={classes.problem}>This cannot be the name of a class.</p>
      )}
    </div>
  );
}
