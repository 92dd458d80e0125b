/** @file Ingest through its function, on real files, a real store and a real catalog. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { makeZip } from '@tintype/adapters/sources/testing';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import type { Sample } from '@tintype/contracts/catalog';
import type { IngestProgress, IngestReport } from '@tintype/contracts/ingest';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { ingestPictures } from './ingest-pictures.ts';
import type { IngestNeeds, IngestRequest } from './ingest-pictures.types.ts';

let pool: TaskPool<PictureTasks>;
beforeAll(async () => {
  pool = await openTaskPool<PictureTasks>({ tasks: new URL('./fixtures/analyze-tasks.mjs', import.meta.url) });
});
afterAll(() => pool[Symbol.asyncDispose]());

/** A picture unlike that of any other number. */
async function aPicture(number: number): Promise<Buffer> {
  const data = new Uint8Array(32 * 24 * 3).map((_, index) => (index * (number + 3) * 7 + number * 31) % 256);
  return encodeJpeg({ data, widthPx: 32, heightPx: 24 }, 80);
}

function aFolder(files: Record<string, Uint8Array> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-ingest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

interface Bench {
  needs: IngestNeeds & { store: ObjectStore };
  ingest: (source: string, options?: Partial<IngestRequest>) => Promise<IngestReport>;
  samples: () => Promise<Sample[]>;
  objects: () => Promise<string[]>;
}

async function aBench(changes: Partial<IngestNeeds> = {}): Promise<Bench> {
  const state = aFolder();
  const catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  onTestFinished(() => catalog[Symbol.asyncDispose]());
  const store = await openFileStore({ folder: join(state, 'objects') });
  const needs = { catalog, store, pool, openSource: openPictureSource, clock, ...changes } as Bench['needs'];
  const defaults = {
    dataset: 'd',
    labels: 'folder',
    annotator: 'tester',
    move: false,
    limits: defaultPictureLimits,
  } as const;
  return {
    needs,
    ingest: (source, options) => ingestPictures(needs, { ...defaults, sources: [source], ...options }),
    samples: async () => {
      const all: Sample[] = [];
      for await (const sample of catalog.samples.stream({ dataset: 'd' })) all.push(sample);
      return all;
    },
    objects: async () => {
      const keys: string[] = [];
      for await (const { key } of store.list('')) keys.push(key);
      return keys;
    },
  };
}

const withTail = (bytes: Uint8Array, tail: string): Buffer => Buffer.concat([bytes, Buffer.from(tail)]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('a picture becomes a sample with its class, its bytes and its thumbnail', async () => {
  const bytes = await aPicture(1);
  const bench = await aBench();

  const report = await bench.ingest(aFolder({ 'train/cats/1.jpg': bytes }));

  const [sample] = await bench.samples();
  const hash = sha256(bytes);
  expect(report).toMatchObject({
    dataset: 'd',
    seen: 1,
    added: 1,
    duplicates: 0,
    known: 0,
    rejected: 0,
    classes: { cats: 1 },
  });
  expect(sample).toMatchObject({
    path: 'train/cats/1.jpg',
    className: 'cats',
    contentHash: hash,
    format: 'jpeg',
    widthPx: 32,
    heightPx: 24,
    sizeBytes: bytes.byteLength,
  });
  expect(sample?.id).toMatch(/^s_[0-9a-f]{20}$/);
  expect(await bench.objects()).toEqual([objectKeys.source(hash), objectKeys.thumbnail(hash)]);
  expect(Buffer.compare(await bench.needs.store.get(objectKeys.source(hash)), bytes)).toBe(0);
});

test.each([
  ['filename', { 'cat_1.jpg': 1, 'x/dog_2.jpg': 2, 'portrait.jpg': 3 }, ['cat', 'dog', null]],
  ['none', { 'cats/1.jpg': 1 }, [null]],
] as const)('the label rule %s is followed', async (labels, files, classes) => {
  const bench = await aBench();
  const pictures = await Promise.all(
    Object.entries(files).map(async ([path, number]) => [path, await aPicture(number)] as const),
  );

  await bench.ingest(aFolder(Object.fromEntries(pictures)), { labels });

  expect(new Set((await bench.samples()).map(({ className }) => className))).toEqual(new Set(classes));
});

test('a second run adds nothing and reads no picture', async () => {
  const bench = await aBench();
  const folder = aFolder({
    'a/1.jpg': await aPicture(1),
    'a/2.jpg': await aPicture(2),
    'a/bad.jpg': Buffer.from('no picture'),
  });
  await bench.ingest(folder);
  const before = [await bench.samples(), await bench.objects()];
  const blind = {
    ...bench.needs,
    pool: { run: () => Promise.reject(new Error('a picture was analyzed')) },
  } as IngestNeeds;

  const report = await ingestPictures(blind, {
    sources: [folder],
    dataset: 'd',
    labels: 'folder',
    annotator: 'a',
    move: false,
    limits: defaultPictureLimits,
  });

  expect(report).toMatchObject({ seen: 3, added: 0, known: 3, rejected: 0, classes: {} });
  expect([await bench.samples(), await bench.objects()]).toEqual(before);
});

test('a changed file is taken anew beside what it was', async () => {
  const bench = await aBench();
  const folder = aFolder({ 'a/1.jpg': await aPicture(1) });
  await bench.ingest(folder);
  writeFileSync(join(folder, 'a/1.jpg'), await aPicture(2));

  const report = await bench.ingest(folder);

  expect(report).toMatchObject({ seen: 1, added: 1, known: 0 });
  expect(await bench.samples()).toHaveLength(2);
});

test('exact duplicates are counted once, the first in the source is the sample, and disagreement is an issue', async () => {
  const same = await aPicture(1);
  const files = Object.fromEntries(['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'c.jpg'].map((path) => [path, same]));
  const bench = await aBench();

  const report = await bench.ingest(aFolder(files));

  const issues = await bench.needs.catalog.samples.listIssues({ dataset: 'd' });
  expect(report).toMatchObject({ seen: 4, added: 1, duplicates: 3, labelDisagreements: 1, classes: { a: 1 } });
  expect(await bench.samples()).toMatchObject([{ path: 'a/1.jpg', className: 'a' }]);
  expect(issues.items).toMatchObject([{ kind: 'label-disagreement', path: 'b/1.jpg' }]);
});

test('the first of many duplicates is the sample however long each takes', async () => {
  const same = await aPicture(1);
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`a/${String(index).padStart(2, '0')}.jpg`, same]),
  );
  let calls = 0;
  const slowFirst = {
    run: async (...parameters: Parameters<typeof pool.run>) => {
      if (calls++ === 0) await new Promise((resolve) => setTimeout(resolve, 300));
      return pool.run(...parameters);
    },
  } as IngestNeeds['pool'];
  const bench = await aBench({ pool: slowFirst });

  await bench.ingest(aFolder(files));

  expect(await bench.samples()).toMatchObject([{ path: 'a/00.jpg' }]);
});

test('files that are no good become rows with a code, and the good ones are taken', async () => {
  const good = await aPicture(1);
  const bench = await aBench();
  const folder = aFolder({
    'a/good.jpg': good,
    'a/empty.jpg': Buffer.alloc(0),
    'a/text.jpg': Buffer.from('this is a text and not a picture at all'),
    'a/cut.jpg': good.subarray(0, good.byteLength / 2),
    'a/large.jpg': Buffer.alloc(200_000),
    'a/pdf.pdf': Buffer.from('%PDF-1.7 and so on and so on'),
  });

  const report = await bench.ingest(folder, { limits: { ...defaultPictureLimits, bytes: 100_000 } });

  const codes = Object.fromEntries(report.rejections.map(({ path, code }) => [path, code]));
  expect(report).toMatchObject({ seen: 6, added: 1, rejected: 5 });
  expect(codes).toMatchObject({
    'a/empty.jpg': 'IMAGE_EMPTY',
    'a/text.jpg': 'IMAGE_UNRECOGNIZED',
    'a/cut.jpg': 'IMAGE_TRUNCATED',
    'a/large.jpg': 'IMAGE_TOO_LARGE',
  });
  expect(Object.keys(codes)).toContain('a/pdf.pdf');
  for (const { detail } of report.rejections) expect(detail).toMatch(/^[A-Z].*\.$/);
  expect(await bench.objects()).toHaveLength(2);
  expect((await bench.needs.catalog.samples.listIssues({ dataset: 'd', kind: 'rejected-file' })).total).toBe(5);
});

test('a file that was rejected by a limit is looked at again, and taken when the limit allows it', async () => {
  const bench = await aBench();
  const folder = aFolder({ 'a/1.jpg': await aPicture(1) });
  await bench.ingest(folder, { limits: { ...defaultPictureLimits, bytes: 10 } });

  const report = await bench.ingest(folder);

  expect(report).toMatchObject({ seen: 1, added: 1, known: 0, rejected: 0 });
  expect((await bench.needs.catalog.samples.listIssues({ dataset: 'd' })).total).toBe(0);
});

test('a file of a format that is not taken is looked at again: what decodes it may be installed meanwhile', async () => {
  const bench = await aBench();
  const folder = aFolder({ 'a/1.pdf': Buffer.from('%PDF-1.7 and so on and so on') });
  await bench.ingest(folder);

  const report = await bench.ingest(folder);

  expect(report).toMatchObject({ seen: 1, known: 0, rejected: 1 });
  expect((await bench.needs.catalog.samples.listIssues({ dataset: 'd' })).total).toBe(1);
});

test('pictures that crash, hang or break their child are rejected, and their neighbors are taken', async () => {
  const bench = await aBench();
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 12; number += 1) files[`a/${number}.jpg`] = await aPicture(number);
  for (const tail of ['CRASH', 'HANG', 'BUG']) files[`a/5-${tail}.jpg`] = withTail(await aPicture(99), tail);

  const report = await bench.ingest(aFolder(files), { limits: { ...defaultPictureLimits, pictureMs: 700 } });

  expect(report).toMatchObject({ seen: 15, added: 12, rejected: 3 });
  expect(report.rejections).toEqual([
    { path: 'a/5-BUG.jpg', code: 'IMAGE_DECODE_FAILED', detail: expect.stringContaining('crashed') },
    { path: 'a/5-CRASH.jpg', code: 'IMAGE_DECODE_FAILED', detail: expect.stringContaining('crashed') },
    { path: 'a/5-HANG.jpg', code: 'IMAGE_DECODE_FAILED', detail: expect.stringContaining('timed out') },
  ]);
});

test('a broken installation ends the ingest and rejects no picture', async () => {
  const broken = await openTaskPool<PictureTasks>({
    tasks: new URL('./fixtures/missing.mjs', import.meta.url),
    size: 1,
  });
  onTestFinished(() => broken[Symbol.asyncDispose]());
  const bench = await aBench({ pool: broken });

  await expect(bench.ingest(aFolder({ 'a/1.jpg': await aPicture(1) }))).rejects.toMatchObject({
    code: 'CHILD_CRASHED',
  });

  expect((await bench.needs.catalog.samples.listIssues({ dataset: 'd' })).total).toBe(0);
});

test('originals are deleted by move alone, and only those that were taken', async () => {
  const bench = await aBench();
  const good = await aPicture(1);
  const folder = aFolder({
    'a/good.jpg': good,
    'a/same.jpg': good,
    'a/bad.jpg': Buffer.from('no picture'),
    'a/notes.txt': Buffer.from(''),
  });

  await bench.ingest(folder);
  const afterCopy = readdirSync(join(folder, 'a'));
  const report = await bench.ingest(folder, { move: true });

  expect(afterCopy).toEqual(['bad.jpg', 'good.jpg', 'notes.txt', 'same.jpg']);
  expect(readdirSync(join(folder, 'a'))).toEqual(['bad.jpg', 'notes.txt']);
  expect(report).toMatchObject({ known: 3 });
  expect(await bench.samples()).toHaveLength(1);
});

test('archives are ingested like folders, hostile entries as rejected rows', async () => {
  const bench = await aBench();
  const zip = makeZip([
    { name: 'cats/1.jpg', bytes: await aPicture(1), isStored: true },
    { name: '../../evil.jpg', bytes: await aPicture(2), isStored: true },
  ]);

  const report = await bench.ingest(join(aFolder({ 'p.zip': zip }), 'p.zip'), { move: true });

  expect(report).toMatchObject({ added: 1, rejected: 1, classes: { cats: 1 } });
  expect(report.rejections[0]).toMatchObject({ path: '../../evil.jpg', code: 'ARCHIVE_ENTRY_UNSAFE' });
});

test('a source without pictures or without existence is an error, before anything is done', async () => {
  const bench = await aBench();

  await expect(bench.ingest(aFolder({ 'notes.txt': Buffer.from('') }))).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  const mixed = { sources: [aFolder({ 'a/1.jpg': await aPicture(1) }), '/nowhere/at/all'] };
  await expect(bench.ingest('', mixed)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });

  expect(await bench.samples()).toEqual([]);
});

test('a cancelled ingest keeps what is finished, and the next run adds the rest', async () => {
  const bench = await aBench();
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 120; number += 1) files[`a/${number}.jpg`] = await aPicture(number);
  const folder = aFolder(files);
  const cancel = new AbortController();
  const isPastFirstRows = ({ seen }: IngestProgress): void => void (seen > 0 && cancel.abort());

  await expect(bench.ingest(folder, { signal: cancel.signal, onProgress: isPastFirstRows })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const kept = (await bench.samples()).length;
  const report = await bench.ingest(folder);

  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(120);
  expect(report).toMatchObject({ seen: 120, added: 120 - kept, known: kept });
});

test('a failing store ends the ingest, and no row is without its bytes', async () => {
  const bench = await aBench();
  let puts = 0;
  const failing = {
    ...bench.needs,
    store: {
      find: (key: string) => bench.needs.store.find(key),
      put: async (key: string, bytes: Uint8Array) => {
        puts += 1;
        if (puts > 60) throw new Error('the disk is gone');
        return bench.needs.store.put(key, bytes);
      },
    },
  };
  const files: Record<string, Uint8Array> = {};
  for (let number = 0; number < 60; number += 1) files[`a/${number}.jpg`] = await aPicture(number);

  const ingesting = ingestPictures(failing, {
    sources: [aFolder(files)],
    dataset: 'd',
    labels: 'folder',
    annotator: 'a',
    move: true,
    limits: defaultPictureLimits,
  });

  await expect(ingesting).rejects.toThrow('the disk is gone');
  const objects = new Set(await bench.objects());
  for (const { contentHash } of await bench.samples()) {
    expect(objects).toContain(objectKeys.source(contentHash));
    expect(objects).toContain(objectKeys.thumbnail(contentHash));
  }
});

test('progress counts up to the report', async () => {
  const bench = await aBench();
  const seen: IngestProgress[] = [];

  await bench.ingest(
    aFolder({ 'a/1.jpg': await aPicture(1), 'a/2.jpg': await aPicture(2), 'a/x.jpg': Buffer.from('no') }),
    {
      onProgress: (progress) => seen.push(progress),
    },
  );

  expect(seen.at(-1)).toMatchObject({ seen: 3, added: 2, rejected: 1 });
  expect(seen.at(-1)?.picturesPerSecond).toBeGreaterThan(0);
});
