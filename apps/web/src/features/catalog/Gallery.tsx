/** @file The pictures as a grid of any length: only the rows in sight are in the page. */
import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { useElementSize, useLocalStorage } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useRef } from 'react';
import { bindActions, findAction } from '../../components/actions.ts';
import { formatCounted } from '../../components/format.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { type GalleryActionName, galleryActions } from './actions.ts';
import classes from './Gallery.module.css';
import { GalleryEmpty } from './GalleryEmpty.tsx';
import { type GalleryFilter, isFiltered } from './gallery-filter.ts';
import { gapPx, layOut, type Move, moveCursor, type TileSize } from './grid.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { Tile, tileId } from './Tile.tsx';
import type { GalleryState } from './use-gallery.ts';

export interface GalleryProps {
  gallery: GalleryState;
  filter: GalleryFilter;
  isEmptyWorkspace: boolean;
  onClearFilter: () => void;
}

const sizeChoices = [
  { value: 'small', label: 'S' },
  { value: 'medium', label: 'M' },
  { value: 'large', label: 'L' },
];

export function Gallery({ gallery, filter, isEmptyWorkspace, onClearFilter }: GalleryProps) {
  const [size, setSize] = useLocalStorage<TileSize>({
    key: 'tintype-tile-size',
    defaultValue: 'medium',
    getInitialValueInEffect: false,
  });
  return (
    <>
      <div className={classes.status}>
        <output>
          {gallery.isPending ? (
            <Skeleton height={16} width={110} />
          ) : gallery.error ? null : (
            describeTotal(gallery.total, filter)
          )}
        </output>
        <SegmentedControl
          size="xs"
          aria-label="Size of the pictures"
          value={size}
          onChange={(value) => setSize(value as TileSize)}
          data={sizeChoices}
        />
      </div>
      {gallery.error ? (
        <div className={classes.notice}>
          <ProblemNotice error={gallery.error} onRetry={gallery.retry} />
        </div>
      ) : !gallery.isPending && gallery.total === 0 ? (
        <GalleryEmpty filter={filter} isEmptyWorkspace={isEmptyWorkspace} onClearFilter={onClearFilter} />
      ) : (
        <Grid gallery={gallery} filter={filter} size={size} />
      )}
    </>
  );
}

function describeTotal(total: number, filter: GalleryFilter): string {
  const place = filter.isTrash ? ' in the trash' : '';
  const match = total === 1 ? ' matches' : ' match';
  return `${formatCounted(total, 'picture')}${place}${isFiltered(filter) ? match : ''}`;
}

function Grid({ gallery, filter, size }: { gallery: GalleryState; filter: GalleryFilter; size: TileSize }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const grid = layOut(width, size);
  // Before the first answer, as many empty places as a screen could hold.
  const count = gallery.isPending ? grid.columns * 12 : gallery.total;
  // oxlint-disable-next-line react/incompatible-library -- the React compiler, which could not memoize it, is not in use.
  const rows = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(count / grid.columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => grid.rowPx,
    overscan: 2,
    paddingStart: 4,
    paddingEnd: 64,
    scrollPaddingStart: 8,
    scrollPaddingEnd: 64,
  });
  useEffect(() => rows.measure(), [rows, grid.rowPx]);

  const visible = rows.getVirtualItems();
  const needed = Math.min(count, ((visible.at(-1)?.index ?? 0) + 3) * grid.columns);
  const { loadUpTo } = gallery;
  useEffect(() => loadUpTo(needed), [loadUpTo, needed]);

  const rowsInSight = Math.floor((rows.scrollRect?.height ?? 0) / grid.rowPx);
  const go = (move: Move) => (): void => {
    const next = moveCursor(gallery.cursor, move, { columns: grid.columns, rows: rowsInSight, total: gallery.total });
    gallery.moveTo(next);
    rows.scrollToIndex(Math.floor(next / grid.columns), { align: 'auto' });
  };
  const moveChosen = (to: 'remove' | 'restore') => (): void => {
    if (filter.isTrash === (to === 'restore')) gallery.moveSamples(gallery.chosenIds());
  };
  const actions = bindActions<GalleryActionName>(galleryActions, {
    left: go('left'),
    right: go('right'),
    up: go('up'),
    down: go('down'),
    pageUp: go('pageUp'),
    pageDown: go('pageDown'),
    first: go('first'),
    last: go('last'),
    open: () => gallery.openAt(gallery.cursor),
    toggle: () => gallery.toggleAt(gallery.cursor),
    range: () => gallery.selectTo(gallery.cursor),
    all: gallery.selectLoaded,
    clear: gallery.clearSelection,
    remove: moveChosen('remove'),
    restore: moveChosen('restore'),
  });

  const click = (event: MouseEvent): void => {
    const target = event.target as Element;
    const tile = target.closest<HTMLElement>('[data-position]');
    if (!tile) return;
    const position = Number(tile.dataset.position);
    if (event.shiftKey) gallery.selectTo(position);
    else if (event.ctrlKey || event.metaKey || gallery.selection.ids.size > 0 || target.closest('[data-check]'))
      gallery.toggleAt(position);
    else gallery.openAt(position);
  };

  const active = gallery.samples[gallery.cursor];
  const isActiveInPage =
    active !== undefined && visible.some((row) => row.index === Math.floor(gallery.cursor / grid.columns));
  return (
    <div className={classes.area}>
      <div
        ref={scroller}
        className={classes.scroller}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot hold pictures.
        role="listbox"
        tabIndex={0}
        aria-label={filter.isTrash ? 'Pictures in the trash' : 'Pictures'}
        aria-multiselectable
        aria-busy={gallery.isPending}
        aria-activedescendant={isActiveInPage ? tileId(active.id) : undefined}
        onClick={click}
        onKeyDown={(event) => {
          const action = findAction(actions, event);
          if (!action || event.target !== event.currentTarget) return;
          event.preventDefault();
          action.perform();
        }}
      >
        <div ref={measured} role="presentation" className={classes.rows} style={{ height: rows.getTotalSize() }}>
          {visible.map((row) => (
            <div
              key={row.key}
              role="presentation"
              className={classes.row}
              style={{
                transform: `translateY(${row.start}px)`,
                gridTemplateColumns: `repeat(${grid.columns}, ${grid.tilePx}px)`,
                gap: gapPx,
              }}
            >
              {Array.from({ length: Math.min(grid.columns, count - row.index * grid.columns) }, (_, column) => {
                const position = row.index * grid.columns + column;
                const sample = gallery.samples[position];
                return (
                  <Tile
                    key={sample?.id ?? `place-${position}`}
                    sample={sample}
                    position={position}
                    total={gallery.total}
                    isActive={position === gallery.cursor}
                    isSelected={sample !== undefined && gallery.selection.ids.has(sample.id)}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
      {gallery.nextError ? (
        <div className={classes.more} role="alert">
          The next pictures did not come.
          <Button size="compact-sm" variant="default" onClick={gallery.retry}>
            Try again
          </Button>
        </div>
      ) : null}
      <SelectionBar gallery={gallery} isTrash={filter.isTrash} />
    </div>
  );
}
