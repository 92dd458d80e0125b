/** @file Without sharp the pixels are those of sharp: the same bytes where a picture is shrunk, to a step or two of 255 where it is enlarged. */
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fitPixels } from './fit-pixels.ts';
import { preparePixels } from './prepare-pixels.ts';
import { paintPixels } from './testing/a-picture.ts';

/** Enlarged, one side enlarged and the other shrunk, as they are, shrunk by the kernel alone, and by whole factors before it. */
const sizes = [
  [48, 32],
  [40, 120],
  [64, 64],
  [150, 100],
  [321, 167],
  [750, 450],
] as const;
const pixelsOf = new Map<number, Uint8Array>(
  sizes.map(([widthPx, heightPx]) => [widthPx, paintPixels({ widthPx, heightPx })]),
);

/** How much the two differ: at most, and on average over all bytes. */
async function differ(widthPx: number, heightPx: number, change: Partial<Preprocessing>) {
  const preprocessing = preprocessingSchema.parse({ widthPx: 64, heightPx: 64, ...change });
  const data = pixelsOf.get(widthPx) as Uint8Array;
  const bytes = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png()
    .toBuffer();
  const expected = await preparePixels(bytes, preprocessing);
  const found = fitPixels({ data, widthPx, heightPx }, preprocessing);
  expect(found).toHaveLength(expected.length);
  let [most, sum] = [0, 0];
  for (let at = 0; at < found.length; at += 1) {
    const difference = Math.abs((found[at] as number) - (expected[at] as number));
    most = Math.max(most, difference);
    sum += difference;
  }
  return { most, mean: sum / found.length };
}

test.each(
  (['squash', 'crop', 'letterbox'] as const).flatMap((resize) =>
    (['linear', 'cubic', 'lanczos3'] as const).flatMap((interpolation) =>
      sizes.map(([widthPx, heightPx]) => ({ resize, interpolation, widthPx, heightPx })),
    ),
  ),
)('$resize by $interpolation of $widthPx x $heightPx', async ({ widthPx, heightPx, ...change }) => {
  const { most, mean } = await differ(widthPx, heightPx, change);

  // Both sides are larger than what they are fitted to: then every byte is the same.
  const isShrunk = Math.min(widthPx, heightPx) >= 64;
  expect(most).toBeLessThanOrEqual(isShrunk ? 0 : 2);
  expect(mean).toBeLessThan(0.3);
});

test('a crop from a margin and BGR are fitted as well', async () => {
  expect(
    (await differ(321, 167, { resize: 'crop', cropFraction: 0.875, channelOrder: 'BGR' })).most,
  ).toBeLessThanOrEqual(2);
});
