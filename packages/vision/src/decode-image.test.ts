/** @file Every kind of pixel becomes upright 8-bit sRGB, every failure a code. */
import { TintypeError } from '@tintype/contracts/errors';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage, type Image } from './decode-image.ts';
import { aPicture } from './testing/a-picture.ts';

const solid = (background: string | { r: number; g: number; b: number; alpha?: number }, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 8, height: 8, channels, background } });

const pixelAt = ({ data, widthPx }: Image, x: number, y: number): number[] =>
  Array.from(data.subarray(3 * (y * widthPx + x), 3 * (y * widthPx + x) + 3));

async function codeOf(bytes: Uint8Array, limits = {}): Promise<string> {
  const error: unknown = await decodeImage(bytes, { limits }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof TintypeError ? error.code : 'none';
}

test('lossless pixels come out as they went in', async () => {
  const png = await aPicture().png().toBuffer();

  const image = await decodeImage(png);

  expect([image.widthPx, image.heightPx]).toEqual([96, 64]);
  expect(Buffer.from(image.data)).toEqual(await aPicture().raw().toBuffer());
});

/** Where the stored picture's top left corner is seen, for each EXIF orientation, in a picture stored as 16x8. */
const topLeftSeenAt = [
  [1, 0, 0],
  [2, 15, 0],
  [3, 15, 7],
  [4, 0, 7],
  [5, 0, 0],
  [6, 7, 0],
  [7, 7, 15],
  [8, 0, 15],
] as const;

test.each(topLeftSeenAt)('EXIF orientation %i is applied', async (orientation, x, y) => {
  const red = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  const stored = sharp({ create: { width: 16, height: 8, channels: 3, background: '#000000' } });
  const bytes = await stored
    .composite([{ input: red, left: 0, top: 0 }])
    .withMetadata({ orientation })
    .png()
    .toBuffer();

  const image = await decodeImage(bytes);

  expect([image.widthPx, image.heightPx]).toEqual(orientation > 4 ? [8, 16] : [16, 8]);
  expect(pixelAt(image, x, y)).toEqual([255, 0, 0]);
});

test('transparency is laid over white', async () => {
  const clear = await decodeImage(await solid({ r: 255, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer());
  const half = await decodeImage(await solid({ r: 255, g: 0, b: 0, alpha: 0.5 }, 4).png().toBuffer());

  expect(pixelAt(clear, 0, 0)).toEqual([255, 255, 255]);
  expect(pixelAt(half, 0, 0)).toEqual([255, expect.closeTo(127, -1), expect.closeTo(127, -1)]);
});

test('grey, grey with alpha, 16-bit and CMYK pictures become three bytes a pixel', async () => {
  const [red, grey] = [solid({ r: 200, g: 100, b: 50 }), solid({ r: 90, g: 90, b: 90 })];

  const fromGrey = await decodeImage(await grey.clone().toColourspace('b-w').png().toBuffer());
  const fromGreyAlpha = await decodeImage(await grey.clone().ensureAlpha().toColourspace('b-w').png().toBuffer());
  const from16Bit = await decodeImage(await red.clone().toColourspace('rgb16').png().toBuffer());
  const fromCmyk = await decodeImage(await red.clone().toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer());

  for (const image of [fromGrey, fromGreyAlpha, from16Bit, fromCmyk]) expect(image.data).toHaveLength(8 * 8 * 3);
  expect(pixelAt(fromGrey, 3, 3)).toEqual([90, 90, 90]);
  expect(pixelAt(fromGreyAlpha, 3, 3)).toEqual([90, 90, 90]);
  expect(pixelAt(from16Bit, 3, 3)).toEqual([200, 100, 50]);
  expect(Math.max(...pixelAt(fromCmyk, 3, 3).map((v, i) => Math.abs(v - [200, 100, 50][i]!)))).toBeLessThan(40);
});

test('of an animation the first frame is taken', async () => {
  const frames = await Promise.all(['#ff0000', '#00ff00'].map((color) => solid(color).png().toBuffer()));
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();

  const image = await decodeImage(gif);

  expect([image.widthPx, image.heightPx, ...pixelAt(image, 0, 0)]).toEqual([8, 8, 255, 0, 0]);
});

test('the bytes may be a view into a larger buffer', async () => {
  const png = await aPicture().png().toBuffer();
  const larger = new Uint8Array(png.length + 20).fill(7);
  larger.set(png, 10);

  const image = await decodeImage(larger.subarray(10, 10 + png.length));

  expect(Buffer.from(image.data)).toEqual(await aPicture().raw().toBuffer());
});

test('no bytes are IMAGE_EMPTY, other bytes IMAGE_UNRECOGNIZED', async () => {
  expect(await codeOf(new Uint8Array())).toBe('IMAGE_EMPTY');
  expect(await codeOf(Buffer.from('not a picture'))).toBe('IMAGE_UNRECOGNIZED');
});

test('SVG is refused: it is never rendered', async () => {
  expect(await codeOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).toBe(
    'IMAGE_FORMAT_UNSUPPORTED',
  );
});

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('half a %s is IMAGE_TRUNCATED', async (format) => {
  const bytes = await aPicture({ widthPx: 256, heightPx: 256 }).toFormat(format).toBuffer();

  expect(await codeOf(bytes.subarray(0, bytes.length >> 1))).toBe('IMAGE_TRUNCATED');
  expect(await codeOf(bytes.subarray(0, 16))).toBe('IMAGE_TRUNCATED');
});

test('damage in the middle is IMAGE_CORRUPT, and the cause keeps what the decoder said', async () => {
  const png = await aPicture().png().toBuffer();
  png.fill(0, png.length >> 1, (png.length >> 1) + 40);

  const error = await decodeImage(png).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'IMAGE_CORRUPT', message: 'The picture cannot be decoded.' });
  expect((error as TintypeError).cause).toBeInstanceOf(Error);
});

test('bytes, pixels and sides have caps, checked before anything is decoded', async () => {
  const bytes = await aPicture({ widthPx: 100, heightPx: 10 }).jpeg().toBuffer();
  const claimsGigapixels = await aPicture().png().toBuffer();
  claimsGigapixels.writeUInt32BE(60_000, 16);
  claimsGigapixels.writeUInt32BE(60_000, 20);

  expect(await codeOf(bytes, { bytes: 100 })).toBe('IMAGE_TOO_LARGE');
  expect(await codeOf(bytes, { pixels: 999 })).toBe('IMAGE_TOO_MANY_PIXELS');
  expect(await codeOf(bytes, { sidePx: 99 })).toBe('IMAGE_TOO_MANY_PIXELS');
  expect(await codeOf(bytes, { pixels: 1000, sidePx: 100 })).toBe('none');
  expect(await codeOf(claimsGigapixels)).toBe('IMAGE_TOO_MANY_PIXELS');
});

test('the caps hold for pictures that libvips must measure', async () => {
  const turned = await aPicture({ widthPx: 100, heightPx: 10 }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const webp = await aPicture({ widthPx: 100, heightPx: 10 }).webp().toBuffer();

  for (const bytes of [turned, webp]) {
    expect(await codeOf(bytes, { pixels: 999 })).toBe('IMAGE_TOO_MANY_PIXELS');
    expect(await codeOf(bytes, { sidePx: 99 })).toBe('IMAGE_TOO_MANY_PIXELS');
  }
});
