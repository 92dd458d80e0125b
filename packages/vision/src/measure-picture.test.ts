/** @file Six numbers on pixels worked by hand, and on pictures that are darkened and grayed. */
import { expect, test } from 'vitest';
import { computeStatistics, measurePicture } from './measure-picture.ts';
import { measureSharpness } from './measure-sharpness.ts';
import { aPicture } from './testing/a-picture.ts';

test('black and white halves have half the brightness, all the contrast, one bit and no color', () => {
  const data = Uint8Array.from([0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255]);

  expect(computeStatistics({ data, widthPx: 2, heightPx: 2 })).toEqual({
    brightness: expect.closeTo(0.5, 6),
    contrast: expect.closeTo(0.5, 6),
    sharpness: 0,
    saturation: 0,
    colorfulness: expect.closeTo(0, 6),
    entropy: 1,
  });
});

test('pure red has the luma of BT.601, all the saturation and the colorfulness of its means', () => {
  const { brightness, contrast, saturation, colorfulness, entropy } = computeStatistics({
    data: Uint8Array.from([255, 0, 0]),
    widthPx: 1,
    heightPx: 1,
  });

  expect(brightness).toBeCloseTo(0.299, 6);
  expect([contrast, saturation, entropy]).toEqual([expect.closeTo(0, 6), 1, 0]);
  // 0.3 * sqrt(255^2 + 127.5^2)
  expect(colorfulness).toBeCloseTo(85.53, 2);
});

test('each measure follows what is done to the picture, and sharpness is that of the gate', async () => {
  const picture = () => aPicture({ widthPx: 240, heightPx: 160 });
  const encode = (one = picture()) => one.png().toBuffer();

  const plain = await measurePicture(await encode());
  const dark = await measurePicture(await encode(picture().linear(0.2, 0)));
  const gray = await measurePicture(await encode(picture().grayscale()));

  expect(dark.brightness).toBeLessThan(plain.brightness / 2);
  expect(dark.contrast).toBeLessThan(plain.contrast / 2);
  expect([gray.saturation, gray.colorfulness]).toEqual([0, 0]);
  expect(plain.saturation).toBeGreaterThan(0.1);
  expect(plain.sharpness).toBeCloseTo(await measureSharpness(await encode()), 3);
});

test('what is no picture is refused as everywhere', async () => {
  await expect(measurePicture(new Uint8Array(3))).rejects.toMatchObject({ code: 'IMAGE_UNRECOGNIZED' });
});
