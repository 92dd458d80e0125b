/** @file Pages grow with what is looked at, and shrink by what was removed. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { expect, test } from 'vitest';
import { choosePageSize, countTotal, withoutSamples } from './sample-pages.ts';

const aPage = (ids: readonly string[], total: number) => ({ items: ids.map((id) => ({ id }) as ListedSample), total });

test.each([
  [0, 40, 200],
  [200, 260, 200],
  [200, 900, 700],
  [200, 99_000, 1000],
])('with %i loaded and pictures up to %i to be seen, %i are asked for', (loaded, needed, expected) => {
  expect(choosePageSize(loaded, needed)).toBe(expected);
});

test('removed samples leave their pages and every total', () => {
  const pages = [aPage(['a', 'b'], 5), aPage(['c', 'd'], 5)];

  const left = withoutSamples(pages, new Set(['b', 'c', 'elsewhere']));

  expect(left.map((page) => page.items.map((sample) => sample.id))).toEqual([['a'], ['d']]);
  expect(countTotal(left)).toBe(3);
});

test('the newest page tells the total', () => {
  expect(countTotal([aPage(['a'], 9), aPage(['b'], 10)])).toBe(10);
  expect(countTotal([])).toBe(0);
});
