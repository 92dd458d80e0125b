/** @file Every transform of the table: the same for the same numbers, nothing for neutral parameters, inside its ranges. */
import { createHash } from 'node:crypto';
import {
  type AugmentationPolicy,
  policies,
  policyNames,
  type TransformName,
  type TransformParameters,
  transformNames,
  transformSchemas,
} from '@tintype/contracts/augmentation';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Image } from '../decode-image.ts';
import { paintPixels } from '../testing/a-picture.ts';
import { augmentPicture } from './augment-picture.ts';
import { createRandom } from './random.ts';
import { planPicture, transforms } from './transforms.ts';

const source: Image = { data: paintPixels({ widthPx: 40, heightPx: 30 }), widthPx: 40, heightPx: 30 };
const frame = { source, result: { widthPx: 40, heightPx: 30 }, view: 1 };

function augmented(policy: AugmentationPolicy, seed = 1, { widthPx = 40, heightPx = 30, view = 1 } = {}): Uint8Array {
  const result: Image = { data: new Uint8Array(3 * widthPx * heightPx), widthPx, heightPx };
  augmentPicture(source, result, { policy, random: createRandom(seed), view });
  return result.data;
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

const only = (name: TransformName, parameters: TransformParameters[TransformName]): AugmentationPolicy => ({
  ...policies.none,
  [name]: parameters,
});

/** Parameters for which a transform does nothing. */
const neutral: { [N in TransformName]: TransformParameters[N] } = {
  randomResizedCrop: { scale: [1, 1], ratio: [1, 1] },
  flip: { horizontal: 0, vertical: 0 },
  rotation: { degrees: 0 },
  shear: { degrees: 0 },
  translation: { share: 0 },
  colorJitter: { brightness: 0, contrast: 0, saturation: 0, hue: 0 },
  grayscale: { probability: 0 },
  blur: { probability: 0, sigmaPx: [1, 1] },
  randAugment: { count: 0, magnitude: 30 },
  erasing: { probability: 0, scale: [0.1, 0.1], ratio: [1, 1], fill: 'noise' },
};

test.each(transformNames)('%s with neutral parameters gives the very pixels', (name) => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(isSame(augmented(only(name, neutral[name]), seed), source.data)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test.each(transformNames)('%s changes the picture for some numbers, and equally for equal ones', (name) => {
  const policy = only(name, transformSchemas[name].parse({}));
  const seeds = Array.from({ length: 30 }, (_, seed) => seed);

  const all = seeds.map((seed) => augmented(policy, seed));

  expect(all.some((pixels) => !isSame(pixels, source.data))).toBe(true);
  expect(seeds.every((seed) => isSame(augmented(policy, seed), all[seed] as Uint8Array))).toBe(true);
});

test.each(transformNames)('%s names where its definition comes from', (name) => {
  expect(transforms[name].source).toMatch(/torchvision|timm/);
});

test.each(policyNames)('the policy %s fills every size, also from a source that is larger', (name) => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      (seed, widthPx, heightPx) => {
        const pixels = augmented(policies[name], seed, { widthPx, heightPx, view: 0.8 });
        expect(pixels).toHaveLength(3 * widthPx * heightPx);
      },
    ),
    { numRuns: 50 },
  );
});

test('none shows the middle of a source that shows more than evaluation sees', () => {
  const middle = augmented(policies.none, 1, { widthPx: 20, heightPx: 15, view: 0.5 });

  for (const [x, y] of [
    [0, 0],
    [19, 0],
    [7, 14],
  ] as const) {
    const [at, from] = [3 * (y * 20 + x), 3 * ((y + 7.5) * 40 + x + 10)];
    // The middle begins between two rows.
    const [above, below] = [source.data[from - 1.5 * 40], source.data[from + 1.5 * 40]] as [number, number];
    expect(Math.abs((middle[at] as number) - (above + below) / 2)).toBeLessThanOrEqual(0.5);
  }
});

test('crops lie inside the picture and have the area and the shape asked for', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const box = transforms.randomResizedCrop.sample(
        { scale: [0.2, 0.9], ratio: [0.5, 2] },
        createRandom(seed),
        frame,
      );
      const [w, h] = [box.widthPx / 40, box.heightPx / 30];
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.top).toBeGreaterThanOrEqual(0);
      expect(box.left + box.widthPx).toBeLessThanOrEqual(40 + 1e-9);
      expect(box.top + box.heightPx).toBeLessThanOrEqual(30 + 1e-9);
      expect(w * h).toBeGreaterThan(0.2 - 1e-9);
      expect(w / h).toBeGreaterThan(0.5 - 1e-9);
      expect(w / h).toBeLessThan(2 + 1e-9);
    }),
  );
});

test('a crop that cannot have the shape asked for is the largest that can', () => {
  const box = transforms.randomResizedCrop.sample({ scale: [1, 1], ratio: [2, 2] }, createRandom(1), frame);

  expect(box).toEqual({ left: 0, top: 7.5, widthPx: 40, heightPx: 15 });
});

test('a certain flip is the mirror image', () => {
  const mirrored = augmented(only('flip', { horizontal: 1, vertical: 0 }));

  expect(Array.from(mirrored.subarray(0, 3))).toEqual(Array.from(source.data.subarray(39 * 3, 40 * 3)));
});

test('the erased box has the share asked for, and the color of the mean', () => {
  const policy = only('erasing', { probability: 1, scale: [0.25, 0.25], ratio: [1, 1], fill: 'mean' });

  const pixels = augmented(policy, 3);

  const erased = pixels.filter((byte, n) => byte === 128 && source.data[n] !== 128).length / pixels.length;
  expect(erased).toBeGreaterThan(0.2);
  expect(erased).toBeLessThan(0.27);
});

test('turning a transform off leaves the numbers of those before it as they were', () => {
  const plan = planPicture(policies.strong, createRandom(5), frame);
  const without = planPicture({ ...policies.strong, erasing: false }, createRandom(5), frame);

  expect(without.geometry).toEqual(plan.geometry);
  expect(without.colors).toEqual(plan.colors);
});

const golden = [
  ['none', 'd1752f623ba7fd64'],
  ['light', '9743a585c144f15a'],
  ['standard', 'fda0419465f03b01'],
  ['strong', '263003663476f2be'],
] as const;

test.each(golden)('the golden picture through the policy %s never changes', (name, expected) => {
  const hash = createHash('sha256');
  for (let seed = 0; seed < 20; seed += 1)
    hash.update(augmented(policies[name], seed, { widthPx: 24, heightPx: 24, view: 0.9 }));

  expect(hash.digest('hex').slice(0, 16)).toBe(expected);
});
