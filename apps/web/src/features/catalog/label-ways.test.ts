/** @file The ways back that a picture's history offers. */
import type { LabelEvent, LabelSource } from '@tintype/contracts/label';
import { expect, test } from 'vitest';
import { findWay } from './label-ways.ts';

const anEvent = (className: string | null, source: LabelSource = 'human'): LabelEvent => ({
  id: 'label_1',
  sampleId: `s_${'0'.repeat(20)}`,
  className,
  annotator: 'ada',
  source,
  at: 1,
});
/** Newest first; the label is that of the first that is no opinion. */
const waysOf = (newest: readonly LabelEvent[]) => {
  const label = newest.find(({ source }) => source !== 'opinion')?.className ?? null;
  return newest.map((_, index) => findWay(newest, index, label));
};

test('the last label can be taken back, an earlier one given again, and what is the label already is not offered', () => {
  expect(waysOf([anEvent('cat'), anEvent('dog'), anEvent('cat')])).toEqual([
    { label: 'Undo', className: 'dog' },
    { label: 'Give again', className: 'dog' },
    undefined,
  ]);
});

test('the first label is taken back to none', () => {
  expect(waysOf([anEvent('cat')])).toEqual([{ label: 'Undo', className: null }]);
});

test('an opinion is neither taken back nor gone back to', () => {
  expect(waysOf([anEvent('bird', 'opinion'), anEvent('cat'), anEvent('bird', 'opinion')])).toEqual([
    undefined,
    { label: 'Undo', className: null },
    undefined,
  ]);
});
