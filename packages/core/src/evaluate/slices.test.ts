/** @file Slices divide pictures, and say where one stands out. */
import { expect, test } from 'vitest';
import { computeSlices, isInSlice, type SlicedPicture } from './slices.ts';

const aPicture = (change: Partial<SlicedPicture> = {}): SlicedPicture => ({
  isRight: true,
  dataset: 'shop',
  widthPx: 640,
  heightPx: 480,
  brightness: 0.6,
  tags: [],
  ...change,
});
const several = (length: number, change: Partial<SlicedPicture>): SlicedPicture[] =>
  Array.from({ length }, () => aPicture(change));

test('a kind that holds all pictures in one slice is left out, and so are pictures nobody measured', () => {
  expect(
    computeSlices([...several(5, {}), ...several(5, { brightness: null })]).map(({ kind, name }) => [kind, name]),
  ).toEqual([['brightness', '50 to 75 %']]);
});

test('a slice has its accuracy, its interval, that of the rest, and whether they are apart', () => {
  const pictures = [...several(90, {}), ...several(10, { widthPx: 90, heightPx: 200, isRight: false })];

  const [small, large] = computeSlices(pictures);

  expect(small).toMatchObject({
    kind: 'size',
    name: '64 to 128 px',
    pictures: 10,
    accuracy: 0,
    rest: 1,
    standsOut: true,
  });
  expect(small?.interval[1]).toBeCloseTo(0.2775, 3);
  expect(large).toMatchObject({ name: '256 to 512 px', accuracy: 1, rest: 0, standsOut: true });
});

test('a few pictures that are as good as the others do not stand out', () => {
  const [blurred] = computeSlices([
    ...several(95, {}),
    ...several(5, { isRight: false }),
    ...several(4, { tags: ['blurred'] }),
  ]);

  expect(blurred).toMatchObject({ kind: 'tag', name: 'blurred', pictures: 4, standsOut: false });
});

test('ranges stand in the order of their numbers, and the last has no end', () => {
  const pictures = [30, 100, 2000, 300].map((side) => aPicture({ widthPx: side, heightPx: side }));

  expect(computeSlices(pictures).map(({ name }) => name)).toEqual([
    '0 to 64 px',
    '64 to 128 px',
    '256 to 512 px',
    '1024 px or more',
  ]);
  expect(isInSlice(aPicture({ widthPx: 1024, heightPx: 1024 }), { kind: 'size', name: '1024 px or more' })).toBe(true);
});
