/** @file One decode tells all that ingest keeps. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { analyzePicture } from './analyze-picture.ts';
import { hammingDistance } from './perceptual-hash.ts';
import { aPicture } from './testing/a-picture.ts';

const hashOf = async (bytes: Uint8Array): Promise<string> => (await analyzePicture(bytes)).perceptualHash;

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
  '%s: format, size, hash, thumbnail',
  async (format) => {
    const bytes = await aPicture({ widthPx: 400, heightPx: 300 }).toFormat(format).toBuffer();

    const analysis = await analyzePicture(bytes);

    expect(analysis).toMatchObject({ format, widthPx: 400, heightPx: 300 });
    expect(analysis.perceptualHash).toMatch(/^[0-9a-f]{16}$/);
    expect(await sharp(analysis.thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 192 });
  },
);

test('size and thumbnail are those of the upright picture', async () => {
  const bytes = await aPicture({ widthPx: 400, heightPx: 300 }).withMetadata({ orientation: 6 }).jpeg().toBuffer();

  const { widthPx, heightPx, thumbnail } = await analyzePicture(bytes);

  expect([widthPx, heightPx]).toEqual([300, 400]);
  expect(await sharp(thumbnail).metadata()).toMatchObject({ width: 192, height: 256 });
});

test('the thumbnail carries no metadata: no place, no camera, no profile', async () => {
  const exif = { IFD0: { Make: 'Camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } };
  const bytes = await aPicture().withExif(exif).withIccProfile('p3').jpeg().toBuffer();

  const { thumbnail } = await analyzePicture(bytes);

  const before = await sharp(bytes).metadata();
  const { exif: exifAfter, icc, iptc, xmp } = await sharp(thumbnail).metadata();
  expect([before.exif, before.icc].every(Boolean)).toBe(true);
  expect([exifAfter, icc, iptc, xmp]).toEqual([undefined, undefined, undefined, undefined]);
  expect(Buffer.from(thumbnail).includes('Camera')).toBe(false);
});

test('small pictures are not blown up', async () => {
  const bytes = await aPicture({ widthPx: 20, heightPx: 10 }).png().toBuffer();

  const { thumbnail } = await analyzePicture(bytes);

  expect(await sharp(thumbnail).metadata()).toMatchObject({ width: 20, height: 10 });
});

test('thumbnail size and quality can be asked for', async () => {
  const bytes = await aPicture({ widthPx: 400, heightPx: 300 }).png().toBuffer();

  const fine = await analyzePicture(bytes, { thumbnailPx: 100, quality: 95 });
  const coarse = await analyzePicture(bytes, { thumbnailPx: 100, quality: 30 });

  expect(await sharp(fine.thumbnail).metadata()).toMatchObject({ width: 100, height: 75 });
  expect(coarse.thumbnail.length).toBeLessThan(fine.thumbnail.length);
});

test.each([1, 2, 3, 4, 5])('picture %i keeps its hash through quality 40, half size and WebP', async (seed) => {
  const original = aPicture({ seed, widthPx: 320, heightPx: 240 });
  const hash = await hashOf(await original.clone().jpeg({ quality: 95 }).toBuffer());

  const copies = await Promise.all([
    original.clone().jpeg({ quality: 40 }).toBuffer(),
    original.clone().resize(160).jpeg().toBuffer(),
    original.clone().resize(50).png().toBuffer(),
    original.clone().webp({ quality: 60 }).toBuffer(),
  ]);

  for (const copy of copies) expect(hammingDistance(hash, await hashOf(copy))).toBeLessThanOrEqual(3);
});

test('unrelated pictures are at least 20 bits apart nearly always', async () => {
  const seeds = Array.from({ length: 24 }, (_, i) => i + 1);
  const hashes = await Promise.all(seeds.map(async (seed) => hashOf(await aPicture({ seed }).png().toBuffer())));

  const distances = hashes.flatMap((a, i) => hashes.slice(i + 1).map((b) => hammingDistance(a, b)));

  expect(distances.filter((distance) => distance >= 20).length / distances.length).toBeGreaterThan(0.95);
  expect(Math.min(...distances)).toBeGreaterThan(8);
});

test('shapes that fit no block and plain pictures have a hash too', async () => {
  const sizes = [
    [1, 1],
    [1, 300],
    [9, 7],
    [255, 17],
    [3000, 2],
  ] as const;
  const plain = (color: string) => sharp({ create: { width: 40, height: 30, channels: 3, background: color } });

  for (const [widthPx, heightPx] of sizes) {
    expect(await hashOf(await aPicture({ widthPx, heightPx }).png().toBuffer())).toMatch(/^[0-9a-f]{16}$/);
  }
  expect(await hashOf(await plain('#ffffff').png().toBuffer())).toBe('8000000000000000');
  expect(await hashOf(await plain('#000000').png().toBuffer())).toBe('0000000000000000');
});

test('an undecodable picture is a code, not a crash', async () => {
  const jpeg = await aPicture({ widthPx: 300, heightPx: 300 }).jpeg().toBuffer();

  await expect(analyzePicture(jpeg.subarray(0, 2000))).rejects.toMatchObject({ code: 'IMAGE_TRUNCATED' });
  await expect(analyzePicture(jpeg, { limits: { pixels: 100 } })).rejects.toMatchObject({
    code: 'IMAGE_TOO_MANY_PIXELS',
  });
});
