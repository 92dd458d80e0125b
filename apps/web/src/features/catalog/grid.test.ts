/** @file The cursor stays on pictures, and tiles fill their row. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapPx, layOut, type Move, moveCursor, paddingPx, positionsWithin, tilePxOf, tileSteps } from './grid.ts';

const moves: Move[] = ['left', 'right', 'up', 'down', 'pageUp', 'pageDown', 'first', 'last'];

test('no key moves the cursor off the pictures', () => {
  fc.assert(
    fc.property(
      fc.record({
        total: fc.integer({ min: 1, max: 100_000 }),
        columns: fc.integer({ min: 2, max: 24 }),
        rows: fc.integer({ min: 1, max: 12 }),
      }),
      fc.array(fc.constantFrom(...moves), { maxLength: 40 }),
      (grid, keys) => {
        const end = keys.reduce((cursor, key) => moveCursor(cursor, key, grid), 0);

        expect(end).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThan(grid.total);
      },
    ),
  );
});

test.each([
  ['right', 0, 1],
  ['left', 0, 0],
  ['down', 1, 5],
  ['down', 7, 9],
  ['down', 8, 8],
  ['up', 6, 2],
  ['up', 2, 2],
  ['pageDown', 1, 9],
  ['last', 0, 9],
  ['first', 9, 0],
] as const)('in 10 pictures of 4 columns, %s goes from %i to %i', (move, from, to) => {
  expect(moveCursor(from, move, { columns: 4, rows: 4, total: 10 })).toBe(to);
});

test('tiles are at least as wide as asked where two fit, and fill the row to a pixel a tile', () => {
  fc.assert(
    fc.property(fc.integer({ min: 800, max: 2560 }), fc.constantFrom(...tileSteps), (widthPx, leastPx) => {
      const { columns, tilePx } = layOut(widthPx, leastPx);

      expect(tilePx).toBeGreaterThanOrEqual(leastPx);
      expect(widthPx - (columns * tilePx + gapPx * (columns - 1))).toBeLessThan(columns);
    }),
  );
});

test('whatever size was stored, there is one', () => {
  expect([-3, 1.4, 99].map(tilePxOf)).toEqual([tileSteps[0], tileSteps[1], tileSteps.at(-1)]);
});

test.each([
  ['a corner of the first tile', { x: 95, y: 95 }, { x: 99, y: 99 }, [0]],
  ['the gap between two tiles', { x: 101, y: 10 }, { x: 107, y: 20 }, []],
  ['two by two, drawn upwards', { x: 210, y: 140 }, { x: 110, y: 10 }, [1, 5]],
  ['a row and what hangs into the next', { x: 0, y: 0 }, { x: 500, y: 140 }, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['below the last picture', { x: 0, y: 5000 }, { x: 500, y: 6000 }, []],
  ['everything', { x: -10, y: -10 }, { x: 9999, y: 9999 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])('a frame over %s', (_what, from, to, expected) => {
  const grid = { columns: 4, tilePx: 100, rowPx: 132 };
  const shifted = (point: { x: number; y: number }) => ({ x: point.x, y: point.y + paddingPx.start });

  expect(positionsWithin(shifted(from), shifted(to), grid, 10)).toEqual(expected);
});
