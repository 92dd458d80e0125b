/** @file The pictures as a grid of any length: only the rows in sight are in the page. */
import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from 'react';
import { bindActions, findAction } from '../../components/actions.ts';
import { pickByDigit } from '../../components/class-choices.ts';
import { useClasses, useClassMarks } from '../../components/use-classes.ts';
import { type GalleryActionName, galleryActions } from './actions.ts';
import classes from './Gallery.module.css';
import { gapPx, layOut, type Move, moveCursor, paddingPx, positionsWithin, tilePxOf } from './grid.ts';
import type { Pickable } from './PickFor.tsx';
import { belongs } from './sample-pages.ts';
import { emptySelection, type Selection } from './selection.ts';
import { Tile, tileId } from './Tile.tsx';
import { useFrame } from './use-frame.ts';
import type { GalleryState } from './use-gallery.ts';
import { useLabelSamples } from './use-label-samples.ts';

export interface GridProps {
  gallery: GalleryState;
  /** Of the sizes to choose from. */
  step: number;
  onStep: (step: number) => void;
  /** What is being asked for in front of the grid: until that is answered, keys are not the grid's. */
  isPicking: boolean;
  /** Asks what to give the chosen pictures. */
  onPick: (what: Pickable) => void;
  onSearch: () => void;
}

/** Before the first answer, as many empty rows as a screen could hold. */
const emptyRows = 12;

export function Grid({ gallery, step, onStep, isPicking, onPick, onSearch }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const framed = useRef<Selection>(emptySelection);
  const { ref: measured, width } = useElementSize();
  const markOf = useClassMarks();
  const { classes: known } = useClasses();
  const label = useLabelSamples();
  const grid = layOut(width, tilePxOf(step));
  const { query, total, look, cursor } = gallery;
  const count = gallery.isPending ? grid.columns * emptyRows : total;
  // oxlint-disable-next-line react/incompatible-library -- the React compiler, which could not memoize it, is not in use.
  const rows = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(count / grid.columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => grid.rowPx,
    overscan: 2,
    paddingStart: paddingPx.start,
    paddingEnd: paddingPx.end,
    scrollPaddingStart: 8,
    scrollPaddingEnd: paddingPx.end,
  });
  const scrollTo = (position: number): void =>
    rows.scrollToIndex(Math.floor(position / grid.columns), { align: 'auto' });
  useEffect(() => {
    rows.measure();
    rows.scrollToIndex(Math.floor(cursor / grid.columns), { align: 'auto' });
    // Other columns put the cursor elsewhere: it is brought back into sight, and only then.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [rows, grid.rowPx, grid.columns, gallery.isPending]);

  const visible = rows.getVirtualItems();
  const first = (visible[0]?.index ?? 0) * grid.columns;
  const last = ((visible.at(-1)?.index ?? 0) + 1) * grid.columns - 1;
  useEffect(() => look({ first, last }), [look, first, last]);

  const rowsInSight = Math.floor((rows.scrollRect?.height ?? 0) / grid.rowPx);
  const go = (move: Move) => (): void => {
    const next = moveCursor(cursor, move, { columns: grid.columns, rows: rowsInSight, total });
    gallery.moveTo(next);
    scrollTo(next);
  };
  const pick = (what: Pickable) => (): void => {
    if (query.removed || gallery.chosen().length === 0) return;
    gallery.selectChosen();
    onPick(what);
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
    open: () => gallery.openAt(cursor),
    page: () => gallery.openPageAt(cursor),
    toggle: () => gallery.toggleAt(cursor),
    range: () => gallery.selectTo(cursor),
    all: gallery.selectAll,
    clear: gallery.clearSelection,
    label: pick('label'),
    tag: pick('tag'),
    group: pick('group'),
    remove: () => gallery.moveChosen('remove'),
    restore: () => gallery.moveChosen('restore'),
    search: onSearch,
    larger: () => onStep(step + 1),
    smaller: () => onStep(step - 1),
  });

  /** A digit is the key of a class. */
  const labelBy = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): (() => void) | undefined => {
    const byDigit = ctrlKey || metaKey || altKey || query.removed ? undefined : pickByDigit(known, key);
    return byDigit && (() => label(gallery.chosen(), byDigit.name));
  };

  const framing = useFrame({
    scroller,
    frame,
    onStart: (isAdding) => {
      framed.current = isAdding ? gallery.selection : emptySelection;
    },
    onFrame: (from, to) => gallery.selectFramed(framed.current, positionsWithin(from, to, grid, total)),
  });
  const click = (event: MouseEvent): void => {
    const target = event.target as Element;
    const tile = target.closest<HTMLElement>('[data-position]');
    if (framing.wasFraming() || !tile) return;
    const position = Number(tile.dataset.position);
    if (event.shiftKey) gallery.selectTo(position);
    else if (event.ctrlKey || event.metaKey || gallery.selection.keys.size > 0 || target.closest('[data-check]'))
      gallery.toggleAt(position);
    else gallery.openAt(position);
  };

  const active = gallery.sampleAt(cursor);
  const isActiveInPage = active !== undefined && cursor >= first && cursor <= last;
  return (
    <div className={classes.area} data-stale={gallery.isStale || undefined}>
      <div
        ref={scroller}
        className={classes.scroller}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot hold pictures.
        role="listbox"
        tabIndex={0}
        aria-label={query.removed ? 'Pictures in the trash' : 'Pictures'}
        aria-multiselectable
        aria-busy={gallery.isPending || gallery.isStale}
        aria-activedescendant={isActiveInPage ? tileId(active.id) : undefined}
        onClick={click}
        onPointerDown={framing.onPointerDown}
        onPointerMove={framing.onPointerMove}
        onPointerUp={framing.onPointerUp}
        onPointerCancel={framing.onPointerCancel}
        onKeyDown={(event) => {
          if (isPicking || event.target !== event.currentTarget) return;
          const perform = findAction(actions, event)?.perform ?? labelBy(event);
          if (!perform) return;
          event.preventDefault();
          perform();
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
                width: '100%',
                height: grid.rowPx,
              }}
            >
              {Array.from({ length: Math.min(grid.columns, count - row.index * grid.columns) }, (_, column) => {
                const position = row.index * grid.columns + column;
                const sample = gallery.sampleAt(position);
                return (
                  <Tile
                    key={sample?.id ?? `place-${position}`}
                    sample={sample}
                    position={position}
                    total={total}
                    isActive={position === cursor}
                    isSelected={sample !== undefined && gallery.selection.keys.has(sample.id)}
                    isLeaving={sample !== undefined && !gallery.isStale && !belongs(sample, query)}
                    markOf={markOf}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <div ref={frame} className={classes.frame} aria-hidden="true" />
      {gallery.partError ? (
        <div className={classes.more} role="alert">
          These pictures did not come.
          <Button size="compact-sm" variant="default" onClick={gallery.retry}>
            Try again
          </Button>
        </div>
      ) : null}
    </div>
  );
}
