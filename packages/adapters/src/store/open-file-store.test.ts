/** @file The file store against the contract of every object store, and its own failures. */
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectStoreContract } from '@tintype/core/ports/object-store.contract';
import { expect, onTestFinished, test } from 'vitest';
import { openFileStore } from './open-file-store.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const bytes = new Uint8Array([1, 2, 3]);

objectStoreContract('the file store', () => openFileStore({ folder: aFolder() }));

test('a put leaves no unfinished file behind', async () => {
  const folder = aFolder();
  const store = await openFileStore({ folder });

  await store.put('snapshots/a', bytes);
  await store.put('snapshots/a', bytes);
  await store.put('snapshots/a', bytes, { ifAbsent: false });

  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

test('two stores on one folder see each other', async () => {
  const folder = aFolder();
  const [one, other] = [await openFileStore({ folder }), await openFileStore({ folder })];

  await Promise.all([one.put('snapshots/a', bytes), other.put('snapshots/a', bytes), other.put('snapshots/b', bytes)]);

  expect(await one.find('snapshots/b')).toEqual({ key: 'snapshots/b', sizeBytes: 3 });
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

test('unfinished files older than an hour are swept when the store is opened, younger ones are left', async () => {
  const folder = aFolder();
  await mkdir(join(folder, 'tmp'));
  for (const name of ['old', 'young']) writeFileSync(join(folder, 'tmp', name), 'half');
  const twoHoursAgo = Date.now() / 1000 - 7200;
  utimesSync(join(folder, 'tmp', 'old'), twoHoursAgo, twoHoursAgo);

  await openFileStore({ folder });

  expect(readdirSync(join(folder, 'tmp'))).toEqual(['young']);
});

test('a write that the disk refuses says why, leaves nothing and hurts no later write', async () => {
  const folder = aFolder();
  const store = await openFileStore({ folder });
  writeFileSync(join(folder, 'models'), 'in the way');

  const refused = store.put('models/abc/model.onnx', bytes);

  await expect(refused).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    details: { reason: 'a file is in the place of a folder' },
  });
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  await store.put('snapshots/a', bytes);
  expect(await store.find('snapshots/a')).toBeDefined();
});

test('unfinished files are never listed and cannot be reached by a key', async () => {
  const folder = aFolder();
  const store = await openFileStore({ folder });
  writeFileSync(join(folder, 'tmp', 'half'), 'half');

  const listed: string[] = [];
  for await (const { key } of store.list('')) listed.push(key);

  expect(listed).toEqual([]);
  await expect(store.get('tmp/half')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

test('a folder that cannot be made fails the opening', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'file'), '');

  await expect(openFileStore({ folder: join(folder, 'file', 'store') })).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
  });
});

test('an object folder that was removed meanwhile is made again', async () => {
  const folder = aFolder();
  const store = await openFileStore({ folder });
  await store.put('snapshots/a', bytes);
  rmSync(join(folder, 'snapshots'), { recursive: true });

  await store.put('snapshots/b', bytes);

  expect(existsSync(join(folder, 'snapshots', 'b'))).toBe(true);
});
