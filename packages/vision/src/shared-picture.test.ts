/** @file A shared picture gives every one who looks at it the pixels that its bytes alone would have given. */
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { measureSharpness } from './measure-sharpness.ts';
import { preparePixels } from './prepare-pixels.ts';
import { SharedPicture } from './shared-picture.ts';
import { aPicture } from './testing/a-picture.ts';

const ways = [
  { widthPx: 32, heightPx: 32 },
  { widthPx: 224, heightPx: 224 },
  { widthPx: 224, heightPx: 224, resize: 'crop', cropFraction: 0.875, interpolation: 'cubic' },
  { widthPx: 416, heightPx: 416, resize: 'letterbox', channelOrder: 'BGR' },
  { widthPx: 320, heightPx: 240, interpolation: 'lanczos3' },
  { widthPx: 1067, heightPx: 800 },
].map((way) => preprocessingSchema.parse(way));

/** What differs between looking together and alone, by what looked. */
async function listDifferences(bytes: Uint8Array): Promise<string[]> {
  const shared = new SharedPicture(bytes);
  const different = (await measureSharpness(shared)) === (await measureSharpness(bytes)) ? [] : ['sharpness'];
  for (const way of ways) {
    const [alone, together] = [await preparePixels(bytes, way), await preparePixels(shared, way)];
    if (Buffer.compare(alone, together) !== 0) different.push(`${way.resize} ${way.widthPx} x ${way.heightPx}`);
  }
  return different;
}

describe('JPEGs around the sizes at which a decoder begins to shrink', () => {
  test.each([
    [150, 150],
    [127, 128],
    [128, 400],
    [640, 425],
    [895, 600],
    [896, 896],
    [897, 2000],
    [1023, 700],
    [1024, 1024],
    [1279, 959],
    [1280, 960],
    [1700, 1664],
  ])('%d x %d', { timeout: 30_000 }, async (widthPx, heightPx) => {
    const bytes = await aPicture({ widthPx, heightPx }).jpeg({ quality: 85 }).toBuffer();

    expect(await listDifferences(bytes)).toEqual([]);
  });
});

const unusual: [string, (picture: Sharp) => Sharp][] = [
  ['progressive', (picture) => picture.jpeg({ progressive: true })],
  ['without subsampling', (picture) => picture.jpeg({ chromaSubsampling: '4:4:4' })],
  ['grey', (picture) => picture.greyscale().jpeg()],
  ['turned', (picture) => picture.jpeg().withMetadata({ orientation: 6 })],
  ['of another color space', (picture) => picture.jpeg().withIccProfile('p3')],
  ['of four inks', (picture) => picture.toColourspace('cmyk').jpeg()],
  ['a PNG', (picture) => picture.png()],
  ['a PNG with transparency', (picture) => picture.ensureAlpha(0.5).png()],
  ['a PNG of 16 bits', (picture) => picture.toColourspace('rgb16').png()],
  ['a WebP', (picture) => picture.webp()],
];

test.each(unusual)('a picture that is %s', async (_, encode) => {
  const bytes = await encode(aPicture({ widthPx: 300, heightPx: 200 })).toBuffer();

  expect(await listDifferences(bytes)).toEqual([]);
});

test('a plain JPEG is decoded once', async () => {
  const bytes = await aPicture({ widthPx: 300, heightPx: 200 }).jpeg().toBuffer();
  const wanted = await preparePixels(bytes, ways[1] as (typeof ways)[number]);
  const shared = new SharedPicture(bytes);
  await measureSharpness(shared);

  bytes.fill(0);

  expect(Buffer.compare(await preparePixels(shared, ways[1] as (typeof ways)[number]), wanted)).toBe(0);
});

test('what cannot be decoded is refused as ever, each time', async () => {
  const whole = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();
  const shared = new SharedPicture(whole.subarray(0, whole.length - 400));

  await expect(measureSharpness(shared)).rejects.toMatchObject({ code: expect.stringMatching(/^IMAGE_/) as string });
  await expect(preparePixels(shared, ways[1] as (typeof ways)[number])).rejects.toMatchObject({
    code: expect.stringMatching(/^IMAGE_/) as string,
  });
});
