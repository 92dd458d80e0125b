/** @file Where the pictures lie: columns for a width, and where a key moves the cursor. Pure arithmetic. */

export const gapPx = 8;
/** Height of the line below a picture. */
export const captionPx = 24;

/** Least width of a tile, by the size people choose. */
export const tileSizes = { small: 96, medium: 152, large: 232 } as const;
export type TileSize = keyof typeof tileSizes;

export interface Grid {
  columns: number;
  tilePx: number;
  /** From the top of one row to the top of the next. */
  rowPx: number;
}

/** As many tiles of at least the asked width as fit, two at least, stretched to fill the row. */
export function layOut(widthPx: number, size: TileSize): Grid {
  const columns = Math.max(2, Math.floor((widthPx + gapPx) / (tileSizes[size] + gapPx)));
  const tilePx = Math.max(0, Math.floor((widthPx - gapPx * (columns - 1)) / columns));
  return { columns, tilePx, rowPx: tilePx + captionPx + gapPx };
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last';

/** The cursor after a key; it never leaves the pictures, and up and down keep their column where there is one. */
export function moveCursor(
  cursor: number,
  move: Move,
  { columns, rows, total }: { columns: number; rows: number; total: number },
): number {
  if (total === 0) return 0;
  const page = Math.max(1, rows - 1) * columns;
  const steps: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -page,
    pageDown: page,
    first: -total,
    last: total,
  };
  const target = cursor + steps[move];
  if (move === 'up' && target < 0) return cursor;
  // Below the last full row there may be no picture in this column, but the last one is still the way down.
  if (move === 'down' && target >= total) return isInLastRow(cursor, columns, total) ? cursor : total - 1;
  return Math.min(total - 1, Math.max(0, target));
}

const isInLastRow = (position: number, columns: number, total: number): boolean =>
  Math.floor(position / columns) === Math.floor((total - 1) / columns);
