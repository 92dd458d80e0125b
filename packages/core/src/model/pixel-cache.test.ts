/** @file Tests of the pixel cache: the very pixels of serving, order, reuse, damage, rejected pictures, cancellation. */
import { createHash } from 'node:crypto';
import { policies } from '@tintype/contracts/augmentation';
import { TintypeError } from '@tintype/contracts/errors';
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import { augmentPicture } from '@tintype/vision/augment/augment-picture';
import { createRandom } from '@tintype/vision/augment/random';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import { encodeJpeg } from '@tintype/vision/sharp';
import { beforeEach, expect, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { loadPixels, type PixelRequest } from './pixel-cache.ts';
import { PixelReader, type PixelSet, selectPixels } from './pixel-set.ts';
import { inProcessPool, type MemoryStore, memoryStore } from './testing.ts';

const preprocessing = preprocessingSchema.parse({ widthPx: 4, heightPx: 2 });
const hashOf = (n: number): string => n.toString(16).padStart(64, '0');
const hashes = (from: number, count: number): string[] => Array.from({ length: count }, (_, n) => hashOf(n + from));
const shardsIn = (store: MemoryStore): string[] => [...store.objects.keys()].filter((key) => key.startsWith('pixels/'));

let store: MemoryStore;

beforeEach(async () => {
  store = memoryStore();
  for (let n = 0; n < 600; n += 1) await store.put(objectKeys.source(hashOf(n)), Uint8Array.of(n & 255, n >> 8));
});

/** "Pictures" are two bytes, and every pixel is their sum; 13 cannot be decoded. */
const aPool = () =>
  inProcessPool<PictureTasks>({
    pixels: async ({ bytes, preprocessing: { widthPx, heightPx } }) => {
      const [low = 0, high = 0] = bytes;
      if (low === 13 && high === 0) throw new TintypeError('IMAGE_CORRUPT', {});
      return new Uint8Array(3 * widthPx * heightPx).fill(low + high);
    },
  });

const load = (contentHashes: readonly string[], given: Partial<PixelRequest> = {}, pool = aPool()) =>
  loadPixels({ store, pool }, { preprocessing, purpose: 'evaluation', contentHashes, ...given });

function read(set: PixelSet, position: number): Uint8Array {
  using reader = new PixelReader(set);
  const pixels = new Uint8Array(3 * set.widthPx * set.heightPx);
  reader.read(position, pixels);
  return pixels;
}

test('pixels come in the order asked, also for a picture that is asked twice', async () => {
  const { set, decoded } = await load([300, 2, 300].map(hashOf));

  expect([0, 1, 2].map((n) => read(set, n)[5])).toEqual([45, 2, 45]);
  expect(decoded).toBe(2);
});

test('a second call decodes nothing, and a larger one only what is new', async () => {
  const contentHashes = hashes(20, 550);
  await load(contentHashes);
  const pool = aPool();

  const second = await load(contentHashes, {}, pool);
  const third = await load([hashOf(1), ...contentHashes], {}, pool);

  expect([second.decoded, third.decoded]).toEqual([0, 1]);
  expect(pool.calls).toEqual(['pixels']);
  expect(shardsIn(store)).toHaveLength(3);
  expect(read(third.set, 0)[0]).toBe(1);
  expect(read(third.set, 550)[0]).toBe((569 & 255) + (569 >> 8));
});

test.each([
  ['a flipped bit', (bytes: Uint8Array) => bytes.with(bytes.length - 3, (bytes.at(-3) as number) ^ 1)],
  ['a lost end', (bytes: Uint8Array) => bytes.subarray(0, -4)],
  ['a damaged header', (bytes: Uint8Array) => bytes.with(20, 0)],
  ['no content', () => new Uint8Array()],
])('a shard with %s is made anew', async (_, damage) => {
  const contentHashes = hashes(1, 3);
  await load(contentHashes);
  const [key = ''] = shardsIn(store);
  store.objects.set(key, damage(store.objects.get(key) as Uint8Array));

  const again = await load(contentHashes);
  const cached = await load(contentHashes);

  expect([again.decoded, cached.decoded]).toEqual([3, 0]);
  expect(read(cached.set, 1)[0]).toBe(2);
});

test('a picture that cannot be decoded is a row, not an end', async () => {
  const { set, rejected, decoded } = await load([13, 14].map(hashOf));

  expect(rejected.get(hashOf(13))?.code).toBe('IMAGE_CORRUPT');
  expect(decoded).toBe(1);
  expect(() => read(set, 0)).toThrow(RangeError);
  expect(read(selectPixels(set, [1]), 0)[0]).toBe(14);
});

test('a picture whose bytes are gone stops it by name, and what was decoded is kept', async () => {
  const contentHashes = [...hashes(20, 40), hashOf(5000)];

  await expect(load(contentHashes)).rejects.toThrow(hashOf(5000));

  expect((await load(contentHashes.slice(0, 40))).decoded).toBeLessThan(10);
});

test('cancelling keeps what was decoded', async () => {
  const controller = new AbortController();
  const onProgress = (done: number): void => {
    if (done >= 50) controller.abort();
  };

  await expect(load(hashes(20, 100), { onProgress, signal: controller.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });

  expect((await load(hashes(20, 100))).decoded).toBeLessThanOrEqual(50);
});

test('a shard file that is gone later is an error of storage', async () => {
  const { set } = await load([hashOf(1)]);

  expect(() => read({ ...set, files: ['/nowhere/pixels.u8'] }, 0)).toThrow(
    expect.objectContaining({ code: 'STORAGE_FAILED' }),
  );
});

test('any number of shards is read through a few open files', async () => {
  const { set } = await load(hashes(20, 200));
  const many = { ...set, files: Array.from({ length: 200 }, () => set.files[0] as string) };
  using reader = new PixelReader({ ...many, file: Int32Array.from(set.file.keys()) });
  const pixels = new Uint8Array(24);

  const seen = Array.from({ length: 200 }, (_, n) => {
    reader.read(n, pixels);
    return pixels[0];
  });

  expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n + 20));
});

test('pixels are kept apart by what changes them, and by nothing else', async () => {
  const one = [hashOf(1)];
  await load(one);

  const same = await load(one, { preprocessing: { ...preprocessing, mean: [0, 0, 0], channelOrder: 'BGR' } });
  const others = [
    await load(one, { preprocessing: { ...preprocessing, resize: 'crop' } }),
    await load(one, { preprocessing: { ...preprocessing, interpolation: 'cubic' } }),
    await load(one, { preprocessing: { ...preprocessing, widthPx: 5 } }),
    await load(one, { purpose: 'training' }),
  ];

  expect(same.decoded).toBe(0);
  expect(others.map(({ decoded }) => decoded)).toEqual([1, 1, 1, 1]);
});

/** Smooth and colorful: [heightPx, widthPx, 3]. */
function waves(widthPx: number, heightPx: number): Uint8Array {
  return Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % widthPx, Math.floor(i / 3 / widthPx)];
    return 128 + 60 * Math.sin(x / 9 + (i % 3)) + 60 * Math.cos(y / 7);
  });
}

const realPool = () =>
  inProcessPool<PictureTasks>({ pixels: (task) => preparePixels(task.bytes, task.preprocessing, task.limits) });

test.each<Partial<Preprocessing>>([
  { resize: 'squash' },
  { resize: 'crop', cropFraction: 0.875 },
  { resize: 'crop', cropFraction: 1 },
  { resize: 'letterbox' },
])('evaluation has the pixels of serving, and training shows the same in its middle: %j', async (given) => {
  const settings = preprocessingSchema.parse({ widthPx: 48, heightPx: 48, ...given });
  const picture = await encodeJpeg({ data: waves(120, 90), widthPx: 120, heightPx: 90 }, 95);
  const contentHash = createHash('sha256').update(picture).digest('hex');
  await store.put(objectKeys.source(contentHash), picture);
  const common = { preprocessing: settings, contentHashes: [contentHash] };

  const evaluation = await load([contentHash], { ...common, purpose: 'evaluation' }, realPool());
  const training = await load([contentHash], { ...common, purpose: 'training' }, realPool());

  const served = await preparePixels(picture, settings);
  expect(read(evaluation.set, 0)).toEqual(Uint8Array.from(served));
  expect([training.set.widthPx, training.set.heightPx]).toEqual([60, 60]);
  const { widthPx, heightPx, view } = training.set;
  const result = { data: new Uint8Array(served.length), widthPx: 48, heightPx: 48 };
  const options = { policy: policies.none, random: createRandom(1), view };
  augmentPicture({ data: read(training.set, 0), widthPx, heightPx }, result, options);
  const difference = result.data.reduce((sum, byte, n) => sum + Math.abs(byte - (served[n] as number)), 0);
  expect(difference / served.length).toBeLessThan(3);
});
