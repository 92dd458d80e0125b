/** @file Which word was meant. */
import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const words = ['init', 'ingest', 'catalog', 'train', 'evaluate', 'models'];

test.each([
  ['cat', 'catalog'],
  ['catalogue', 'catalog'],
  ['trian', 'train'],
  ['model', 'models'],
  ['evalute', 'evaluate'],
])('%s was probably meant as %s', (word, meant) => {
  expect(suggest(word, words)).toBe(meant);
});

test.each(['deploy', 'x', ''])('nothing is near "%s"', (word) => {
  expect(suggest(word, words)).toBeUndefined();
});
