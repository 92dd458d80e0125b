/** @file The loaders that are blocked stay blocked, even when a caller forgets to ask what the bytes are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openPicture } from './sharp.ts';
import { aPicture } from './testing/a-picture.ts';

const decode = (bytes: Uint8Array): Promise<Buffer> => openPicture(bytes, defaultPictureLimits).raw().toBuffer();

test('an SVG is not rendered', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

  await expect(decode(Buffer.from(svg))).rejects.toThrow('unsupported image format');
});

test('files are never opened by path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-sharp-'));
  const path = join(folder, 'picture.png');
  await aPicture().png().toFile(path);

  await expect(sharp(path).raw().toBuffer()).rejects.toThrow('unsupported image format');

  await rm(folder, { recursive: true });
});

test('one picture takes one thread and leaves nothing in a cache', () => {
  expect(sharp.concurrency()).toBe(1);
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, files: { max: 0 }, items: { max: 0 } });
});
