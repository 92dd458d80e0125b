/** @file What points are colored by: kinds with their counts, and the kind of every point. */
import { expect, test } from 'vitest';
import { markOf } from '../../../components/class-marks.ts';
import { colorings, colorPoints, parseColor } from './kinds.ts';
import { toPoints } from './points.ts';

const points = toPoints({
  dataset: 'pets',
  method: 'pca',
  // In the order in which they were met, not by name.
  classes: ['dog', 'cat'],
  blocks: [
    {
      sampleIds: ['s_0', 's_1', 's_2', 's_3'],
      x: [0, 0, 0, 0],
      y: [0, 0, 0, 0],
      classIndices: [0, 1, 1, -1],
      splits: [0, 2, -1, -1],
      doubts: [1, 3, 2, 0],
    },
  ],
});
const mark = (name: string) => markOf(name, ['cat', 'dog']);

test('classes come by name with their own marks, pictures without a label first', () => {
  const { kinds, kindOf } = colorPoints(points, 'class', mark);

  expect(kinds.map(({ name, count }) => [name, count])).toEqual([
    ['No label', 1],
    ['cat', 2],
    ['dog', 1],
  ]);
  expect([...kindOf]).toEqual([2, 1, 1, 0]);
  expect(kinds[1]?.mark).toEqual(mark('cat'));
});

test('splits and doubts count every point once', () => {
  expect(colorPoints(points, 'split', mark).kinds.map(({ name, count }) => [name, count])).toEqual([
    ['In no split', 2],
    ['train', 1],
    ['validation', 0],
    ['test', 1],
  ]);
  expect([...colorPoints(points, 'doubt', mark).kindOf]).toEqual([1, 3, 2, 0]);
});

test.each(colorings)('kinds of %s differ in shape, not by color alone', (coloring) => {
  const { kinds } = colorPoints(points, coloring, mark);
  const looks = kinds.slice(1).map((kind) => kind.mark.shape);

  expect(new Set(looks).size).toBe(looks.length);
});

test('colors are parsed to shares', () => {
  expect(parseColor('#ff8000')).toEqual([1, expect.closeTo(0.502, 3), 0]);
});
