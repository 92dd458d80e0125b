/** @file The matrix says in words what it shows in numbers. */
import { expect, test } from 'vitest';
import { computeClassIntervals, computeRowShares, describeCell, findWorstCell, moveCell } from './confusion.ts';

const classes = ['boxes', 'cans', 'bottles'];
const confusion = [
  [8, 2, 0],
  [1, 30, 9],
  [0, 0, 0],
];

test('rows are divided by their own sum, and an empty row stays zero', () => {
  expect(computeRowShares(confusion)).toEqual([
    [0.8, 0.2, 0],
    [0.025, 0.75, 0.225],
    [0, 0, 0],
  ]);
});

test.each([
  [{ row: 0, column: 1 }, '2 of 10 pictures of “boxes” (20.0\u00a0%) were taken for “cans”.'],
  [{ row: 1, column: 0 }, '1 of 40 pictures of “cans” (2.5\u00a0%) was taken for “boxes”.'],
  [{ row: 0, column: 0 }, '8 of 10 pictures of “boxes” (80.0\u00a0%) were recognized.'],
  [{ row: 2, column: 0 }, 'There was no picture of “bottles”.'],
])('cell %j reads: %s', (cell, sentence) => {
  expect(describeCell(confusion, classes, cell)).toBe(sentence);
});

test('the worst confusion is the largest share of a row off the diagonal', () => {
  expect(findWorstCell(confusion)).toEqual({ row: 1, column: 2 });
  expect(
    findWorstCell([
      [3, 0],
      [0, 4],
    ]),
  ).toBeUndefined();
});

test('precision is counted down a column and recall along a row', () => {
  const [boxes, , bottles] = computeClassIntervals(confusion);

  expect(boxes?.precision?.[1]).toBeCloseTo(0.9801, 3);
  expect(boxes?.recall?.[1]).toBeCloseTo(0.9433, 3);
  expect(bottles?.recall).toBeUndefined();
});

test('arrow keys move within the matrix, other keys do not', () => {
  expect(moveCell({ row: 0, column: 0 }, 'ArrowUp', 3)).toEqual({ row: 0, column: 0 });
  expect(moveCell({ row: 0, column: 2 }, 'ArrowDown', 3)).toEqual({ row: 1, column: 2 });
  expect(moveCell({ row: 0, column: 0 }, 'Tab', 3)).toBeUndefined();
});
