/** @file Without sharp the pixels are those of sharp, to a step or two of 255. */
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import { expect, test } from 'vitest';
import { fitPixels } from './fit-pixels.ts';
import { preparePixels } from './prepare-pixels.ts';
import { aPicture, paintPixels } from './testing/a-picture.ts';

const sizes = [
  [96, 64],
  [128, 128],
  [300, 200],
  [640, 480],
  [641, 333],
  [1500, 900],
] as const;

/** How much the two differ: at most, and on average over all bytes. */
async function differ(widthPx: number, heightPx: number, change: Partial<Preprocessing>) {
  const preprocessing = preprocessingSchema.parse({ widthPx: 128, heightPx: 128, ...change });
  const bytes = await aPicture({ widthPx, heightPx }).png().toBuffer();
  const expected = await preparePixels(bytes, preprocessing);
  const found = fitPixels({ data: paintPixels({ widthPx, heightPx }), widthPx, heightPx }, preprocessing);
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

  expect(most).toBeLessThanOrEqual(2);
  expect(mean).toBeLessThan(0.3);
});

test('a crop from a margin and BGR are fitted as well', async () => {
  expect((await differ(400, 300, { resize: 'crop', cropFraction: 0.875, channelOrder: 'BGR' })).most).toBeLessThanOrEqual(2);
});
