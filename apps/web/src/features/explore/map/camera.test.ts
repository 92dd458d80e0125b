/** @file Panning and zooming: what one holds on to stays under the pointer. */
import { expect, test } from 'vitest';
import { pan, pixelsPerUnit, reveal, toPixel, toPlace, wholeMap, zoomAt } from './camera.ts';

const frame = { widthPx: 800, heightPx: 600 };

test('pixels and places are each other’s inverse, with y upwards', () => {
  const camera = { x: 0.2, y: -0.1, zoom: 3 };
  const place = { x: 0.4, y: 0.3 };

  const back = toPlace(camera, frame, toPixel(camera, frame, place));

  expect(back.x).toBeCloseTo(0.4, 9);
  expect(back.y).toBeCloseTo(0.3, 9);
  expect(toPixel(wholeMap, frame, { x: 0, y: 1 }).y).toBeLessThan(300);
});

test('the whole map fits the shorter side', () => {
  expect(pixelsPerUnit(wholeMap, frame)).toBe(282);
});

test('zooming keeps what is under the pointer there', () => {
  const pixel = { x: 120, y: 480 };
  const before = toPlace(wholeMap, frame, pixel);

  const closer = zoomAt(wholeMap, frame, { factor: 4, pixel });

  const after = toPlace(closer, frame, pixel);
  expect(closer.zoom).toBe(4);
  expect([after.x, after.y]).toEqual([expect.closeTo(before.x, 9), expect.closeTo(before.y, 9)]);
});

test('dragging moves the map with the pointer, but never out of sight', () => {
  expect(pan(wholeMap, frame, { x: 28.2, y: 0 }).x).toBeCloseTo(-0.1, 9);
  expect(pan(wholeMap, frame, { x: 100_000, y: 0 }).x).toBe(-1.2);
});

test('a place outside the picture is brought in, one inside moves nothing', () => {
  const close = { x: 0, y: 0, zoom: 10 };

  const moved = reveal(close, frame, { x: 0.9, y: 0 });

  expect(toPixel(moved, frame, { x: 0.9, y: 0 }).x).toBeCloseTo(776, 6);
  expect(reveal(close, frame, { x: 0, y: 0 })).toEqual(close);
});
