/** @file Duplicates among pictures whose thumbnails are made by hand: the same pixels, near ones, labels and splits. */
import { expect, test } from 'vitest';
import { findDuplicates } from './find-duplicates.ts';
import { someRows } from './testing.ts';

/** [32, 32, 3]: a ramp, moved by `shift` and lighter by `light`. */
const aSignature = (shift: number, light: number): Uint8Array =>
  Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => ((Math.floor(at / 3) * 5 + shift * 40) % 200) + light);

const looks = [aSignature(0, 0), aSignature(0, 1), aSignature(0, 0), aSignature(0, 30), aSignature(3, 0)];

/** Five pictures: 0 to 2 have the same pixels, 3 is a lighter copy, 4 shows something else. */
async function find(change: Parameters<typeof someRows>[1]) {
  const rows = someRows(looks.length, (n) => ({
    perceptualHash: n === 4 ? 'ffffffff00000000' : '00ff00ff00ff00ff',
    path: `${'abcde'[n]}.jpg`,
    ...change?.(n),
  }));
  const lookOf = new Map(rows.map((row, n) => [row.contentHash, looks[n] as Uint8Array]));
  return findDuplicates(rows, { signature: async (contentHash) => lookOf.get(contentHash) as Uint8Array });
}

test('the same pixels are a group of their own, of which the best stands among near ones', async () => {
  const { groups, total, pictures, exact, groupOf } = await find((n) => ({ widthPx: n === 2 ? 80 : 40 }));

  expect(groups.map(({ kind, samples }) => [kind, samples.map(({ path }) => path)])).toEqual([
    ['exact', ['c.jpg', 'a.jpg', 'b.jpg']],
    ['near', ['c.jpg', 'd.jpg']],
  ]);
  expect({ total, pictures, exact }).toEqual({ total: 2, pictures: 4, exact: 1 });
  expect(new Set(groupOf.values()).size).toBe(1);
});

test('labels that differ and splits that share pixels are told first', async () => {
  const labels = await find((n) => ({ className: n === 1 ? 'dog' : 'cat' }));
  const splits = await find((n) => ({ split: n === 3 ? 'test' : 'train' }));

  expect(labels.groups.map(({ isDisagreeing }) => isDisagreeing)).toEqual([true, false]);
  expect(labels.disagreeing).toBe(1);
  expect(splits.groups.map(({ kind, isLeaking }) => [kind, isLeaking])).toEqual([
    ['near', true],
    ['exact', false],
  ]);
  expect(splits.leaking).toBe(1);
});

test('a labeled picture is kept before a larger one without a label', async () => {
  const { groups } = await find((n) => ({ className: n === 1 ? 'cat' : null, widthPx: n === 0 ? 400 : 40 }));

  expect(groups[0]?.samples[0]?.path).toBe('b.jpg');
});
