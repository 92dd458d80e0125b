/** @file Pictures side by side, some of them marked as not belonging; arrow keys move over it. */
import { type MouseEvent, memo, type RefObject } from 'react';
import { thumbnailUrl } from '../../api/endpoints.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatShare } from '../../components/format.ts';
import { CloseIcon } from '../../components/icons.tsx';
import type { PageMarks } from './page-marks.ts';
import classes from './TileGrid.module.css';

export interface TileGridProps {
  items: readonly { sampleId: string; confidence?: number }[];
  marks: PageMarks;
  /** `isRange`: with Shift. */
  onToggle: (position: number, isRange: boolean) => void;
  label: string;
  gridRef: RefObject<HTMLDivElement | null>;
}

/** How many tiles stand side by side at this moment. */
export const countColumns = (grid: HTMLElement | null): number =>
  grid ? getComputedStyle(grid).gridTemplateColumns.split(' ').length : 1;

const tileId = (sampleId: string): string => `mark-${sampleId}`;

export function TileGrid({ items, marks, onToggle, label, gridRef }: TileGridProps) {
  const click = (event: MouseEvent): void => {
    const tile = (event.target as Element).closest<HTMLElement>('[data-position]');
    if (tile) onToggle(Number(tile.dataset.position), event.shiftKey);
  };
  const active = items[marks.cursor];
  return (
    <div className={classes.scroller}>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the screen hears the keys. */}
      <div
        ref={gridRef}
        className={classes.grid}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select cannot hold pictures.
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-multiselectable
        aria-activedescendant={active ? tileId(active.sampleId) : undefined}
        onMouseDown={(event) => event.shiftKey && event.preventDefault()}
        onClick={click}
      >
        {items.map(({ sampleId, confidence }, position) => (
          <Tile
            key={sampleId}
            sampleId={sampleId}
            confidence={confidence}
            position={position}
            isActive={position === marks.cursor}
            isMarked={marks.marked.has(sampleId)}
            own={marks.marked.get(sampleId) ?? null}
          />
        ))}
      </div>
    </div>
  );
}

interface TileProps {
  sampleId: string;
  confidence: number | undefined;
  position: number;
  isActive: boolean;
  isMarked: boolean;
  /** The class that was given to it by itself. */
  own: string | null;
}

/** `Picture 3, 97 %`; what is seen on a tile is in it. */
function describe({ position, isMarked, own, confidence }: Omit<TileProps, 'sampleId' | 'isActive'>): string {
  const sure = confidence === undefined ? [] : [formatShare(confidence, 0)];
  return [
    `Picture ${position + 1}`,
    ...(own === null ? sure : [own]),
    ...(isMarked && own === null ? ['not of it'] : []),
  ].join(', ');
}

const Tile = memo(function Tile({ sampleId, confidence, position, isActive, isMarked, own }: TileProps) {
  return (
    <div
      id={tileId(sampleId)}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an option of a select cannot hold a picture.
      role="option"
      tabIndex={-1}
      aria-selected={isMarked}
      aria-label={describe({ position, isMarked, own, confidence })}
      className={classes.tile}
      data-position={position}
      data-active={isActive || undefined}
      data-own={own === null ? undefined : true}
    >
      <img src={thumbnailUrl(sampleId)} alt="" draggable={false} />
      {isMarked && own === null && (
        <span className={classes.cross}>
          <CloseIcon size={28} />
        </span>
      )}
      {own !== null ? (
        <span className={classes.own}>
          <ClassMark className={own} />
        </span>
      ) : (
        confidence !== undefined && <span className={classes.confidence}>{formatShare(confidence, 0)}</span>
      )}
    </div>
  );
});
