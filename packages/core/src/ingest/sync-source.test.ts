/** @file Sync through its function: a real catalog, a store in memory, and a bucket on a server that counts what is asked of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openBucketSource } from '@tintype/adapters/sources/open-bucket-source';
import type { Sample } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import type { SyncReport } from '@tintype/contracts/sync';
import { expect, onTestFinished, test } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { PictureSource } from '../ports/picture-source.ts';
import { type SyncRequest, syncSource } from './sync-source.ts';

/** Takes any bytes but `broken` for a picture. */
const pool = inProcessPool<PictureTasks>({
  analyze: async ({ bytes }) => {
    if (Buffer.from(bytes).toString() === 'broken') throw new TintypeError('IMAGE_UNRECOGNIZED', {});
    const hash = '00ff00ff00ff00ff';
    return { format: 'jpeg', widthPx: 4, heightPx: 3, perceptualHash: hash, thumbnail: new Uint8Array([1]) };
  },
});

interface Bench {
  cloud: FakeCloud;
  catalog: Catalog;
  /** With paths: a look at these alone. */
  sync: (request?: Partial<SyncRequest>) => Promise<SyncReport>;
  /** By path, those of the trash too: class and whether it is in the trash. */
  samples: () => Promise<Record<string, string>>;
  downloads: () => string[];
}

async function aBench(objects: Readonly<Record<string, string>>): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-sync-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cloud = await startFakeS3();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  for (const [key, content] of Object.entries(objects)) cloud.put(`photos/in/${key}`, content);
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  onTestFinished(() => catalog[Symbol.asyncDispose]());
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  const bucket = await openS3Bucket({
    address: { scheme: 's3', bucket: 'photos', prefix: 'in/' },
    settings: { endpoint: cloud.endpoint },
    pageSize: 3,
  });
  const needs = { catalog, store: memoryStore(), clock, pool };
  const sourceOf = (keys?: readonly string[]): PictureSource =>
    openBucketSource(bucket, { bytes: 1000, ...(keys ? { keys } : {}) });
  const request = { dataset: 'd', labels: 'folder', annotator: 'sync', limits: defaultPictureLimits } as const;
  return {
    cloud,
    catalog,
    sync: (more) => syncSource({ ...needs, source: sourceOf(more?.paths) }, { ...request, ...more }),
    async samples() {
      const all: Sample[] = [];
      for (const removed of [false, true])
        for await (const sample of catalog.samples.stream({ dataset: 'd', removed })) all.push(sample);
      return Object.fromEntries(
        all.map(({ path, className, removedAt }) => [path, `${className}${removedAt === null ? '' : ' (trash)'}`]),
      );
    },
    downloads: () => cloud.requests.filter((request) => request.startsWith('GET /photos/in/')),
  };
}

const objects = {
  'glass/1.jpg': 'one',
  'glass/2 ü+.jpg': 'two',
  'paper/3.jpg': 'three',
  'paper/copy of 3.jpg': 'three',
  'paper/broken.jpg': 'broken',
  'notes.txt': 'not a picture',
  'paper/': '',
};

test('a bucket becomes a dataset, and the next look reads nothing', async () => {
  const bench = await aBench(objects);

  const first = await bench.sync();
  const before = bench.downloads().length;
  const second = await bench.sync();

  expect(first).toMatchObject({
    location: 's3://photos/in/',
    listed: 5,
    unchanged: 0,
    added: 3,
    duplicates: 1,
    rejected: 1,
    rejections: [{ path: 'paper/broken.jpg', code: 'IMAGE_UNRECOGNIZED' }],
    classes: { glass: 2, paper: 1 },
  });
  expect(second).toMatchObject({ listed: 5, unchanged: 5, added: 0, changed: 0, deleted: 0, rejected: 0 });
  expect(before).toBe(5);
  expect(bench.downloads()).toHaveLength(before);
  expect(await bench.samples()).toEqual({ 'glass/1.jpg': 'glass', 'glass/2 ü+.jpg': 'glass', 'paper/3.jpg': 'paper' });
});

test('a look at some paths finds what is new, changed, gone and back among them, and leaves all others alone', async () => {
  const bench = await aBench(objects);
  await bench.sync();
  bench.cloud.put('photos/in/paper/new.jpg', 'new');
  bench.cloud.put('photos/in/glass/1.jpg', 'other');
  bench.cloud.objects.delete('photos/in/glass/2 ü+.jpg');
  bench.cloud.objects.delete('photos/in/paper/3.jpg');
  bench.cloud.requests.length = 0;
  const paths = ['paper/new.jpg', 'glass/2 ü+.jpg', 'glass/1.jpg', 'never/there.jpg', 'notes.txt', ''];

  const first = await bench.sync({ paths });
  const again = await bench.sync({ paths });
  bench.cloud.put('photos/in/glass/2 ü+.jpg', 'two');
  const back = await bench.sync({ paths: ['glass/2 ü+.jpg'] });
  const nothing = await bench.sync({ paths: ['never/there.jpg'] });

  expect(first).toMatchObject({ listed: 2, added: 1, changed: 1, deleted: 1, trashed: 1 });
  expect(again).toMatchObject({ listed: 2, unchanged: 2, added: 0, changed: 0, deleted: 0 });
  expect([back.returned, back.restored, nothing.listed, nothing.deleted]).toEqual([1, 1, 0, 0]);
  expect(bench.cloud.requests.filter((request) => request.includes('list-type'))).toEqual([]);
  expect((await bench.sync()).deleted).toBe(1);
});

test('an object that was written again as it was is not read again', async () => {
  const bench = await aBench(objects);
  await bench.sync();
  const before = bench.downloads().length;

  bench.cloud.put('photos/in/glass/1.jpg', 'one');
  const report = await bench.sync();

  expect(report).toMatchObject({ unchanged: 5, changed: 0 });
  expect(bench.downloads()).toHaveLength(before);
});

test('new, changed and deleted objects are followed, and labels made by hand are kept', async () => {
  const bench = await aBench(objects);
  await bench.sync();
  const { items } = await bench.catalog.samples.list({ dataset: 'd', text: '1.jpg' });
  const label = { id: 'label_by_hand', className: 'metal', annotator: 'ada', source: 'human', at: 1 } as const;
  await bench.catalog.samples.appendLabelEvents([{ ...label, sampleId: items[0]?.id ?? '' }]);

  bench.cloud.put('photos/in/glass/1.jpg', 'one, mended');
  bench.cloud.put('photos/in/metal/4.jpg', 'four');
  bench.cloud.objects.delete('photos/in/glass/2 ü+.jpg');
  const report = await bench.sync();

  expect(report).toMatchObject({ listed: 5, unchanged: 3, added: 1, changed: 1, deleted: 1, trashed: 1 });
  expect(await bench.samples()).toEqual({
    'glass/1.jpg': 'metal (trash)',
    'glass/2 ü+.jpg': 'glass (trash)',
    'metal/4.jpg': 'metal',
    'paper/3.jpg': 'paper',
  });
  const { items: live } = await bench.catalog.samples.list({ dataset: 'd', text: '1.jpg' });
  expect(live).toMatchObject([{ className: 'metal', removedAt: null }]);
  const issues = await bench.catalog.samples.listIssues({ dataset: 'd', kind: 'changed-object' });
  expect(issues.items).toMatchObject([{ path: 'glass/1.jpg', sampleId: live[0]?.id }]);
});

test('an object that comes back comes out of the trash unread, and one that moved never goes there', async () => {
  const bench = await aBench(objects);
  await bench.sync();
  const take = (key: string): Buffer => {
    const { bytes } = bench.cloud.objects.get(`photos/in/${key}`) ?? { bytes: Buffer.alloc(0) };
    bench.cloud.objects.delete(`photos/in/${key}`);
    return bytes;
  };
  const taken = take('glass/1.jpg');
  bench.cloud.put('photos/in/moved.jpg', take('glass/2 ü+.jpg'));
  const away = await bench.sync();
  const before = bench.downloads().length;

  bench.cloud.put('photos/in/glass/1.jpg', taken);
  const back = await bench.sync();

  expect(away).toMatchObject({ deleted: 2, trashed: 1, duplicates: 1, added: 0 });
  expect(back).toMatchObject({ returned: 1, restored: 1, unchanged: 4 });
  expect(bench.downloads()).toHaveLength(before);
  expect(Object.values(await bench.samples()).toSorted()).toEqual(['glass', 'glass', 'paper']);
});

test('a listing without objects is not believed unless it is to be', async () => {
  const bench = await aBench({ 'a.jpg': 'one' });
  await bench.sync();
  bench.cloud.objects.clear();

  await expect(bench.sync()).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  expect(await bench.samples()).toEqual({ 'a.jpg': 'null' });

  expect(await bench.sync({ allowsEmpty: true })).toMatchObject({ listed: 0, deleted: 1, trashed: 1 });
  expect(await bench.samples()).toEqual({ 'a.jpg': 'null (trash)' });
});

test('a listing that fails on its way deletes nothing that it did not come to', async () => {
  const bench = await aBench(objects);
  await bench.sync();
  bench.cloud.fault = ({ query }) =>
    query.has('continuation-token') ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;

  await expect(bench.sync()).rejects.toMatchObject({ code: 'BUCKET_DENIED' });

  bench.cloud.fault = () => undefined;
  expect(await bench.sync()).toMatchObject({ unchanged: 5, returned: 0, deleted: 0 });
});

test('an object that is closed, or is replaced while it is read, is a row and is looked at again', async () => {
  const bench = await aBench({ 'a.jpg': 'one', 'b.jpg': 'two', 'c.jpg': 'three' });
  bench.cloud.fault = ({ method, path }) => {
    if (path === '/photos/in/a.jpg') return { kind: 'status', status: 403, code: 'AccessDenied' };
    if (method === 'GET' && path === '/photos/in/b.jpg') bench.cloud.put('photos/in/b.jpg', 'two, newer');
    return undefined;
  };
  const first = await bench.sync();

  bench.cloud.fault = () => undefined;
  const second = await bench.sync();

  expect(first).toMatchObject({ added: 1, rejected: 2 });
  expect(first.rejections.map(({ code }) => code)).toEqual(['FILE_UNREADABLE', 'FILE_UNREADABLE']);
  expect(second).toMatchObject({ unchanged: 1, added: 2, rejected: 0 });
});

test('classes come from a table where there is one', async () => {
  const bench = await aBench({ 'a.jpg': 'one', 'b.jpg': 'two', 'c.jpg': 'three' });
  const classes = new Map([
    ['a.jpg', 'glass'],
    ['b.jpg', null],
  ]);

  await bench.sync({ labels: 'none', classOf: (path) => classes.get(path) });

  expect(await bench.samples()).toEqual({ 'a.jpg': 'glass', 'b.jpg': 'null', 'c.jpg': 'null' });
});

test('a sync that is cancelled is gone on with', async () => {
  const bench = await aBench(
    Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${index}.jpg`, `${index}`])),
  );
  const cancel = new AbortController();
  const cancelled = bench.sync({ signal: cancel.signal, onProgress: ({ listed }) => listed > 0 && cancel.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });

  const report = await bench.sync();

  expect(report.listed).toBe(200);
  expect(Object.keys(await bench.samples())).toHaveLength(200);
});
