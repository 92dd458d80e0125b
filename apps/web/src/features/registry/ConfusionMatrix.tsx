/** @file The confusion matrix as a table whose cells one walks with arrow keys: counts to read, the share of the row as tint, the cell as a sentence. */
import { UnstyledButton } from '@mantine/core';
import { type CSSProperties, type KeyboardEvent, useRef, useState } from 'react';
import { ClassGlyph } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import classes from './ConfusionMatrix.module.css';
import { type Cell, type Confusion, computeRowShares, describeCell, findWorstCell, moveCell } from './confusion.ts';

export interface ConfusionMatrixProps {
  confusion: Confusion;
  classNames: readonly string[];
  /** Opens the pictures of a cell; absent where they are not known. */
  onOpen?: ((cell: { className: string; predicted: string }) => void) | undefined;
}

export function ConfusionMatrix({ confusion, classNames, onOpen }: ConfusionMatrixProps) {
  const table = useRef<HTMLTableElement>(null);
  const worst = findWorstCell(confusion);
  const [focused, setFocused] = useState<Cell>(worst ?? { row: 0, column: 0 });
  const [pointed, setPointed] = useState<Cell>();
  const shares = computeRowShares(confusion);
  const shown = pointed ?? focused;

  const walk = (event: KeyboardEvent): void => {
    const next = moveCell(focused, event.key, classNames.length);
    if (!next) return;
    event.preventDefault();
    setFocused(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };

  return (
    <div className={classes.frame}>
      <div className={classes.scroller}>
        <table ref={table} className={classes.matrix} aria-label="Counts by true and predicted class">
          <thead>
            <tr>
              <td className={classes.corner}>
                <span>true ↓ predicted →</span>
              </td>
              {classNames.map((name) => (
                <th key={name} scope="col">
                  <span className={classes.column}>
                    <ClassGlyph className={name} />
                    <span>{name}</span>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((counts, row) => (
              <tr key={classNames[row]}>
                <th scope="row">
                  <span className={classes.row}>
                    <ClassGlyph className={classNames[row] ?? ''} />
                    <span title={classNames[row]}>{classNames[row]}</span>
                  </span>
                </th>
                {counts.map((count, column) => (
                  <td
                    key={classNames[column]}
                    data-right={row === column || undefined}
                    style={{ '--share': `${(shares[row]?.[column] ?? 0) * 100}%` } as CSSProperties}
                  >
                    <UnstyledButton
                      className={classes.cell}
                      data-cell={`${row} ${column}`}
                      tabIndex={row === focused.row && column === focused.column ? 0 : -1}
                      onKeyDown={walk}
                      data-opens={(onOpen && count > 0) || undefined}
                      aria-label={
                        onOpen && count > 0
                          ? `${formatCounted(count, 'picture')} of ${classNames[row]}, taken for ${classNames[column]}: show`
                          : undefined
                      }
                      onClick={() => {
                        if (count > 0)
                          onOpen?.({ className: classNames[row] ?? '', predicted: classNames[column] ?? '' });
                      }}
                      onFocus={() => setFocused({ row, column })}
                      onMouseEnter={() => setPointed({ row, column })}
                      onMouseLeave={() => setPointed(undefined)}
                    >
                      {formatCount(count)}
                    </UnstyledButton>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <output className={classes.sentence}>{describeCell(confusion, classNames, shown)}</output>
      {onOpen && <p className={classes.hint}>Press a cell to open its pictures.</p>}
    </div>
  );
}
