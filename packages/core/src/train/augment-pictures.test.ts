/** @file Variations as files: named after their pictures, never over anything, the same for the same seed, rows for what is damaged. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policies } from '@tintype/contracts/augmentation';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { renderVariations } from '@tintype/vision/augment/render-variations';
import { decodeImage } from '@tintype/vision/decode-image';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import type { OpenPictureSource } from '../ports/picture-source.ts';
import { type AugmentRequest, augmentPictures } from './augment-pictures.ts';

let folder: string;
let picture: Uint8Array;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-augment-'));
  const data = Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => (i * 37) % 256);
  picture = await encodeJpeg({ data, widthPx: 24, heightPx: 16 }, 95);
});

afterEach(() => rm(folder, { recursive: true }));

/** Files of a folder in memory; undefined is a file that cannot be read. */
const sourceOf =
  (files: Record<string, Uint8Array | undefined>, location = '/pictures'): OpenPictureSource =>
  async () => ({
    location,
    async *files() {
      for (const [path, bytes] of Object.entries(files)) {
        const read = async (): Promise<Uint8Array> => {
          if (!bytes) throw new TintypeError('FILE_UNREADABLE', { reason: 'permission denied' });
          return bytes;
        };
        yield { path, sizeBytes: bytes?.length ?? 0, modifiedAt: 0, read };
      }
    },
  });

const aPool = () =>
  inProcessPool<PictureTasks>({ augment: async ({ bytes, ...options }) => renderVariations(bytes, options) });

const augment = (files: Record<string, Uint8Array | undefined>, given: Partial<AugmentRequest> = {}, pool = aPool()) =>
  augmentPictures(
    { pool, openSource: sourceOf(files) },
    {
      source: 'pictures',
      folder: join(folder, 'out'),
      count: 2,
      policy: policies.standard,
      seed: 1,
      limits: defaultPictureLimits,
      ...given,
    },
  );

const written = async (): Promise<string[]> =>
  (await readdir(join(folder, 'out'), { recursive: true })).filter((name) => name.endsWith('.jpg')).toSorted();

test('every picture has its variations, in the folder of its class, of its size', async () => {
  const report = await augment({ 'glass/a.jpg': picture, 'paper/b.png': picture });

  expect(report).toMatchObject({ pictures: 2, written: 4, kept: 0, rejected: 0, rejections: [] });
  expect(await written()).toEqual([
    'glass/a_aug_01.jpg',
    'glass/a_aug_02.jpg',
    'paper/b_aug_01.jpg',
    'paper/b_aug_02.jpg',
  ]);
  const variation = await decodeImage(await readFile(join(folder, 'out/glass/a_aug_02.jpg')));
  expect([variation.widthPx, variation.heightPx]).toEqual([24, 16]);
});

test('equal seeds give equal files, other seeds and numbers others', async () => {
  const folders = ['one', 'two', 'three'].map((name) => join(folder, name));
  for (const [n, seed] of [1, 1, 2].entries())
    await augment({ 'a.jpg': picture }, { folder: folders[n] as string, seed });

  const [one, two, three] = await Promise.all(folders.map((each) => readFile(join(each, 'a_aug_01.jpg'))));
  expect(two).toEqual(one);
  expect(three).not.toEqual(one);
  expect(await readFile(join(folders[0] as string, 'a_aug_02.jpg'))).not.toEqual(one);
});

test('a file that is there is left alone, and more variations are added to the ones there are', async () => {
  await augment({ 'a.jpg': picture });
  const mine = join(folder, 'out/a_aug_02.jpg');
  await writeFile(mine, 'mine');
  const pool = aPool();

  const report = await augment({ 'a.jpg': picture }, { count: 3 }, pool);
  const again = await augment({ 'a.jpg': picture }, { count: 3 }, pool);

  expect(report).toMatchObject({ written: 1, kept: 2 });
  expect(again).toMatchObject({ written: 0, kept: 3 });
  expect(pool.calls).toEqual(['augment']);
  expect(await readFile(mine, 'utf8')).toBe('mine');
});

test('pictures that cannot be read or decoded are rows, and the others are augmented', async () => {
  const report = await augment({ 'a.jpg': picture.subarray(0, 300), 'b.jpg': undefined, 'c.jpg': picture });

  expect(report).toMatchObject({ pictures: 3, written: 2, rejected: 2 });
  expect(report.rejections.map(({ path, code }) => [path, code])).toEqual([
    ['a.jpg', 'IMAGE_TRUNCATED'],
    ['b.jpg', 'FILE_UNREADABLE'],
  ]);
});

test('two pictures that differ in their extension alone have names of their own', async () => {
  await augment({ 'x.jpg': picture, 'x.png': picture }, { count: 1 });

  expect(await written()).toEqual(['x.png_aug_01.jpg', 'x_aug_01.jpg']);
});

test('numbers have as many digits as the largest needs', async () => {
  await augment({ 'x.jpg': picture }, { count: 100, policy: policies.none });

  expect((await written()).slice(0, 2)).toEqual(['x_aug_001.jpg', 'x_aug_002.jpg']);
});

test('a folder inside of the source is refused, also by way of a link', async () => {
  const source = await mkdtemp(join(tmpdir(), 'tintype-augment-source-'));
  const link = join(folder, 'link');
  await symlink(source, link);
  const into = (path: string) =>
    augmentPictures(
      { pool: aPool(), openSource: sourceOf({ 'a.jpg': picture }, source) },
      { source, folder: path, count: 1, policy: policies.none, seed: 1, limits: defaultPictureLimits },
    );

  await expect(into(join(source, 'out'))).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  await expect(into(join(link, 'new', 'out'))).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  await expect(into(source)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  expect(await readdir(source)).toEqual([]);
  await rm(source, { recursive: true });
});

test('a source without pictures, a folder that cannot be written and a cancellation say so', async () => {
  await writeFile(join(folder, 'file'), '');

  await expect(augment({})).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  await expect(augment({ 'a.jpg': picture }, { folder: join(folder, 'file') })).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
  });
  await expect(augment({ 'a.jpg': picture }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});
