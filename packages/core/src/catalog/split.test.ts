/** @file Splits and folds: whole groups, every class everywhere, shares kept, the same for the same seed. */
import { splits } from '@tintype/contracts/ids';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Grouped } from './distribute.ts';
import { assignSplits, groupedFolds } from './split.ts';

const shares = { train: 0.7, validation: 0.1, test: 0.2 };

/** Groups of the given sizes, of one class. */
function aClass(className: string, sizes: readonly number[]): Grouped[] {
  return sizes.flatMap((size, g) =>
    Array.from({ length: size }, (_, i) => ({
      sampleId: `${className}-${g}-${i}`,
      className,
      group: `${className}-${g}`,
    })),
  );
}

const someClasses = fc
  .array(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 40 }), { minLength: 2, maxLength: 5 })
  .map((classes) => classes.flatMap((sizes, c) => aClass(`class${c}`, sizes)));
const aSeed = fc.nat(1000);

const count = <T>(items: Iterable<T>, is: (item: T) => boolean): number => [...items].filter(is).length;

test('a group is never divided and every class is in every split', () => {
  fc.assert(
    fc.property(someClasses, aSeed, (entries, seed) => {
      const splitOf = assignSplits(entries, { shares, seed });

      const splitsOfGroup = new Map<string, Set<unknown>>();
      for (const { sampleId, group } of entries) {
        splitsOfGroup.set(group, (splitsOfGroup.get(group) ?? new Set()).add(splitOf.get(sampleId)));
      }
      expect([...splitsOfGroup.values()].every((own) => own.size === 1)).toBe(true);
      for (const className of new Set(entries.map((entry) => entry.className))) {
        const own = entries.filter((entry) => entry.className === className);
        expect(new Set(own.map(({ sampleId }) => splitOf.get(sampleId)))).toEqual(new Set(splits));
      }
    }),
  );
});

test('each class is off its shares by at most its largest group, where the shares are larger than that', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 60, maxLength: 120 }), aSeed, (sizes, seed) => {
      const entries = [...aClass('a', sizes), ...aClass('b', sizes.toReversed())];

      const splitOf = assignSplits(entries, { shares, seed });

      for (const split of splits) {
        const assigned = count(entries, (entry) => entry.className === 'a' && splitOf.get(entry.sampleId) === split);
        const wanted = (entries.length / 2) * shares[split];
        expect(Math.abs(assigned - wanted)).toBeLessThanOrEqual(Math.max(...sizes));
      }
    }),
  );
});

test('a large dataset of single pictures meets its shares exactly', () => {
  const entries = aClass(
    'a',
    Array.from({ length: 1000 }, () => 1),
  );

  const splitOf = assignSplits(entries, { shares, seed: 1 });

  expect(splits.map((split) => count(splitOf.values(), (one) => one === split))).toEqual([700, 100, 200]);
});

test('the split depends on the seed and on nothing else', () => {
  fc.assert(
    fc.property(someClasses, aSeed, (entries, seed) => {
      const splitOf = assignSplits(entries, { shares, seed });
      const turned = assignSplits(entries.toReversed(), { shares, seed });

      expect(turned).toEqual(splitOf);
    }),
  );
  const entries = aClass(
    'a',
    Array.from({ length: 50 }, () => 1),
  );
  expect(assignSplits(entries, { shares, seed: 1 })).not.toEqual(assignSplits(entries, { shares, seed: 2 }));
});

test('a group of two classes goes to one split and counts for both', () => {
  const entries = [...aClass('a', [1, 1, 1, 1]), ...aClass('b', [1, 1, 1, 1])].map((entry) =>
    entry.group.endsWith('-0') ? { ...entry, group: 'shared' } : entry,
  );

  const splitOf = assignSplits(entries, { shares, seed: 3 });

  expect(splitOf.get('a-0-0')).toBe(splitOf.get('b-0-0'));
  for (const className of ['a', 'b']) {
    const own = entries.filter((entry) => entry.className === className);
    expect(new Set(own.map(({ sampleId }) => splitOf.get(sampleId))).size).toBe(3);
  }
});

test('a split that is to have nothing gets nothing', () => {
  const entries = [...aClass('a', [1, 1, 1, 1, 1]), ...aClass('b', [2, 2, 2, 2])];

  const splitOf = assignSplits(entries, { shares: { train: 0.75, validation: 0, test: 0.25 }, seed: 1 });

  expect(new Set(splitOf.values())).toEqual(new Set(['train', 'test']));
});

test('folds hold whole groups, every class, and nearly equal parts of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 40, maxLength: 80 }),
      aSeed,
      (folds, sizes, seed) => {
        const entries = [...aClass('a', sizes), ...aClass('b', sizes)];

        const foldOf = groupedFolds(entries, { folds, seed });

        const foldsOfGroup = new Map<string, Set<number>>();
        for (const [i, { group }] of entries.entries()) {
          foldsOfGroup.set(group, (foldsOfGroup.get(group) ?? new Set()).add(foldOf[i] as number));
        }
        expect([...foldsOfGroup.values()].every((own) => own.size === 1)).toBe(true);
        for (let fold = 0; fold < folds; fold += 1) {
          const own = count(entries.entries(), ([i, entry]) => entry.className === 'a' && foldOf[i] === fold);
          expect(Math.abs(own - entries.length / 2 / folds)).toBeLessThanOrEqual(3);
        }
      },
    ),
  );
});
