/** @file Filters as people read them. */
import { expect, test } from 'vitest';
import { listFilterWords, withoutNames } from './filter-words.ts';
import type { PicturesQuery } from './gallery-filter.ts';

test.each<[PicturesQuery, string[]]>([
  [{ dataset: 'street', class: 'cat', split: 'test', text: 'a', sort: 'path', removed: true }, []],
  [{ tag: 'blurry', annotator: 'ada' }, ['tagged blurry', 'labeled by ada']],
  [{ from: '2026-11-01', to: '2026-11-01' }, ['added on 2026-11-01']],
  [{ to: '2026-11-01' }, ['added until 2026-11-01']],
  [{ version: 'pets@3' }, ['answers of pets@3']],
  [
    { version: 'pets@3', predicted: 'cat', confidence: '0.2:0.6', wrong: true },
    ['wrong answers of pets@3, cat, sure 20\u00a0% to 60\u00a0%'],
  ],
  [{ measure: 'brightness::0.2' }, ['brightness at most 0.2']],
  [{ source: 'human', issue: 'near-duplicate' }, ['label by hand', 'near-duplicates']],
])('%j is read as %j', (query, expected) => {
  expect(listFilterWords(query).map(({ text }) => text)).toEqual(expected);
});

test('a view is called by its name', () => {
  expect(listFilterWords({ view: `view_${'0'.repeat(20)}` }, 'dark cats').map(({ text }) => text)).toEqual([
    'dark cats',
  ]);
});

test('taking a version off takes everything about its answers off, the order by confidence too', () => {
  const query: PicturesQuery = { version: 'pets@3', wrong: true, class: 'cat', sort: '-confidence' };
  const [word] = listFilterWords(query);

  expect(withoutNames(query, word?.names ?? [])).toEqual({ class: 'cat' });
});
