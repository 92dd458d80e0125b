/** @file What the rows of a catalog refer to, by every kind of row. */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { expect, test } from 'vitest';
import { memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { anEvaluation, aSnapshot, aVersion, by, fill } from '../ports/catalog-builders.contract.ts';
import { movableClock } from '../ports/job-queue.contract.ts';
import { objectKeys } from '../ports/object-store.ts';
import { type ReferencedKey, referencedKeys } from './referenced-keys.ts';

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

async function aCatalog(): Promise<Catalog> {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-keys-')), 'catalog.sqlite');
  return openSqliteCatalog({ path, clock: movableClock() });
}

async function collect(keys: AsyncIterable<ReferencedKey>): Promise<ReferencedKey[]> {
  const all: ReferencedKey[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

test('a sample refers to its original and its thumbnail, in the trash too', async () => {
  await using catalog = await aCatalog();
  const [kept, removed] = (await fill(catalog, ['cat/1.jpg', 'dog/1.jpg'])) as [string, string];
  await catalog.samples.remove([removed], by);

  const keys = await collect(referencedKeys({ catalog, store: memoryStore() }));

  expect(keys.map(({ reason, row }) => [reason, row])).toEqual([
    ['original', kept],
    ['thumbnail', kept],
    ['original', removed],
    ['thumbnail', removed],
  ]);
  const contentHash = sha256('cat/1.jpg');
  expect(keys[0]).toMatchObject({ key: objectKeys.source(contentHash), sha256: contentHash, sizeBytes: 100 });
  expect(keys[1]?.key).toBe(objectKeys.thumbnail(contentHash));
});

test('a snapshot refers to its list, and a kept prediction to its picture where there is one', async () => {
  await using catalog = await aCatalog();
  await catalog.samples.ensureDataset('pets');
  await catalog.snapshots.create(aSnapshot('1'), []);
  const kept = { at: 1, because: 'random' as const, sizeBytes: 7, model: 'pets', version: 1, requestId: 'r' };
  const answer = { prediction: 'cat', confidence: 0.9, reason: null, probabilities: null };
  await catalog.predictions.record([
    { id: 'pred_1', contentHash: 'a'.repeat(64), hasPicture: true, ...kept, ...answer },
    { id: 'pred_2', contentHash: 'b'.repeat(64), hasPicture: false, ...kept, ...answer },
  ]);

  const keys = await collect(referencedKeys({ catalog, store: memoryStore() }));

  expect(keys).toEqual([
    { key: objectKeys.snapshot(aSnapshot('1').id), reason: 'snapshot', row: aSnapshot('1').id },
    {
      key: objectKeys.prediction('a'.repeat(64)),
      sha256: 'a'.repeat(64),
      sizeBytes: 7,
      reason: 'prediction',
      row: 'pred_1',
    },
  ]);
});

test('a version whose manifest cannot be read refers to it, and to what lies beside it', async () => {
  await using catalog = await aCatalog();
  const bundleHash = 'c'.repeat(64);
  await catalog.registry.publish(aVersion('pets', { bundleHash }), { evaluation: anEvaluation('1'), by: 'ada' });
  const manifest = { key: objectKeys.bundleFile(bundleHash, 'bundle.json'), sha256: bundleHash };
  const store = memoryStore();

  const missing = await collect(referencedKeys({ catalog, store }));
  await store.put(manifest.key, new TextEncoder().encode('damaged'));
  await store.put(objectKeys.bundleFile(bundleHash, 'model.onnx'), new TextEncoder().encode('graph'));
  const damaged = await collect(referencedKeys({ catalog, store }));

  expect(missing).toEqual([{ ...manifest, reason: 'bundle', row: 'pets@1' }]);
  const beside = { key: objectKeys.bundleFile(bundleHash, 'model.onnx'), reason: 'bundle', row: 'pets@1' };
  expect(damaged).toEqual([...missing, beside]);
});

test('a failing store is no missing bundle', async () => {
  await using catalog = await aCatalog();
  await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), by: 'ada' });
  const store = { ...memoryStore(), get: () => Promise.reject(new Error('the network is away')) };

  await expect(collect(referencedKeys({ catalog, store }))).rejects.toThrow('the network is away');
});
