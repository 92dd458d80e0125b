/** @file The list of pictures that are not tried again. */
import { expect, test } from 'vitest';
import { PoisonList } from './poison-list.ts';

const picture = (n: number): string => `hash${n}`;

test('a crash lists a picture at once, a timeout only the second time', () => {
  const list = new PoisonList();

  list.add(picture(1), 'crashed');
  list.add(picture(2), 'timed out');

  expect(list.find(picture(1))).toBe('crashed');
  expect(list.find(picture(2))).toBeUndefined();
  list.add(picture(2), 'timed out');
  expect(list.find(picture(2))).toBe('timed out');
  expect(list.find(picture(3))).toBeUndefined();
});

test('the list forgets its oldest pictures first', () => {
  const list = new PoisonList(2);

  for (const n of [1, 2, 3]) list.add(picture(n), 'crashed');

  expect([1, 2, 3].map((n) => list.find(picture(n)))).toEqual([undefined, 'crashed', 'crashed']);
});
