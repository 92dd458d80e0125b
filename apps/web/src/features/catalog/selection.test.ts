/** @file Selecting by key and by mouse ends in the same set. */
import { expect, test } from 'vitest';
import { emptySelection, keepPresent, selectAll, selectRange, toggle } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];

test('selecting twice deselects', () => {
  const once = toggle(emptySelection, 1, 'b');
  const twice = toggle(once, 1, 'b');

  expect([...once.ids]).toEqual(['b']);
  expect([...twice.ids]).toEqual([]);
});

test('a range goes from the last selected sample, in either direction, and adds to the selection', () => {
  const selected = selectRange(toggle(toggle(emptySelection, 0, 'a'), 3, 'd'), 1, order);

  expect([...selected.ids].sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(selected.anchor).toBe(3);
});

test('a second range starts at the same anchor', () => {
  const anchored = toggle(emptySelection, 2, 'c');

  const selected = selectRange(selectRange(anchored, 0, order), 4, order);

  expect([...selected.ids].sort()).toEqual(order);
});

test('a range without an anchor is one sample', () => {
  expect([...selectRange(emptySelection, 2, order).ids]).toEqual(['c']);
});

test('what was removed is no longer selected', () => {
  const left = keepPresent(selectAll(order, 0), new Set(['a', 'e']));

  expect([...left.ids]).toEqual(['b', 'c', 'd']);
});
