/** @file A range by two numbers, asked for once the typing rests or the field is left. */
import { TextInput } from '@mantine/core';
import type { Range } from '@tintype/contracts/catalog';
import { useState } from 'react';
import classes from './FilterMenu.module.css';

export interface RangeFieldsProps {
  label: string;
  range: Range;
  /** Where values lie, shown where a side is open. */
  limits: Range;
  onChange: (range: Range) => void;
}

export function RangeFields({ label, range, limits, onChange }: RangeFieldsProps) {
  return (
    <fieldset className={classes.range}>
      <legend>{label}</legend>
      <Side
        name={`${label}: at least`}
        value={range.low}
        limit={limits.low}
        onChange={(low) => onChange({ low, high: range.high })}
      />
      <span>to</span>
      <Side
        name={`${label}: at most`}
        value={range.high}
        limit={limits.high}
        onChange={(high) => onChange({ low: range.low, high })}
      />
    </fieldset>
  );
}

interface SideProps {
  name: string;
  value: number | undefined;
  limit: number | undefined;
  onChange: (value: number | undefined) => void;
}

function Side({ name, value, limit, onChange }: SideProps) {
  const text = value === undefined ? '' : String(value);
  const [draft, setDraft] = useState(text);
  const [last, setLast] = useState(text);
  if (last !== text) {
    setLast(text);
    setDraft(text);
  }
  const settle = (): void => {
    const typed = draft.trim();
    const parsed = typed === '' ? undefined : Number(typed.replace(',', '.'));
    if (parsed === undefined || Number.isFinite(parsed)) {
      if (parsed !== value) onChange(parsed);
    } else setDraft(text);
  };
  return (
    <TextInput
      size="xs"
      aria-label={name}
      inputMode="decimal"
      placeholder={limit === undefined ? '' : String(Number(limit.toPrecision(3)))}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
      }}
    />
  );
}
