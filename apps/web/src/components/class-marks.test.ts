/** @file Classes keep their mark, and marks differ. */
import { expect, test } from 'vitest';
import { listClassNames, markAt, markColors, markOf, markShapes } from './class-marks.ts';

test('the first classes all differ, and neighbors differ in color and in shape', () => {
  const marks = Array.from({ length: markColors.length * markShapes.length }, (_, position) => markAt(position));

  expect(new Set(marks.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(42);
  for (const [position, mark] of marks.slice(1).entries()) {
    expect(mark.color).not.toBe(marks[position]?.color);
    expect(mark.shape).not.toBe(marks[position]?.shape);
  }
});

test('a class has the same mark wherever it is shown, known or not', () => {
  const names = listClassNames([{ classes: [{ name: 'can' }, { name: 'box' }] }, { classes: [{ name: 'can' }] }]);

  expect(names).toEqual(['box', 'can']);
  expect(markOf('can', names)).toEqual(markAt(1));
  expect(markOf('never seen', names)).toEqual(markOf('never seen', names));
});
