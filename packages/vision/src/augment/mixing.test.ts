/** @file Mixing: targets say what the pictures hold. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MixedBatch, type Mixing, mixBatch, noMixing } from './mixing.ts';
import { createRandom } from './random.ts';

/** `count` pictures of 8 x 8, picture n filled with n, each of a class of its own. */
function aBatch(count: number): MixedBatch {
  const x = Float32Array.from({ length: count * 192 }, (_, i) => Math.floor(i / 192));
  const targets = Float32Array.from({ length: count * count }, (_, i) => Number(Math.floor(i / count) === i % count));
  return { x, targets, count, widthPx: 8, heightPx: 8 };
}

const mixed = (count: number, mixing: Mixing, seed: number): MixedBatch => {
  const batch = aBatch(count);
  mixBatch(batch, mixing, createRandom(seed));
  return batch;
};

test.each<[string, Mixing]>([
  ['mixup', { mixup: 0.8, cutmix: 0 }],
  ['cutmix', { mixup: 0, cutmix: 1 }],
  ['both', { mixup: 0.8, cutmix: 1 }],
])('under %s every target is the share of each picture that is seen', (_, mixing) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (count, seed) => {
      const { x, targets } = mixed(count, mixing, seed);
      for (let n = 0; n < count; n += 1) {
        const row = targets.subarray(n * count, (n + 1) * count);
        const seen = x.subarray(n * 192, (n + 1) * 192).reduce((sum, value) => sum + value, 0) / 192;
        const said = row.reduce((sum, weight, k) => sum + weight * k, 0);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        expect(seen).toBeCloseTo(said, 4);
      }
    }),
  );
});

test('off is off', () => {
  expect(mixed(4, noMixing, 1)).toEqual(aBatch(4));
});

test('cutmix swaps a box and nothing else', () => {
  const { x } = mixed(2, { mixup: 0, cutmix: 1 }, 3);

  expect(new Set(x)).toEqual(new Set([0, 1]));
  for (let i = 0; i < 192; i += 1) expect((x[i] as number) + (x[i + 192] as number)).toBe(1);
});

test('equal numbers mix equally', () => {
  expect(mixed(5, { mixup: 0.8, cutmix: 1 }, 9)).toEqual(mixed(5, { mixup: 0.8, cutmix: 1 }, 9));
});
