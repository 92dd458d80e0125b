/** @file Which epoch is kept, on few pictures and on many. */
import { expect, test } from 'vitest';
import { isBetterEpoch } from './is-better-epoch.ts';

test('on few pictures a lucky early epoch does not beat a later one with a lower loss', () => {
  const [lucky, later] = [
    { accuracy: 0.778, loss: 0.82 },
    { accuracy: 0.75, loss: 0.67 },
  ];

  expect(isBetterEpoch(later, lucky, 72)).toBe(true);
  expect(isBetterEpoch(lucky, later, 72)).toBe(false);
});

test('on many pictures the same difference is one, whatever the loss', () => {
  const [better, worse] = [
    { accuracy: 0.778, loss: 0.82 },
    { accuracy: 0.75, loss: 0.67 },
  ];

  expect(isBetterEpoch(better, worse, 5000)).toBe(true);
  expect(isBetterEpoch(worse, better, 5000)).toBe(false);
});

test('all right is as good as all right with a lower loss only', () => {
  expect(isBetterEpoch({ accuracy: 1, loss: 0.1 }, { accuracy: 1, loss: 0.2 }, 10)).toBe(true);
  expect(isBetterEpoch({ accuracy: 1, loss: 0.2 }, { accuracy: 1, loss: 0.2 }, 10)).toBe(false);
});
