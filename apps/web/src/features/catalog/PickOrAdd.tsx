/** @file Choose a name from a list or type a new one: filter by typing, arrows, Enter. */
import { TextInput } from '@mantine/core';
import { classNameSchema } from '@tintype/contracts/ids';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { formatCount } from '../../components/format.ts';
import classes from './PickOrAdd.module.css';

export interface Choice {
  name: string;
  samples?: number;
  /** Shown in place of the name. */
  shown?: ReactNode;
}

export interface PickOrAddProps {
  label: string;
  placeholder: string;
  choices: readonly Choice[];
  /** What an entry for a new name says; without it no new name can be given. */
  addLabel?: ((name: string) => string) | undefined;
  onPick: (name: string) => void;
  /** An entry of its own, at the end: to take away what the others give. */
  none?: { label: string; onPick: () => void } | undefined;
}

interface Entry {
  key: string;
  shown: ReactNode;
  samples?: number | undefined;
  pick: () => void;
}

/** Names shown at once; typing finds the others. */
const mostShown = 100;

export function PickOrAdd({ label, placeholder, choices, addLabel, onPick, none }: PickOrAddProps) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const entries = listEntries({ text, choices, addLabel, onPick, none });
  const at = Math.min(active, entries.length - 1);
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive(Math.min(entries.length - 1, Math.max(0, at + step)));
    else if (event.key === 'Enter') entries[at]?.pick();
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.picker}>
      <TextInput
        data-autofocus
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it appears because somebody asked for it, and types on.
        autoFocus
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a datalist cannot show marks.
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={entries[at] ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={placeholder}
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={press}
      />
      {entries.length === 0 && (
        <p className={classes.empty}>{text === '' ? 'None yet: type a name.' : 'No such name.'}</p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a datalist cannot show marks. */}
      <div id={id} role="listbox" aria-label={label} className={classes.list}>
        {entries.map((entry, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the input's.
          <div
            key={entry.key}
            id={`${id}-${index}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of a select cannot hold a mark.
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={classes.option}
            onClick={entry.pick}
          >
            <span className={classes.name}>{entry.shown}</span>
            {entry.samples !== undefined && <span className={classes.count}>{formatCount(entry.samples)}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

function listEntries({
  text,
  choices,
  addLabel,
  onPick,
  none,
}: Pick<PickOrAddProps, 'choices' | 'addLabel' | 'onPick' | 'none'> & { text: string }): Entry[] {
  const wanted = text.trim();
  const matching = findMatching(choices, wanted).slice(0, mostShown);
  const isNew = addLabel && classNameSchema.safeParse(wanted).success && !choices.some(({ name }) => name === wanted);
  return [
    ...matching.map(({ name, samples, shown }) => ({
      key: `name ${name}`,
      shown: shown ?? name,
      samples,
      pick: () => onPick(name),
    })),
    ...(isNew ? [{ key: 'new', shown: addLabel(wanted), pick: () => onPick(wanted) }] : []),
    ...(none && wanted === '' ? [{ key: 'none', shown: <em>{none.label}</em>, pick: none.onPick }] : []),
  ];
}

/** Those that begin with the text first, then those that hold it. */
export function findMatching<C extends { name: string }>(choices: readonly C[], text: string): C[] {
  const wanted = text.toLowerCase();
  const rank = ({ name }: C): number => {
    const at = name.toLowerCase().indexOf(wanted);
    return at < 0 ? -1 : at === 0 ? 0 : 1;
  };
  return choices
    .map((choice) => ({ choice, rank: rank(choice) }))
    .filter((entry) => entry.rank >= 0)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}
