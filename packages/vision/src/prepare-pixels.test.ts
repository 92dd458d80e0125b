/** @file The one preprocessing path: what each fit keeps, and that the same bytes always give the same tensor. */
import { createHash } from 'node:crypto';
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { preparePixels } from './prepare-pixels.ts';
import { aPicture } from './testing/a-picture.ts';
import { toTensor } from './to-tensor.ts';

const preprocessing = (given: Partial<Preprocessing> = {}): Preprocessing =>
  preprocessingSchema.parse({ widthPx: 32, heightPx: 32, ...given });

/** 90x30: a red, a green and a blue square. */
async function threeSquares(): Promise<Buffer> {
  const square = (background: string) => ({ create: { width: 30, height: 30, channels: 3, background } }) as const;
  const [red, green, blue] = ['#ff0000', '#00ff00', '#0000ff'].map((color) => sharp(square(color)).png().toBuffer());
  const inputs = await Promise.all([red!, green!, blue!]);
  return sharp({ create: { width: 90, height: 30, channels: 3, background: '#000000' } })
    .composite(inputs.map((input, i) => ({ input, left: 30 * i, top: 0 })))
    .png()
    .toBuffer();
}

const pixelAt = (pixels: Uint8Array, x: number, y: number, widthPx = 32): number[] =>
  Array.from(pixels.subarray(3 * (y * widthPx + x), 3 * (y * widthPx + x) + 3));

test('squash keeps all of the picture and ignores its shape', async () => {
  const pixels = await preparePixels(await threeSquares(), preprocessing({ resize: 'squash' }));

  expect(pixels).toHaveLength(32 * 32 * 3);
  expect([2, 16, 29].map((x) => pixelAt(pixels, x, 16))).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ]);
});

test('crop keeps the center', async () => {
  const pixels = await preparePixels(await threeSquares(), preprocessing({ resize: 'crop' }));

  for (const x of [2, 16, 29]) expect(pixelAt(pixels, x, 16)).toEqual([0, 255, 0]);
});

test('cropFraction cuts the margin off after scaling', async () => {
  const bytes = await aPicture({ widthPx: 64, heightPx: 64 }).png().toBuffer();

  const whole = await preparePixels(bytes, preprocessing({ widthPx: 64, heightPx: 64 }));
  const cut = await preparePixels(bytes, preprocessing({ resize: 'crop', cropFraction: 0.5 }));

  expect(pixelAt(cut, 0, 0)).toEqual(pixelAt(whole, 16, 16, 64));
  expect(pixelAt(cut, 31, 31)).toEqual(pixelAt(whole, 47, 47, 64));
});

test('letterbox keeps the shape, top left, on mid grey', async () => {
  const pixels = await preparePixels(await threeSquares(), preprocessing({ resize: 'letterbox' }));

  expect([2, 16, 29].map((x) => pixelAt(pixels, x, 5))).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ]);
  expect(pixelAt(pixels, 16, 20)).toEqual([114, 114, 114]);
});

test('small pictures are scaled up', async () => {
  const bytes = await aPicture({ widthPx: 3, heightPx: 2 }).png().toBuffer();

  for (const resize of ['squash', 'crop', 'letterbox'] as const) {
    expect(await preparePixels(bytes, preprocessing({ resize }))).toHaveLength(32 * 32 * 3);
  }
});

test('a turned picture is fitted after it was turned', async () => {
  const turned = await sharp(await threeSquares())
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();

  const pixels = await preparePixels(turned, preprocessing());

  expect([2, 16, 29].map((y) => pixelAt(pixels, 16, y))).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ]);
});

test('BGR swaps the first and the last channel', async () => {
  const bytes = await aPicture().png().toBuffer();

  const rgb = await preparePixels(bytes, preprocessing());
  const bgr = await preparePixels(bytes, preprocessing({ channelOrder: 'BGR' }));

  expect(pixelAt(bgr, 7, 9)).toEqual(pixelAt(rgb, 7, 9).toReversed());
});

test('grey pictures fill all three channels', async () => {
  const bytes = await aPicture().toColourspace('b-w').png().toBuffer();

  const pixels = await preparePixels(bytes, preprocessing({ resize: 'letterbox' }));

  expect(pixels).toHaveLength(32 * 32 * 3);
  expect(new Set(pixelAt(pixels, 5, 5)).size).toBe(1);
});

test('alone or among others, the pixels are the same', async () => {
  const bytes = await aPicture({ widthPx: 500, heightPx: 400 }).jpeg({ quality: 85 }).toBuffer();
  const settings = preprocessing({ widthPx: 96, heightPx: 96, resize: 'crop', cropFraction: 0.875 });

  const alone = await preparePixels(bytes, settings);
  const amongOthers = await Promise.all(Array.from({ length: 16 }, () => preparePixels(bytes, settings)));

  for (const pixels of amongOthers) expect(pixels).toEqual(alone);
});

const golden = [
  ['squash', 'linear', 'b6c8a7852f86d374'],
  ['crop', 'cubic', 'c73ea1da0b10e90c'],
  ['letterbox', 'lanczos3', '96a3ce0bda20d818'],
] as const;

test.each(golden)('the golden picture through %s and %s never changes', async (resize, interpolation, hash) => {
  const bytes = await aPicture({ widthPx: 301, heightPx: 199 }).png().toBuffer();
  const settings = preprocessing({ resize, interpolation, cropFraction: 0.9 });
  const target = new Float32Array(3 * 32 * 32);

  toTensor(await preparePixels(bytes, settings), settings, target);

  const found = createHash('sha256').update(new Uint8Array(target.buffer)).digest('hex');
  expect(found.slice(0, 16)).toBe(hash);
});
