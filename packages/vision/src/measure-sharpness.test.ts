/** @file Sharpness on pixels worked by hand and on a picture that is blurred more and more. */
import { expect, test } from 'vitest';
import { computeLaplacianVariance, measureSharpness } from './measure-sharpness.ts';
import { aPicture } from './testing/a-picture.ts';

test('a single bright pixel of 3 x 4 has the variance of its two inner Laplacians', () => {
  const grey = new Float32Array(12);
  grey[5] = 10;

  // Inner pixels are (1,1) = -40 and (2,1) = +10: mean -15, variance 625.
  expect(computeLaplacianVariance(grey, 4, 3)).toBeCloseTo(625, 6);
});

test('a flat picture, and one without an inside, have none', () => {
  expect(computeLaplacianVariance(new Float32Array(100).fill(7), 10, 10)).toBe(0);
  expect(computeLaplacianVariance(new Float32Array(4).fill(7), 2, 2)).toBe(0);
});

test('the more it is blurred, the less sharp it is', async () => {
  const blocks = () => aPicture({ widthPx: 30, heightPx: 20 }).resize(300, 200, { kernel: 'nearest' });
  const pictures = [blocks(), blocks().blur(1), blocks().blur(3), blocks().blur(6)];

  const measures = await Promise.all(pictures.map(async (picture) => measureSharpness(await picture.png().toBuffer())));

  expect(measures).toEqual(measures.toSorted((a, b) => b - a));
  expect(measures[0]).toBeGreaterThan((measures[3] as number) * 10);
});

test('what is no picture is refused as everywhere', async () => {
  await expect(measureSharpness(new Uint8Array(3))).rejects.toMatchObject({ code: 'IMAGE_UNRECOGNIZED' });
});
