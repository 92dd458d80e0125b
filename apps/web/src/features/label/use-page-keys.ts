/** @file Moving and marking over a grid of pictures by keyboard. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { type Move, moveCursor } from '../catalog/grid.ts';
import { markAs, markRange, moveTo, noMarks, type PageMarks, toggleMark } from './page-marks.ts';
import { countColumns } from './TileGrid.tsx';

export interface PageKeys {
  marks: PageMarks;
  gridRef: RefObject<HTMLDivElement | null>;
  go: (move: Move) => void;
  toggle: (position: number, isRange: boolean) => void;
  markAs: (className: string) => void;
  clear: () => void;
}

/** Marks of another page, named by `key`, are others. */
export function usePageKeys(key: string, ids: readonly string[]): PageKeys {
  const [state, setState] = useState({ key, marks: noMarks });
  const marks = state.key === key ? state.marks : noMarks;
  const gridRef = useRef<HTMLDivElement>(null);
  const change = (next: PageMarks): void => setState({ key, marks: next });
  useEffect(() => {
    gridRef.current?.children[marks.cursor]?.scrollIntoView({ block: 'nearest' });
  }, [marks.cursor]);
  return {
    marks,
    gridRef,
    go: (move) =>
      change(
        moveTo(
          marks,
          moveCursor(marks.cursor, move, { columns: countColumns(gridRef.current), rows: 3, total: ids.length }),
        ),
      ),
    toggle: (position, isRange) => {
      const id = ids[position];
      if (id === undefined) return;
      change(isRange ? markRange(marks, position, ids) : toggleMark(marks, position, id));
    },
    markAs: (className) => change(markAs(marks, className, ids)),
    clear: () => change({ ...noMarks, cursor: marks.cursor }),
  };
}
