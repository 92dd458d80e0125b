/** @file What a confusion matrix says: shares of its rows, and sentences. Rows are true classes, columns predicted ones. */
import { formatCount, formatCounted, formatShare } from '../../components/format.ts';
import { computeWilsonInterval } from './interval.ts';

export type Confusion = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Each row divided by its sum; a row without pictures stays zero. */
export const computeRowShares = (confusion: Confusion): number[][] =>
  confusion.map((row) => {
    const total = sum(row);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });

export interface Cell {
  row: number;
  column: number;
}

/** One cell as a sentence: `4 of 60 pictures of "boxes" (6.7 %) were taken for "soda-cans".` */
export function describeCell(confusion: Confusion, classes: readonly string[], { row, column }: Cell): string {
  const counts = confusion[row] ?? [];
  const total = sum(counts);
  const count = counts[column] ?? 0;
  if (total === 0) return `There was no picture of “${classes[row]}”.`;
  const share = `${formatCount(count)} of ${formatCounted(total, 'picture')} of “${classes[row]}” (${formatShare(count / total)})`;
  const verb = count === 1 ? 'was' : 'were';
  return row === column ? `${share} ${verb} recognized.` : `${share} ${verb} taken for “${classes[column]}”.`;
}

/** The cell off the diagonal with the largest share of its row; undefined where nothing was confused. */
export function findWorstCell(confusion: Confusion): Cell | undefined {
  let worst: Cell | undefined;
  let worstShare = 0;
  computeRowShares(confusion).forEach((shares, row) => {
    shares.forEach((share, column) => {
      if (row === column || share <= worstShare) return;
      worst = { row, column };
      worstShare = share;
    });
  });
  return worst;
}

export interface ClassIntervals {
  precision: [number, number] | undefined;
  recall: [number, number] | undefined;
}

/** 95 % intervals of each class's precision and recall, from the counts behind them. */
export const computeClassIntervals = (confusion: Confusion): ClassIntervals[] =>
  confusion.map((row, index) => {
    const right = row[index] ?? 0;
    return {
      precision: computeWilsonInterval(right, sum(confusion.map((other) => other[index] ?? 0))),
      recall: computeWilsonInterval(right, sum(row)),
    };
  });

/** The cell after an arrow key, or undefined for another key. It stays inside the matrix. */
export function moveCell({ row, column }: Cell, key: string, size: number): Cell | undefined {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  if (!step) return undefined;
  const within = (value: number): number => Math.min(size - 1, Math.max(0, value));
  return { row: within(row + step[0]), column: within(column + step[1]) };
}
