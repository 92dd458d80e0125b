/** @file Selecting by key and by mouse ends in the same set. */
import { expect, test } from 'vitest';
import { add, emptySelection, rangeTo, toggle, without } from './selection.ts';

const aKey = (id: string) => ({ id, className: 'cat', group: null });
const idsOf = ({ keys }: typeof emptySelection): string[] => [...keys.keys()];

test('selecting twice deselects', () => {
  const once = toggle(emptySelection, 1, aKey('b'));
  const twice = toggle(once, 1, aKey('b'));

  expect(idsOf(once)).toEqual(['b']);
  expect(idsOf(twice)).toEqual([]);
});

test('a range goes from the last sample selected by itself, in either direction', () => {
  const anchored = toggle(emptySelection, 3, aKey('d'));

  expect([rangeTo(anchored, 1), rangeTo(anchored, 5), rangeTo(emptySelection, 2)]).toEqual([
    { first: 1, last: 3 },
    { first: 3, last: 5 },
    { first: 2, last: 2 },
  ]);
});

test('what is added joins what is selected, and the anchor stays', () => {
  const anchored = toggle(toggle(emptySelection, 0, aKey('a')), 3, aKey('d'));

  const selected = add(anchored, [aKey('c'), aKey('d')], 2);

  expect(idsOf(selected)).toEqual(['a', 'd', 'c']);
  expect([selected.anchor, add(emptySelection, [aKey('c')], 2).anchor]).toEqual([3, 2]);
});

test('what is gone is no longer selected', () => {
  const selected = add(emptySelection, ['a', 'b', 'c'].map(aKey), 0);

  expect(idsOf(without(selected, new Set(['a', 'elsewhere'])))).toEqual(['b', 'c']);
});
