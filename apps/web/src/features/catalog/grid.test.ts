/** @file The cursor stays on pictures, and tiles fill their row. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapPx, layOut, type Move, moveCursor, tileSizes } from './grid.ts';

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
    fc.property(fc.integer({ min: 480, max: 2560 }), fc.constantFrom('small', 'medium', 'large'), (widthPx, size) => {
      const { columns, tilePx } = layOut(widthPx, size);

      expect(tilePx).toBeGreaterThanOrEqual(tileSizes[size]);
      expect(widthPx - (columns * tilePx + gapPx * (columns - 1))).toBeLessThan(columns);
    }),
  );
});
