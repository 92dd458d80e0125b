/** @file Merging duplicates: who stays, which label goes over, and what is safe to merge unseen. */
import type { DuplicateGroup, ExploredSample } from '@tintype/contracts/explore';
import { expect, test } from 'vitest';
import { filterGroups, inheritedLabel, listSafeMerges, mergeOf } from './merge.ts';

const aSample = (n: number, className: string | null): ExploredSample => ({
  id: `s_${String(n).padStart(20, '0')}`,
  path: `${n}.jpg`,
  className,
  split: null,
  widthPx: 10,
  heightPx: 10,
});
const aGroup = (samples: ExploredSample[], change: Partial<DuplicateGroup> = {}): DuplicateGroup => ({
  kind: 'near',
  similarity: 0.96,
  samples,
  isDisagreeing: false,
  isLeaking: false,
  ...change,
});

test('the first stays unless another is chosen', () => {
  const [a, b] = [aSample(1, 'cat'), aSample(2, 'dog')];

  expect(mergeOf(aGroup([a, b]))).toEqual({ keep: a, others: [b] });
  expect(mergeOf(aGroup([a, b]), b.id)).toEqual({ keep: b, others: [a] });
});

test('a picture without a label takes over the one that all others share', () => {
  const bare = aSample(1, null);

  expect(inheritedLabel(bare, [aSample(2, 'cat'), aSample(3, 'cat'), aSample(4, null)])).toBe('cat');
  expect(inheritedLabel(bare, [aSample(2, 'cat'), aSample(3, 'dog')])).toBeUndefined();
  expect(inheritedLabel(aSample(1, 'dog'), [aSample(2, 'cat')])).toBeUndefined();
});

test('only groups with the same pixels and one label are merged unseen', () => {
  const groups = [
    aGroup([aSample(1, 'cat'), aSample(2, 'cat')], { kind: 'exact' }),
    aGroup([aSample(3, 'cat'), aSample(4, 'dog')], { kind: 'exact', isDisagreeing: true }),
    aGroup([aSample(5, 'cat'), aSample(6, 'cat')]),
  ];

  expect(listSafeMerges(groups).map(({ keep }) => keep.path)).toEqual(['1.jpg']);
  expect(filterGroups(groups, 'disagreeing').map(({ samples }) => samples[0]?.path)).toEqual(['3.jpg']);
  expect(filterGroups(groups, 'exact')).toHaveLength(2);
});
