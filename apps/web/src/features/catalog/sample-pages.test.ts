/** @file Any part of a list can be there without the parts before it. */
import type { ListedSample } from '@tintype/contracts/catalog';
import { expect, test } from 'vitest';
import { belongs, changeSamples, pagesWithin, withMargin } from './sample-pages.ts';

const aSample = (id: string, change: Partial<ListedSample> = {}): ListedSample =>
  ({ id, className: 'cat', group: null, removedAt: null, ...change }) as ListedSample;

test.each([
  [{ first: 0, last: 0 }, [0]],
  [{ first: 190, last: 210 }, [0, 1]],
  [{ first: 99_800, last: 99_999 }, [499]],
  [{ first: -5, last: -1 }, [0]],
])('positions %j are on pages %j', (range, pages) => {
  expect(pagesWithin(range)).toEqual(pages);
});

test('a margin stays within the list', () => {
  expect(withMargin({ first: 50, last: 120 }, 150)).toEqual({ first: 0, last: 149 });
  expect(withMargin({ first: 500, last: 560 }, 1000)).toEqual({ first: 400, last: 660 });
  expect(withMargin({ first: 0, last: 40 }, 0)).toEqual({ first: 0, last: 0 });
});

test('a change touches the named samples, and pages without them stay the same object', () => {
  const page = { items: [aSample('a'), aSample('b')], total: 2 };

  const changed = changeSamples(page, new Set(['b']), (sample) => ({ ...sample, className: 'dog' }));

  expect(changed.items.map(({ className }) => className)).toEqual(['cat', 'dog']);
  expect(changeSamples(page, new Set(['elsewhere']), (sample) => sample)).toBe(page);
});

test.each([
  [{}, {}, true],
  [{ removedAt: 1 }, {}, false],
  [{ removedAt: 1 }, { removed: true }, true],
  [{ className: 'dog' }, { class: 'cat' }, false],
  [{ className: null }, { class: '' }, true],
  [{ group: 'left' }, { group: 'right' }, false],
  [{}, { tag: 'blurry', split: 'test' as const }, true],
])('a sample changed by %j among those of %j: %s', (change, query, expected) => {
  expect(belongs(aSample('a', change), query)).toBe(expected);
});
