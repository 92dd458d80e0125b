/** @file What of the catalog is shown: text, dataset, class, split, trash. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { WorkspaceView } from '@tintype/contracts/api';
import { splits } from '@tintype/contracts/ids';
import { useState } from 'react';
import { formatCount } from '../../components/format.ts';
import { SearchIcon, TrashIcon } from '../../components/icons.tsx';
import classes from './FilterBar.module.css';
import { countClasses, type GalleryFilter, textLimit } from './gallery-filter.ts';

export interface FilterBarProps {
  filter: GalleryFilter;
  workspace: WorkspaceView | undefined;
  onChange: (filter: GalleryFilter) => void;
}

/** Class options carry this before the name, so that no class name can be mistaken for "all" or "unlabeled". */
const classPrefix = 'class:';
const textDelayMs = 250;

export function FilterBar({ filter, workspace, onChange }: FilterBarProps) {
  const datasets = workspace?.datasets ?? [];
  const { classes: choices, unlabeled } = countClasses(datasets, filter.dataset);
  const removed = datasets
    .filter((entry) => !filter.dataset || entry.name === filter.dataset)
    .reduce((sum, entry) => sum + entry.removed, 0);
  const count = (samples: number): string => (filter.isTrash ? '' : ` (${formatCount(samples)})`);
  return (
    <search className={classes.bar} aria-label="Filter">
      <TextFilter text={filter.text ?? ''} onChange={(text) => onChange({ ...filter, text: text || undefined })} />
      <NativeSelect
        aria-label="Dataset"
        value={filter.dataset ?? ''}
        onChange={(event) =>
          onChange({ ...filter, dataset: event.currentTarget.value || undefined, className: undefined })
        }
        data={[
          { value: '', label: 'Any dataset' },
          ...datasets.map(({ name, samples }) => ({ value: name, label: name + count(samples) })),
        ]}
      />
      <NativeSelect
        aria-label="Class"
        value={filter.className === undefined ? '' : classPrefix + filter.className}
        onChange={(event) => {
          const value = event.currentTarget.value;
          onChange({ ...filter, className: value === '' ? undefined : value.slice(classPrefix.length) });
        }}
        data={[
          { value: '', label: 'Any class' },
          ...choices.map(({ name, samples }) => ({ value: classPrefix + name, label: name + count(samples) })),
          { value: classPrefix, label: `Unlabeled${count(unlabeled)}` },
        ]}
      />
      <NativeSelect
        aria-label="Split"
        value={filter.split ?? ''}
        onChange={(event) => onChange({ ...filter, split: splits.find((name) => name === event.currentTarget.value) })}
        data={[
          { value: '', label: 'Any split' },
          ...splits.map((name) => ({ value: name, label: name[0]?.toUpperCase() + name.slice(1) })),
        ]}
      />
      <Button
        className={classes.trash}
        variant={filter.isTrash ? 'light' : 'default'}
        aria-pressed={filter.isTrash}
        leftSection={<TrashIcon size={18} />}
        onClick={() => onChange({ ...filter, isTrash: !filter.isTrash })}
      >
        Trash <span className={classes.count}>{workspace ? formatCount(removed) : ''}</span>
      </Button>
    </search>
  );
}

/** Typed text is asked for once the typing rests. */
function TextFilter({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const [last, setLast] = useState(text);
  if (last !== text) {
    setLast(text);
    // A space at the end that is still being typed stays.
    if (draft.trim() !== text) setDraft(text);
  }
  const settle = useDebouncedCallback((typed: string) => {
    if (typed !== text) onChange(typed);
  }, textDelayMs);
  return (
    <TextInput
      className={classes.text}
      type="search"
      aria-label="Text in the path"
      placeholder="Text in the path"
      maxLength={textLimit}
      leftSection={<SearchIcon size={16} />}
      value={draft}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
    />
  );
}
