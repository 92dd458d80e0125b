/** @file A backup from any kind of store to any other and back: folder, S3, Google Cloud Storage. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGcsBucket } from '@tintype/adapters/buckets/open-gcs-bucket';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import { startFakeGcs } from '@tintype/adapters/buckets/testing/fake-gcs';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { openRemoteStore } from '@tintype/adapters/store/open-remote-store';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { createBackup } from './create-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { addPictures, addVersion, readObjects } from './testing.ts';
import { verifyBackup } from './verify-backup.ts';

const [s3, gcs] = await Promise.all([startFakeS3(), startFakeGcs()]);
beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([s3[Symbol.asyncDispose](), gcs[Symbol.asyncDispose]()]);
});

let places = 0;
const aFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tintype-place-'));
const stores: Record<string, () => Promise<ObjectStore>> = {
  folder: async () => openFileStore({ folder: await aFolder() }),
  async s3() {
    const address = { scheme: 's3', bucket: 'photos', prefix: `place-${++places}/` } as const;
    const bucket = await openS3Bucket({ address, settings: { endpoint: s3.endpoint } });
    return openRemoteStore({ bucket, cacheFolder: await aFolder() });
  },
  async gcs() {
    const address = { scheme: 'gs', bucket: 'photos', prefix: `place-${++places}/` } as const;
    const bucket = await openGcsBucket({ address, endpoint: gcs.endpoint });
    return openRemoteStore({ bucket, cacheFolder: await aFolder() });
  },
};

async function openParts(): Promise<Workspace> {
  return openWorkspace({ folder: await initWorkspace(await aFolder()), needs: ['catalog', 'store'] });
}

test.each([
  ['folder', 's3', 'gcs'],
  ['gcs', 'folder', 's3'],
  ['s3', 'gcs', 'folder'],
  ['s3', 's3', 's3'],
])('bytes in %s, the backup in %s, restored into %s', async (own, between, other) => {
  await using from = await openParts();
  const store = (await stores[own]?.()) as ObjectStore;
  const place = (await stores[between]?.()) as ObjectStore;
  const { catalog, archive, clock } = from;
  await addPictures({ catalog, store }, 0, 12);
  await addVersion({ catalog, store });
  await using to = await openParts();
  const target = (await stores[other]?.()) as ObjectStore;

  const manifest = await createBackup({ catalog, archive, store, place, clock }, { madeBy: 'test' });
  const report = await verifyBackup({ place, clock }, manifest);
  await restoreBackup({ archive: to.archive, store: target, place, clock }, manifest);

  expect(report).toMatchObject({ objects: 28, problemCount: 0 });
  expect(await readObjects(target)).toEqual(await readObjects(store));
  expect(await to.catalog.samples.list({})).toEqual(await catalog.samples.list({}));
});
