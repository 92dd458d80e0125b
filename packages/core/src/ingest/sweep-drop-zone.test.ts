/** @file The drop zone through its function: a real catalog, a store in memory, and a bucket on a server of this machine. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openBucketSource } from '@tintype/adapters/sources/open-bucket-source';
import type { DropReport } from '@tintype/contracts/drop';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { expect, onTestFinished, test } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { type DropZoneRequest, sweepDropZone } from './sweep-drop-zone.ts';

/** The format of a picture is the first word of its bytes. */
const pool = inProcessPool<PictureTasks>({
  analyze: async ({ bytes }) => {
    const format = Buffer.from(bytes).toString().split(' ')[0] as 'jpeg';
    if (!['jpeg', 'png', 'webp'].includes(format)) throw new TintypeError('IMAGE_UNRECOGNIZED', {});
    return { format, widthPx: 4, heightPx: 3, perceptualHash: '00ff00ff00ff00ff', thumbnail: new Uint8Array([1]) };
  },
  pixels: async ({ preprocessing: { widthPx, heightPx } }) => new Uint8Array(widthPx * heightPx * 3).fill(9),
});

interface Bench {
  cloud: FakeCloud;
  catalog: Catalog;
  store: MemoryStore;
  sweep: (request?: Partial<DropZoneRequest>) => Promise<DropReport>;
  drop: (key: string, content: string) => void;
  /** Keys of the bucket. */
  left: () => string[];
}

async function aBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-drop-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cloud = await startFakeS3();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  onTestFinished(() => catalog[Symbol.asyncDispose]());
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  const open = (prefix: string): ReturnType<typeof openS3Bucket> =>
    openS3Bucket({ address: { scheme: 's3', bucket: 'photos', prefix }, settings: { endpoint: cloud.endpoint } });
  const [zone, refusals, store] = [await open('upload/'), await open('rejected/'), memoryStore()];
  const source = openBucketSource(zone, { bytes: 1000, offersAll: true });
  const request = { dataset: 'd', labels: 'filename', annotator: 'drop', limits: defaultPictureLimits } as const;
  return {
    cloud,
    catalog,
    store,
    sweep: (more) =>
      sweepDropZone(
        { catalog, store, clock, pool, zone, source, refusals },
        { ...request, formats: ['jpeg', 'png'], ...more },
      ),
    drop: (key, content) => cloud.put(`photos/upload/${key}`, content),
    left: () => [...cloud.objects.keys()].toSorted(),
  };
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');

test('what is dropped becomes a sample with its bytes, thumbnail and array, and is gone from the zone', async () => {
  const bench = await aBench();
  bench.drop('male_ü +1.jpg', 'jpeg one');

  const report = await bench.sweep({ npySidePx: 2 });

  const { items } = await bench.catalog.samples.list({ dataset: 'd' });
  const hash = hashOf('jpeg one');
  expect(report).toMatchObject({
    location: 's3://photos/upload/',
    seen: 1,
    added: 1,
    rejected: 0,
    classes: { male: 1 },
  });
  expect(items).toMatchObject([{ contentHash: hash, path: 'male_ü +1.jpg', className: 'male' }]);
  expect([...bench.store.objects.keys()].toSorted()).toEqual(
    [objectKeys.array(hash), objectKeys.source(hash), objectKeys.thumbnail(hash)].toSorted(),
  );
  expect(Buffer.from(bench.store.objects.get(objectKeys.array(hash)) ?? []).toString('latin1')).toContain('(2, 2, 3)');
  expect(bench.left()).toEqual([]);
});

test('what is refused goes beside the zone with its reason, whatever it is', async () => {
  const bench = await aBench();
  bench.drop('a/notes.txt', 'a note');
  bench.drop('a/b.webp', 'webp two');
  bench.drop('large.jpg', `jpeg ${'x'.repeat(2000)}`);

  const report = await bench.sweep();

  const reason = (key: string): unknown =>
    JSON.parse(bench.cloud.objects.get(`photos/rejected/${key}.reason.json`)?.bytes.toString() ?? '');
  expect(report).toMatchObject({ seen: 3, added: 0, rejected: 3 });
  expect(bench.left()).toEqual(
    ['a/b.webp', 'a/notes.txt', 'large.jpg'].flatMap((key) => [
      `photos/rejected/${key}`,
      `photos/rejected/${key}.reason.json`,
    ]),
  );
  expect(bench.cloud.objects.get('photos/rejected/a/notes.txt')?.bytes.toString()).toBe('a note');
  expect(reason('a/notes.txt')).toMatchObject({ code: 'IMAGE_UNRECOGNIZED' });
  expect(reason('a/b.webp')).toMatchObject({ code: 'IMAGE_FORMAT_UNSUPPORTED' });
  expect(reason('large.jpg')).toMatchObject({ code: 'IMAGE_TOO_LARGE' });
});

test('the same object dropped again, taken or refused before, is dealt with again', async () => {
  const bench = await aBench();
  const drop = (): void => {
    bench.drop('a.jpg', 'jpeg one');
    bench.drop('b.txt', 'a note');
  };
  drop();
  await bench.sweep();

  drop();
  const again = await bench.sweep();

  expect(again).toMatchObject({ seen: 2, added: 0, duplicates: 1, rejected: 1 });
  expect(bench.left()).toEqual(['photos/rejected/b.txt', 'photos/rejected/b.txt.reason.json']);
});

test('a format that the settings allow is taken', async () => {
  const bench = await aBench();
  bench.drop('b.webp', 'webp two');

  expect(await bench.sweep({ formats: ['webp'] })).toMatchObject({ added: 1, rejected: 0 });
});

test('an original that was replaced since it was read stays for the next sweep', async () => {
  const bench = await aBench();
  bench.drop('a.jpg', 'jpeg one');
  bench.cloud.fault = ({ method, path }) => {
    if (method === 'HEAD' && path === '/photos/upload/a.jpg') bench.drop('a.jpg', 'jpeg two');
    return undefined;
  };
  const first = await bench.sweep();
  bench.cloud.fault = () => undefined;

  const second = await bench.sweep();

  expect([first.added, second.added]).toEqual([1, 1]);
  expect([...bench.store.objects.keys()].filter((key) => key.startsWith('sources/'))).toHaveLength(2);
  expect(bench.left()).toEqual([]);
});

test('nothing leaves the zone while bytes, row or refusal are not durable', async () => {
  const bench = await aBench();
  bench.drop('a.jpg', 'jpeg one');
  bench.drop('b.txt', 'a note');
  const put = bench.store.put.bind(bench.store);
  bench.store.put = () =>
    Promise.reject(new TintypeError('STORAGE_FAILED', { operation: 'Writing', reason: 'it is full' }));
  await expect(bench.sweep()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  const afterStore = bench.left();
  bench.store.put = put;
  bench.cloud.fault = ({ method, path }) =>
    method === 'PUT' && path.startsWith('/photos/rejected/')
      ? { kind: 'status', status: 403, code: 'AccessDenied' }
      : undefined;
  await expect(bench.sweep()).rejects.toMatchObject({ code: 'BUCKET_DENIED' });
  const afterRefusal = bench.left();
  bench.cloud.fault = () => undefined;

  await bench.sweep();

  expect(afterStore).toContain('photos/upload/a.jpg');
  expect(afterRefusal).toContain('photos/upload/b.txt');
  expect(bench.left()).toEqual(['photos/rejected/b.txt', 'photos/rejected/b.txt.reason.json']);
  expect((await bench.catalog.samples.list({ dataset: 'd' })).total).toBe(1);
});
