/** @file Where the pictures lie: columns for a width, where a key moves the cursor, what a frame catches. Pure arithmetic. */

export const gapPx = 8;
/** Height of the line below a picture. */
export const captionPx = 24;
/** Above the first row and below the last. */
export const paddingPx = { start: 4, end: 72 } as const;

/** Least widths of a tile to choose from. */
export const tileSteps = [72, 96, 120, 152, 192, 240, 304, 384] as const;
export const usualStep = 3;

export const tilePxOf = (step: number): number => tileSteps[clamp(Math.round(step), tileSteps.length)] ?? 152;

const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));

export interface Grid {
  columns: number;
  tilePx: number;
  /** From the top of one row to the top of the next. */
  rowPx: number;
}

/** As many tiles of at least the asked width as fit, two at least, stretched to fill the row. */
export function layOut(widthPx: number, leastPx: number): Grid {
  const columns = Math.max(2, Math.floor((widthPx + gapPx) / (leastPx + gapPx)));
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

export interface Point {
  x: number;
  y: number;
}

/** Positions of the tiles that a frame between two points of the grid touches, in order. */
export function positionsWithin(from: Point, to: Point, { columns, tilePx, rowPx }: Grid, total: number): number[] {
  const columnPx = tilePx + gapPx;
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y) - paddingPx.start, Math.max(from.y, to.y) - paddingPx.start];
  const firstColumn = Math.max(0, Math.ceil((left - tilePx) / columnPx));
  const lastColumn = Math.min(columns - 1, Math.floor(right / columnPx));
  const firstRow = Math.max(0, Math.ceil((top - (rowPx - gapPx)) / rowPx));
  const lastRow = Math.min(Math.ceil(total / columns) - 1, Math.floor(bottom / rowPx));
  const positions: number[] = [];
  for (let row = firstRow; row <= lastRow; row += 1)
    for (let column = firstColumn; column <= lastColumn; column += 1)
      if (row * columns + column < total) positions.push(row * columns + column);
  return positions;
}
