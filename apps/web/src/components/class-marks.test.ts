/** @file Classes keep their mark, and marks differ. */
import { expect, test } from 'vitest';
import { markAt, markColors, markOf, markShapes } from './class-marks.ts';

test('the first classes all differ, and neighbors differ in color and in shape', () => {
  const marks = Array.from({ length: markColors.length * markShapes.length }, (_, position) => markAt(position));

  expect(new Set(marks.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(42);
  for (const [position, mark] of marks.slice(1).entries()) {
    expect(mark.color).not.toBe(marks[position]?.color);
    expect(mark.shape).not.toBe(marks[position]?.shape);
  }
});

test('a class has the same mark wherever it is shown, known or not, and keeps it when another is added', () => {
  const before = ['can', 'box'];
  const after = [...before, 'bag'];

  expect(markOf('can', before)).toEqual(markAt(0));
  expect(after.slice(0, 2).map((name) => markOf(name, after))).toEqual(before.map((name) => markOf(name, before)));
  expect(markOf('never seen', before)).toEqual(markOf('never seen', before));
});
