/** @file Pointing, stepping and lassoing on a map of nine points in a square. */
import { expect, test } from 'vitest';
import { findNearest, findNext, selectInside, toPoints } from './points.ts';

/** Three by three, numbered by rows from the lower left: 0 1 2 / 3 4 5 / 6 7 8. */
const square = toPoints({
  dataset: 'pets',
  method: 'pca',
  classes: ['cat'],
  blocks: [block([0, 1, 2, 3]), block([4, 5, 6, 7, 8])],
});
const all = () => true;

function block(numbers: readonly number[]) {
  return {
    sampleIds: numbers.map((n) => `s_${n}`),
    x: numbers.map((n) => (n % 3) - 1),
    y: numbers.map((n) => Math.floor(n / 3) - 1),
    classIndices: numbers.map(() => 0),
    splits: numbers.map(() => -1),
    doubts: numbers.map(() => 1),
  };
}

test('blocks become columns in their order', () => {
  expect(square).toMatchObject({ count: 9, classes: ['cat'] });
  expect([...square.x]).toEqual([-1, 0, 1, -1, 0, 1, -1, 0, 1]);
  expect(square.sampleIds[8]).toBe('s_8');
});

test('the nearest point is found within reach, and hidden ones are not pointed at', () => {
  expect(findNearest(square, { x: 0.1, y: 0.1 }, { reach: 0.5, isShown: all })).toBe(4);
  expect(findNearest(square, { x: 0.1, y: 0.1 }, { reach: 0.5, isShown: (n) => n !== 4 })).toBeUndefined();
  expect(findNearest(square, { x: 0.4, y: 0.5 }, { reach: 2, isShown: (n) => n > 6 })).toBe(7);
});

test('arrow keys step to the neighbor in their direction and stay at the border', () => {
  const steps = (['left', 'right', 'up', 'down'] as const).map((direction) =>
    findNext(square, 4, { direction, isShown: all }),
  );

  expect(steps).toEqual([3, 5, 7, 1]);
  expect(findNext(square, 8, { direction: 'up', isShown: all })).toBe(8);
  expect(findNext(square, 4, { direction: 'right', isShown: (n) => n !== 5 })).not.toBe(5);
});

test('a line around some points takes those inside it that are shown', () => {
  const line = [
    { x: -1.5, y: -1.5 },
    { x: 0.5, y: -1.5 },
    { x: 0.5, y: 0.5 },
    { x: -1.5, y: 0.5 },
  ];

  expect(selectInside(square, line, all)).toEqual([0, 1, 3, 4]);
  expect(selectInside(square, line, (n) => n !== 0)).toEqual([1, 3, 4]);
  expect(selectInside(square, line.slice(0, 2), all)).toEqual([]);
});
