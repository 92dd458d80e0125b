/** @file What of the catalog is shown: text, dataset, class, split, everything else, saved views, the trash. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { WorkspaceView } from '@tintype/contracts/api';
import { splits } from '@tintype/contracts/ids';
import { type Ref, useState } from 'react';
import { formatCount } from '../../components/format.ts';
import { SearchIcon, TrashIcon } from '../../components/icons.tsx';
import classes from './FilterBar.module.css';
import { FilterMenu } from './FilterMenu.tsx';
import { countClasses, type PicturesQuery, textLimit } from './gallery-filter.ts';
import { ViewsMenu } from './ViewsMenu.tsx';

export interface FilterBarProps {
  query: PicturesQuery;
  workspace: WorkspaceView | undefined;
  onChange: (query: PicturesQuery) => void;
  searchRef: Ref<HTMLInputElement>;
}

/** Class options carry this before the name, so that no class name can be mistaken for "all" or "unlabeled". */
const classPrefix = 'class:';
const textDelayMs = 200;

export function FilterBar({ query, workspace, onChange, searchRef }: FilterBarProps) {
  const datasets = workspace?.datasets ?? [];
  const { classes: choices, unlabeled } = countClasses(datasets, query.dataset);
  const removed = datasets
    .filter((entry) => !query.dataset || entry.name === query.dataset)
    .reduce((sum, entry) => sum + entry.removed, 0);
  const count = (samples: number): string => (query.removed ? '' : ` (${formatCount(samples)})`);
  return (
    <search className={classes.bar} aria-label="Filter">
      <TextFilter
        text={query.text ?? ''}
        onChange={(text) => onChange({ ...query, text: text || undefined })}
        searchRef={searchRef}
      />
      {datasets.length > 1 && (
        <NativeSelect
          className={classes.wide}
          aria-label="Dataset"
          value={query.dataset ?? ''}
          onChange={(event) =>
            onChange({ ...query, dataset: event.currentTarget.value || undefined, class: undefined })
          }
          data={[
            { value: '', label: 'Any dataset' },
            ...datasets.map(({ name, samples }) => ({ value: name, label: name + count(samples) })),
          ]}
        />
      )}
      <NativeSelect
        aria-label="Class"
        value={query.class === undefined ? '' : classPrefix + query.class}
        onChange={(event) => {
          const value = event.currentTarget.value;
          onChange({ ...query, class: value === '' ? undefined : value.slice(classPrefix.length) });
        }}
        data={[
          { value: '', label: 'Any class' },
          ...choices.map(({ name, samples }) => ({ value: classPrefix + name, label: name + count(samples) })),
          { value: classPrefix, label: `Unlabeled${count(unlabeled)}` },
        ]}
      />
      <NativeSelect
        className={classes.wide}
        aria-label="Split"
        value={query.split ?? ''}
        onChange={(event) => onChange({ ...query, split: splits.find((name) => name === event.currentTarget.value) })}
        data={[
          { value: '', label: 'Any split' },
          ...splits.map((name) => ({ value: name, label: name[0]?.toUpperCase() + name.slice(1) })),
        ]}
      />
      <FilterMenu
        query={query}
        datasets={datasets.map(({ name }) => name)}
        classNames={choices.map(({ name }) => name)}
        onChange={onChange}
      />
      <ViewsMenu query={query} onChange={onChange} />
      <Button
        className={classes.trash}
        variant={query.removed ? 'light' : 'default'}
        aria-pressed={query.removed === true}
        leftSection={<TrashIcon size={18} />}
        onClick={() => onChange({ ...query, removed: query.removed ? undefined : true })}
      >
        Trash <span className={classes.count}>{workspace ? formatCount(removed) : ''}</span>
      </Button>
    </search>
  );
}

interface TextFilterProps {
  text: string;
  onChange: (text: string) => void;
  searchRef: Ref<HTMLInputElement>;
}

/** Typed text is asked for once the typing rests. */
function TextFilter({ text, onChange, searchRef }: TextFilterProps) {
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
      ref={searchRef}
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
