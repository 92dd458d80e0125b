/** @file Many pictures through gates: with tasks that answer by rote, and with a real detector on real pictures. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { expect, test } from 'vitest';
import { objectKeys } from '../../ports/object-store.ts';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { inProcessPool, memoryStore } from '../testing.ts';
import { gatePictures } from './gate-pictures.ts';
import type { DetectorSource } from './resolve-detectors.ts';
import { runGates } from './run-gates.ts';

const minSize: Gate = { kind: 'min-size', sidePx: 100 };
const noDetectors = { settings: {}, folder: '.' };
const hash = (n: number): string => String(n).repeat(64);

function aStore(count: number) {
  const store = memoryStore();
  for (let n = 0; n < count; n += 1) store.objects.set(objectKeys.source(hash(n)), Uint8Array.of(n));
  return store;
}

test('what is refused is listed in the order asked, with its reason', async () => {
  const pool = inProcessPool<PictureTasks>({
    gate: async ({ bytes: [n = 0], gates }) => {
      if (n === 2) throw new TintypeError('IMAGE_CORRUPT', {});
      return runGates(gates, { widthPx: async () => 50 * n, heightPx: async () => 200 });
    },
  });

  const refused = await gatePictures({ store: aStore(5), pool }, [0, 1, 2, 3, 4].map(hash), {
    gates: [minSize],
    detectors: noDetectors,
    limits,
  });

  expect(refused.map(({ contentHash, reason }) => [contentHash[0], reason])).toEqual([
    ['0', 'TOO_SMALL'],
    ['1', 'TOO_SMALL'],
    ['2', 'IMAGE_CORRUPT'],
  ]);
});

test('without gates nothing is read', async () => {
  const pool = inProcessPool<PictureTasks>({});

  const refused = await gatePictures({ store: memoryStore(), pool }, [hash(1)], {
    gates: [],
    detectors: noDetectors,
    limits,
  });

  expect(refused).toEqual([]);
  expect(pool.calls).toEqual([]);
});

test("a failure that is not the picture's is not taken for a refusal", async () => {
  const pool = inProcessPool<PictureTasks>({});

  const gating = gatePictures({ store: memoryStore(), pool }, [hash(1)], {
    gates: [minSize],
    detectors: noDetectors,
    limits,
  });

  await expect(gating).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('a gate that counts needs a detector', async () => {
  const gates: Gate[] = [{ kind: 'person-count', min: 1, max: 1 }];
  const needs = { store: aStore(1), pool: inProcessPool<PictureTasks>({}) };
  const gateWith = (detectors: DetectorSource) => gatePictures(needs, [hash(0)], { gates, detectors, limits });

  await expect(gateWith(noDetectors)).rejects.toMatchObject({ code: 'DETECTOR_MISSING' });
  const settings = { person: { kind: 'yolox' as const, file: 'nowhere.onnx' } };
  await expect(gateWith({ settings, folder: '.' })).rejects.toMatchObject({ code: 'DETECTOR_INVALID' });
  expect(needs.pool.calls).toEqual([]);
});

const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../../../../../shared');
const isThere = existsSync(join(shared, 'models/yolox_nano.onnx')) && existsSync(join(shared, 'data/persons'));

test.skipIf(!isThere)(
  `in children, pictures of one person pass and others are told why${isThere ? '' : ' (skipped: ../shared is not here)'}`,
  async () => {
    const store = memoryStore();
    const load = (kind: string): string[] => {
      const folder = join(shared, 'data/persons/clear', kind);
      return readdirSync(folder)
        .slice(0, 6)
        .map((name) => {
          const bytes = readFileSync(join(folder, name));
          const contentHash = createHash('sha256').update(bytes).digest('hex');
          store.objects.set(objectKeys.source(contentHash), bytes);
          return contentHash;
        });
    };
    const [many, one] = [load('many'), load('one')];
    const gates: Gate[] = [{ kind: 'person-count', min: 1, max: 1 }];
    const settings = { person: { kind: 'yolox' as const, file: 'yolox_nano.onnx' } };
    const detectors = { settings, folder: join(shared, 'models') };
    await using pool = await openTaskPool<PictureTasks>({ tasks: '@tintype/core/model/picture-tasks', size: 2 });

    const refused = await gatePictures({ store, pool }, [...many, ...one], { gates, detectors, limits });

    const isRefused = new Set(refused.map(({ contentHash }) => contentHash));
    expect(many.filter((contentHash) => isRefused.has(contentHash))).toHaveLength(6);
    expect(one.filter((contentHash) => isRefused.has(contentHash)).length).toBeLessThanOrEqual(1);
    expect(refused[0]?.error).toMatch(/^Multiple people detected \(\d+ people\)\. Please use single-person images\.$/);
  },
);
