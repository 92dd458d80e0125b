/** @file Progress of any job as people read it. */
import { expect, test } from 'vitest';
import { describeStage } from './job-words.ts';

test('a stage is said in words, with how far it is', () => {
  expect(describeStage({ stage: 'pixels', done: 500, total: 2000, note: 'training' })).toEqual({
    words: 'Decoding the pictures',
    share: 0.25,
    note: '500 of 2,000 · training',
  });
});

test('milliseconds of a tuning are a share and no count', () => {
  expect(describeStage({ stage: 'tune', done: 30_000, total: 60_000, note: '7 trials' })).toEqual({
    words: 'Trying settings',
    share: 0.5,
    note: '7 trials',
  });
});

test.each([
  [null, 'Beginning'],
  [{}, 'Beginning'],
  [{ stage: 'umap', done: 3 }, 'Drawing the map'],
  [{ stage: 'polish', done: 3 }, 'polish'],
])('%j has no share, and words all the same', (progress, words) => {
  expect(describeStage(progress)).toEqual({ words, share: undefined, note: '' });
});
