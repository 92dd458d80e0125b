/** @file A written data set holds what it says, clean and dirty. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recyclableClasses } from './render.ts';
import { writeDataset } from './write-dataset.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recyclables-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('the classes take turns, files are numbered from 1, progress counts up', async () => {
  const seen: number[] = [];
  const result = await writeDataset(dir, { count: 12, sizePx: 64, onProgress: ({ written }) => seen.push(written) });

  expect(result.clean).toEqual({
    boxes: 3,
    'glass-bottles': 3,
    'soda-cans': 2,
    'crushed-soda-cans': 2,
    'plastic-bottles': 2,
  });
  expect(result.files).toBe(12);
  expect((await readdir(join(dir, 'boxes'))).sort()).toEqual(['boxes_00001.jpg', 'boxes_00002.jpg', 'boxes_00003.jpg']);
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

test('the same seed writes the same files, another seed none of them', async () => {
  const read = async (seed: number): Promise<string[]> => {
    await writeDataset(dir, { count: 5, seed, sizePx: 64 });
    return Promise.all(recyclableClasses.map((name) => readFile(join(dir, name, `${name}_00001.jpg`), 'base64')));
  };
  const [first, other, again] = [await read(3), await read(4), await read(3)];

  expect(again).toEqual(first);
  expect(other.filter((file) => first.includes(file))).toEqual([]);
});

test('dirt is two copies, six near-copies, three damaged files and a turned picture', async () => {
  const { dirt, files } = await writeDataset(dir, { count: 10, sizePx: 64, dirt: true });
  const at = (path: string): Promise<Buffer> => readFile(join(dir, path));

  expect(files).toBe(22);
  expect((await Promise.all(recyclableClasses.map((name) => readdir(join(dir, name))))).flat()).toHaveLength(22);
  expect(dirt.duplicates).toHaveLength(2);
  for (const { path, of } of dirt.duplicates) expect(await at(path)).toEqual(await at(of));
  expect(dirt.duplicates.map(({ path, of }) => path.split('/')[0] === of.split('/')[0])).toEqual([true, false]);
  expect(dirt.nearDuplicates).toHaveLength(6);
  for (const { path, of } of dirt.nearDuplicates) {
    expect(await at(path)).not.toEqual(await at(of));
    expect(await meanDifference(await at(path), await at(of))).toBeLessThan(20);
  }
  await expect(
    sharp(await at(dirt.truncated[0]!))
      .raw()
      .toBuffer(),
  ).rejects.toThrow(/JPEG|premature|VipsJpeg/i);
  expect((await stat(join(dir, dirt.empty[0]!))).size).toBe(0);
  expect((await at(dirt.notPictures[0]!)).toString()).toMatch(/card was full/);
  expect((await sharp(await at(dirt.turned[0]!)).metadata()).orientation).toBe(6);
});

test.each([0, -1, 2.5])('a count of %d is refused', async (count) => {
  await expect(writeDataset(dir, { count })).rejects.toThrow(RangeError);
});

/** Mean absolute difference of bytes at 32 by 32. */
async function meanDifference(a: Buffer, b: Buffer): Promise<number> {
  const small = (bytes: Buffer): Promise<Buffer> => sharp(bytes).resize(32, 32, { fit: 'fill' }).raw().toBuffer();
  const [x, y] = [await small(a), await small(b)];
  return x.reduce((sum, value, i) => sum + Math.abs(value - y[i]!), 0) / x.length;
}
