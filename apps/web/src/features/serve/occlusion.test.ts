/** @file The map lies where the picture does. */
import { expect, test } from 'vitest';
import { describeOcclusion, placeMap, weighCells } from './occlusion.ts';

const all = { left: 0, top: 0, width: 1, height: 1 };

test.each([
  ['a square in a wide frame', 1, 4 / 3, all, { left: 0.125, top: 0, width: 0.75, height: 1 }],
  ['a wide picture', 2, 4 / 3, all, { left: 0, top: 1 / 6, width: 1, height: 2 / 3 }],
  [
    'the middle of a picture that fills it',
    4 / 3,
    4 / 3,
    { left: 0.25, top: 0, width: 0.5, height: 1 },
    { left: 0.25, top: 0, width: 0.5, height: 1 },
  ],
])('%s', (_name, ratio, frame, region, place) => {
  const found = placeMap(ratio, frame, region);

  for (const side of ['left', 'top', 'width', 'height'] as const) expect(found[side]).toBeCloseTo(place[side], 9);
});

test('cells are weighed by the largest drop, and what makes the model surer is not shown', () => {
  expect(weighCells({ drops: [0.4, 0.1, -0.2] })).toEqual([1, 0.25, 0]);
  expect(weighCells({ drops: [0.01, 0.001] })).toEqual([0, 0]);
});

test('the sentence says how much the part matters', () => {
  const map = { class: 'boxes', rows: 1, columns: 2, region: all, drops: [0.342, 0] };

  expect(describeOcclusion(map)).toBe('Covering the brightest part takes 34.2 points from “boxes”.');
  expect(describeOcclusion({ ...map, drops: [0.01, 0] })).toContain('No single part matters');
});
