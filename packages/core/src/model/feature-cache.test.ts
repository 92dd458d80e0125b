/** @file Tests of the embedding cache: order, reuse, damage, rejected pictures, cancellation. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone } from '@tintype/contracts/model';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { beforeEach, expect, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';
import { loadFeatures } from './feature-cache.ts';
import { parseShard, renderShard } from './feature-shard.ts';
import { computeFeaturesKey } from './features-key.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from './testing.ts';

const backbone: Backbone = {
  kind: 'histograms',
  name: 'histograms',
  hash: 'v1',
  preprocessing: preprocessingSchema.parse({ widthPx: 8, heightPx: 8 }),
  dimensions: 2,
};
const prefix = objectKeys.embeddingPrefix(computeFeaturesKey(backbone));
const hashOf = (n: number): string => n.toString(16).padStart(64, '0');

let store: MemoryStore;

beforeEach(async () => {
  store = memoryStore();
  for (let n = 0; n < 600; n += 1) await store.put(objectKeys.source(hashOf(n)), Uint8Array.of(n & 255, n >> 8));
});

/** "Pictures" are two bytes, and their features are these bytes; 13 cannot be decoded. */
const aPool = () =>
  inProcessPool<PictureTasks>({
    openBackbone: async () => null,
    closeBackbone: async () => null,
    extract: async ({ bytes }) => {
      if (bytes[0] === 13 && bytes[1] === 0) throw new TintypeError('IMAGE_CORRUPT', {});
      return Float32Array.from(bytes);
    },
  });

test('features come in the order asked, also for a picture that is asked twice', async () => {
  const { rows, extracted } = await loadFeatures(
    { store, pool: aPool() },
    { backbone, contentHashes: [300, 2, 300].map(hashOf) },
  );

  expect([...rows]).toEqual([44, 1, 2, 0, 44, 1]);
  expect(extracted).toBe(2);
});

test('a second call decodes nothing, and a larger one only what is new', async () => {
  const contentHashes = Array.from({ length: 550 }, (_, n) => hashOf(n + 20));
  const first = await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes });
  const pool = aPool();

  const second = await loadFeatures({ store, pool }, { backbone, contentHashes });
  const third = await loadFeatures({ store, pool }, { backbone, contentHashes: [hashOf(1), ...contentHashes] });

  expect(second.rows).toEqual(first.rows);
  expect(third.extracted).toBe(1);
  expect(pool.calls).toEqual(['openBackbone', 'extract', 'closeBackbone']);
  expect([...store.objects.keys()].filter((key) => key.startsWith(prefix))).toHaveLength(3);
});

test.each([
  ['a flipped bit', (bytes: Uint8Array) => bytes.with(bytes.length - 3, (bytes.at(-3) as number) ^ 1)],
  ['a lost end', (bytes: Uint8Array) => bytes.subarray(0, -4)],
  ['a damaged header', (bytes: Uint8Array) => bytes.with(20, 0)],
  ['no content', () => new Uint8Array()],
])('a shard with %s is made anew', async (_, damage) => {
  const contentHashes = [1, 2, 3].map(hashOf);
  const whole = await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes });
  const key = [...store.objects.keys()].find((k) => k.startsWith(prefix)) as string;
  store.objects.set(key, damage(store.objects.get(key) as Uint8Array));

  const again = await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes });
  const cached = await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes });

  expect(again.rows).toEqual(whole.rows);
  expect(again.extracted).toBe(3);
  expect(cached.extracted).toBe(0);
});

test('a picture that cannot be decoded is a row, not an end', async () => {
  const features = await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes: [13, 14].map(hashOf) });

  expect(features.rejected.get(hashOf(13))?.code).toBe('IMAGE_CORRUPT');
  expect([...features.rows]).toEqual([0, 0, 14, 0]);
});

test('a picture whose bytes are gone stops it by name, and what was extracted is kept', async () => {
  const contentHashes = [...Array.from({ length: 40 }, (_, n) => hashOf(n + 20)), hashOf(5000)];

  await expect(loadFeatures({ store, pool: aPool() }, { backbone, contentHashes })).rejects.toThrow(hashOf(5000));

  const { extracted } = await loadFeatures(
    { store, pool: aPool() },
    { backbone, contentHashes: contentHashes.slice(0, 40) },
  );
  expect(extracted).toBeLessThan(10);
});

test('cancelling keeps what was extracted', async () => {
  const controller = new AbortController();
  const contentHashes = Array.from({ length: 100 }, (_, n) => hashOf(n + 20));
  const onProgress = (done: number): void => {
    if (done >= 50) controller.abort();
  };

  const loading = loadFeatures(
    { store, pool: aPool() },
    { backbone, contentHashes, onProgress, signal: controller.signal },
  );

  await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await loadFeatures({ store, pool: aPool() }, { backbone, contentHashes })).extracted).toBeLessThanOrEqual(50);
});

test.each([
  ['too few features', Float32Array.of(1)],
  ['features that are not numbers', Float32Array.of(1, Number.NaN)],
])('a backbone that gives %s is refused', async (_, row) => {
  const pool = inProcessPool<PictureTasks>({
    openBackbone: async () => null,
    closeBackbone: async () => null,
    extract: async () => row,
  });

  const loading = loadFeatures({ store, pool }, { backbone, contentHashes: [hashOf(1)] });

  await expect(loading).rejects.toMatchObject({ code: 'BACKBONE_INVALID' });
});

test('features are kept apart by weights and by pixels, not by name', () => {
  const key = computeFeaturesKey(backbone);

  expect(computeFeaturesKey({ ...backbone, name: 'other' })).toBe(key);
  expect(computeFeaturesKey({ ...backbone, hash: 'v2' })).not.toBe(key);
  expect(computeFeaturesKey({ ...backbone, preprocessing: { ...backbone.preprocessing, resize: 'crop' } })).not.toBe(
    key,
  );
});

test('a shard survives its round trip at any alignment', () => {
  const shard = { dimensions: 3, contentHashes: ['a', 'bc'], rows: Float32Array.of(1, -2.5, 3e-30, 4, 5, 6) };
  const bytes = renderShard(shard);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);

  expect(parseShard(bytes)).toEqual(shard);
  expect(parseShard(shifted.subarray(1))).toEqual(shard);
});
