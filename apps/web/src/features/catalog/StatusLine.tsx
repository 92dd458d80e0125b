/** @file How many pictures match, by which filters, in which order and at which size. */
import { NativeSelect, Skeleton } from '@mantine/core';
import type { SampleSort } from '@tintype/contracts/catalog';
import { useEffect, useState } from 'react';
import { formatCounted } from '../../components/format.ts';
import { CloseIcon } from '../../components/icons.tsx';
import { listFilterWords, measureWords, withoutNames } from './filter-words.ts';
import { isFiltered, type PicturesQuery } from './gallery-filter.ts';
import { tileSteps } from './grid.ts';
import classes from './StatusLine.module.css';
import type { GalleryState } from './use-gallery.ts';
import { useChoices, useView } from './use-views.ts';

export interface StatusLineProps {
  gallery: GalleryState;
  step: number;
  onStep: (step: number) => void;
  onChange: (query: PicturesQuery) => void;
}

export function StatusLine({ gallery, step, onStep, onChange }: StatusLineProps) {
  const { query } = gallery;
  const { data: view } = useView(query.view);
  const words = listFilterWords(query, view?.name ?? undefined);
  return (
    <div className={classes.line}>
      <output className={classes.total}>
        {gallery.isPending ? (
          <Skeleton height={16} width={110} />
        ) : gallery.error ? null : (
          describeTotal(gallery.total, query)
        )}
      </output>
      <ul className={classes.words} aria-label="Filters that are on">
        {words.map(({ names, text }) => (
          <li key={text} className={classes.word}>
            <span>{text}</span>
            <button
              type="button"
              aria-label={`Take off: ${text}`}
              title="Take off"
              onClick={() => onChange(withoutNames(query, names))}
            >
              <CloseIcon size={12} />
            </button>
          </li>
        ))}
      </ul>
      <div className={classes.look}>
        <SortSelect query={query} isWaiting={gallery.isPending} onChange={onChange} />
        <label className={classes.size}>
          <span className={classes.hidden}>Size of the pictures</span>
          <input
            type="range"
            min={0}
            max={tileSteps.length - 1}
            step={1}
            value={step}
            title="Size of the pictures (+ and -)"
            onChange={(event) => onStep(Number(event.currentTarget.value))}
          />
        </label>
      </div>
    </div>
  );
}

function describeTotal(total: number, query: PicturesQuery): string {
  const place = query.removed ? ' in the trash' : '';
  const match = total === 1 ? ' matches' : ' match';
  return `${formatCounted(total, 'picture')}${place}${isFiltered(query) ? match : ''}`;
}

const quietMs = 500;

/** Whether something has been so for a while, once it has. */
function useQuiet(isSo: boolean): boolean {
  const [isQuiet, setQuiet] = useState(false);
  useEffect(() => {
    if (!isSo || isQuiet) return undefined;
    const timer = setTimeout(() => setQuiet(true), quietMs);
    return () => clearTimeout(timer);
  }, [isSo, isQuiet]);
  return isQuiet;
}

/** Without an order pictures come by a hash of their content: whatever is seen first is a fair sample of all. */
const usualSorts: readonly { value: SampleSort | ''; label: string }[] = [
  { value: '', label: 'Mixed' },
  { value: '-added', label: 'Newest first' },
  { value: 'added', label: 'Oldest first' },
  { value: 'path', label: 'Path, A to Z' },
  { value: '-path', label: 'Path, Z to A' },
  { value: 'label', label: 'Class' },
  { value: '-size', label: 'Largest files' },
  { value: 'size', label: 'Smallest files' },
];

interface SortSelectProps extends Pick<StatusLineProps, 'onChange'> {
  query: PicturesQuery;
  /** The first pictures are on their way: what else there is to sort by is counted after them. */
  isWaiting: boolean;
}

function SortSelect({ query, isWaiting, onChange }: SortSelectProps) {
  const isQuiet = useQuiet(!isWaiting);
  const { data: choices } = useChoices({ isWanted: isQuiet });
  const isList = query.view !== undefined;
  const measured = (choices?.measures ?? []).flatMap(({ name }) => [
    { value: name, label: measureWords[name].least },
    { value: `-${name}`, label: measureWords[name].most },
  ]);
  const answered =
    query.version === undefined
      ? []
      : [
          { value: 'confidence', label: 'Least sure' },
          { value: '-confidence', label: 'Most sure' },
        ];
  const [mixed, ...others] = usualSorts;
  const options = [
    { value: '', label: isList ? 'As listed' : (mixed?.label ?? '') },
    ...answered,
    ...others,
    ...measured,
  ];
  const known = options.some(({ value }) => value === (query.sort ?? ''));
  return (
    <NativeSelect
      size="xs"
      aria-label="Order"
      className={classes.sort}
      value={query.sort ?? ''}
      data={known ? options : [...options, { value: query.sort ?? '', label: query.sort ?? '' }]}
      onChange={(event) => {
        const sort = event.currentTarget.value;
        onChange({ ...query, sort: sort === '' ? undefined : (sort as SampleSort) });
      }}
    />
  );
}
