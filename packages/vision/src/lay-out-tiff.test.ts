/** @file The TIFF is one that libvips reads to the pixel. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { layOutTiff } from './lay-out-tiff.ts';

test.each([
  { widthPx: 7, heightPx: 1, channels: 3 },
  { widthPx: 5, heightPx: 64, channels: 4 },
  { widthPx: 31, heightPx: 200, channels: 3 },
] as const)('$widthPx x $heightPx x $channels is read as it was written', async (size) => {
  const { bytes, pixels } = layOutTiff(size);
  for (let n = 0; n < pixels.length; n += 1) pixels[n] = (n * 37) % 256;

  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });

  expect(info).toMatchObject({ width: size.widthPx, height: size.heightPx, channels: size.channels });
  expect(data).toEqual(Buffer.from(pixels));
});

test('a color profile comes along whole, of an odd length too', async () => {
  const { icc } = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
    .then((png) => sharp(png).metadata());
  const profile = Buffer.concat([icc as Buffer, Buffer.alloc(1 + ((icc as Buffer).length % 2))]);
  const { bytes } = layOutTiff({ widthPx: 3, heightPx: 2, channels: 3, profile });

  expect((await sharp(bytes).metadata()).icc).toEqual(profile);
});
