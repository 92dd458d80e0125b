/** @file Every format in and out: what one workspace writes, another reads, with the same pictures, classes and people. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openLabelFiles, openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { type ExportFormat, exportFormats, type ImportReport } from '@tintype/contracts/label-exchange';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readZip } from '../../model/formats/read-zip.ts';
import { tasks } from '../../model/picture-tasks.ts';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../../model/testing.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { exportDataset } from './export-dataset.ts';
import { type ImportRequest, importLabels } from './import-labels.ts';
import { parseNpy, readText } from './npy.ts';

interface Place extends AsyncDisposable {
  catalog: Catalog;
  store: MemoryStore;
  take: (source: string, change?: Partial<ImportRequest>) => Promise<ImportReport>;
  /** content hash -> class, and what was said blind. */
  read: () => Promise<Record<string, string>>;
}

const pool = inProcessPool<PictureTasks>(tasks);
let folder: string;
/** cat/1.png, cat/2.jpg, dog/1.png, "a, b/ü \"x\".png" and loose.png, which is in no folder. */
let pictures: string;
let origin: Place;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-exchange-'));
  pictures = join(folder, 'pictures');
  for (const [n, path] of ['cat/1.png', 'cat/2.jpg', 'dog/1.png', 'a, b/ü +x.png', 'loose.png'].entries()) {
    await mkdir(join(pictures, path, '..'), { recursive: true });
    const picture = sharp({ create: { width: 24, height: 16, channels: 3, background: { r: 40 * n, g: 90, b: 200 } } });
    await writeFile(join(pictures, path), await (path.endsWith('jpg') ? picture.jpeg() : picture.png()).toBuffer());
  }
  origin = await aPlace();
  await origin.take(pictures);
  const { items } = await origin.catalog.samples.list({ className: 'cat' });
  const by = { annotator: 'bob', at: 5000, source: 'opinion' } as const;
  const said = items.map(({ id }, n) => ({
    id: `opinion-${n}`,
    sampleId: id,
    className: n === 0 ? 'dog' : 'cat',
    ...by,
  }));
  await origin.catalog.samples.appendLabelEvents(said);
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function aPlace(): Promise<Place> {
  const own = await mkdtemp(join(folder, 'place-'));
  const catalog = await openSqliteCatalog({ path: join(own, 'catalog.sqlite'), clock });
  const store = memoryStore();
  return {
    catalog,
    store,
    take: (source, change = {}) =>
      importLabels(
        { catalog, store, clock, pool, openSource: openPictureSource, openLabelFiles },
        { source, limits, ...change },
      ),
    async read() {
      const found: Record<string, string> = {};
      for await (const { id, contentHash, className } of catalog.samples.stream({})) {
        if (className === null) continue;
        const opinions = (await catalog.samples.listLabelEvents(id)).filter(({ source }) => source === 'opinion');
        found[contentHash] = [className, ...opinions.map((one) => `${one.annotator}: ${one.className}`)].join(', ');
      }
      return found;
    },
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
}

const classesOf = (said: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(said).map(([hash, words]) => [
      hash,
      words.split(', ')[0] === 'a' ? 'a, b' : (words.split(', ')[0] as string),
    ]),
  );

async function write(format: ExportFormat, change: object = {}) {
  const target = join(await mkdtemp(join(folder, 'out-')), format);
  const { catalog, store } = origin;
  const report = await exportDataset({ catalog, store, pool }, { folder: target, format, limits, ...change });
  return { target, report };
}

/** Formats that keep what several people said. */
const keepsPeople: readonly ExportFormat[] = ['folder', 'csv', 'label-studio', 'npy'];

test.each(exportFormats)('%s is read back by an empty workspace, or by one that has the pictures', async (format) => {
  const { target, report } = await write(format, { sizePx: 8 });
  const isPixels = format === 'npy' || format === 'npz';
  await using place = await aPlace();
  if (isPixels) await place.take(pictures, { format: 'folder' });
  for await (const { id } of place.catalog.samples.stream({}))
    await place.catalog.samples.appendLabelEvents([
      { id: `clear-${id}`, sampleId: id, className: null, annotator: 'test', source: 'human', at: 1 },
    ]);

  const read = await place.take(target);

  const expected = await origin.read();
  const found = await place.read();
  expect(report).toMatchObject({ pictures: 4, unlabeled: 1, classes: { cat: 2, dog: 1, 'a, b': 1 }, failed: [] });
  expect(read).toMatchObject({ labeled: 4, skipped: 0, classes: { cat: 2, dog: 1, 'a, b': 1 } });
  expect(keepsPeople.includes(format) ? found : classesOf(found)).toEqual(
    keepsPeople.includes(format) ? expected : classesOf(expected),
  );
});

test('what is imported twice is recorded once, and leaves alone what somebody has changed since', async () => {
  const { target } = await write('csv');
  await using place = await aPlace();
  await place.take(target);
  const { items } = await place.catalog.samples.list({ className: 'cat' });
  const sampleId = items[0]?.id as string;
  await place.catalog.samples.appendLabelEvents([
    { id: 'by-hand-1', sampleId, className: 'fox', annotator: 'ada', source: 'human', at: 9000 },
  ]);

  await place.take(target);

  expect((await place.catalog.samples.get(sampleId)).className).toBe('fox');
});

test('labels find pictures that are in the catalog already, wherever another tool kept them', async () => {
  await using place = await aPlace();
  await place.take(pictures, { format: 'folder' });
  const file = join(folder, 'labels.csv');
  await writeFile(
    file,
    'file_name;label\n/mnt/media/cat/2.jpg;lynx\nhttps://example.org/x/dog/1.png?sig=1;wolf\n1.png;bear\nnot-here.png;fox\ncat/1.png;\n',
  );

  const report = await place.take(file, { annotator: 'zoo' });

  expect(report).toMatchObject({ format: 'csv', read: 5, labeled: 2, skipped: 3, ingest: null });
  expect(report.reasons).toEqual([
    { name: 'cat/1.png', reason: 'it has no class' },
    { name: '1.png', reason: '2 pictures of the dataset have this name' },
    { name: 'not-here.png', reason: 'the dataset has no such picture' },
  ]);
  const { items } = await place.catalog.samples.list({ className: 'lynx' });
  expect(await place.catalog.samples.listLabelEvents(items[0]?.id ?? '')).toMatchObject([
    { source: 'import', annotator: 'import' },
    { source: 'import', annotator: 'zoo', className: 'lynx' },
  ]);
});

const foreign: Record<string, { file: string; content: string; format: ImportReport['format'] }> = {
  'Label Studio JSON': {
    file: 'project-12.json',
    format: 'label-studio',
    content: JSON.stringify([
      {
        id: 1,
        data: { image: '/data/upload/12/5af3bc19-2.jpg' },
        annotations: [
          {
            completed_by: { id: 3, email: 'ada@example.org' },
            created_at: '2026-11-01T10:00:00Z',
            result: [{ type: 'choices', from_name: 'c', to_name: 'i', value: { choices: ['lynx'] } }],
          },
          { was_cancelled: true, result: [] },
        ],
      },
      {
        id: 2,
        data: { image: 'https://example.org/dog/1.png' },
        annotations: [
          { completed_by: 4, result: [{ type: 'choices', value: { choices: ['wolf'] } }] },
          { completed_by: 5, result: [{ type: 'choices', value: { choices: ['dog'] } }] },
        ],
      },
      {
        id: 3,
        data: { image: 'cat/1.png' },
        annotations: [{ result: [{ type: 'choices', value: { choices: ['a', 'b'] } }] }],
      },
    ]),
  },
  'Label Studio JSON-MIN': {
    file: 'min.json',
    format: 'label-studio',
    content: JSON.stringify([
      { id: 1, image: '/data/upload/12/5af3bc19-2.jpg', kind: 'lynx', annotator: 1, annotation_id: 7, lead_time: 2 },
      { id: 2, image: 'dog/1.png', kind: 'wolf', annotator: 1, annotation_id: 8, lead_time: 2 },
      { id: 3, image: 'cat/1.png', kind: { choices: ['a', 'b'] }, annotator: 1, annotation_id: 9, lead_time: 2 },
    ]),
  },
  'CVAT for images': {
    file: 'annotations.xml',
    format: 'cvat',
    content: `<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><labels><label><name>lynx</name></label></labels></task></meta>
<!-- <image name="no.jpg"><tag label="no"/></image> -->
  <image id="0" name="cat/2.jpg" width="24" height="16"><tag label="lynx" source="manual"></tag></image>
  <image id="1" name="dog/1.png" width="24" height="16"><box label="tail" xtl="1"/><tag label="wolf" source="manual"/></image>
  <image id="2" name="cat/1.png" width="24" height="16"/>
</annotations>`,
  },
  'Custom Vision': {
    file: 'tagged.json',
    format: 'custom-vision',
    content: JSON.stringify([
      { id: '2', originalImageUri: 'https://a.example/i?x', tags: [{ tagId: 't', tagName: 'lynx' }] },
      { id: 'u', fileName: 'dog/1.png', tags: [{ tagId: 't', tagName: 'wolf' }] },
      { id: 'v', fileName: 'cat/1.png', tags: [{ tagName: 'lynx' }, { tagName: 'wolf' }] },
    ]),
  },
  COCO: {
    file: 'coco.json',
    format: 'coco',
    content: JSON.stringify({
      images: [
        { id: 1, file_name: 'train/cat/2.jpg' },
        { id: 2, coco_url: 'AmlDatastore://blob/dog/1.png' },
        { id: 3, file_name: 'cat/1.png' },
      ],
      categories: [
        { id: 7, name: 'lynx' },
        { id: 8, name: 'wolf' },
      ],
      annotations: [
        { image_id: 1, category_id: 7 },
        { image_id: 2, category_id: 8 },
        { image_id: 2, category_id: 8 },
      ],
    }),
  },
};

test.each(Object.entries(foreign))('%s is told by its content and read', async (_name, { file, content, format }) => {
  await using place = await aPlace();
  await place.take(pictures, { format: 'folder' });
  const path = join(await mkdtemp(join(folder, 'in-')), file);
  await writeFile(path, content);

  const report = await place.take(path);

  expect(report).toMatchObject({ format, read: 3, labeled: 2, skipped: 1, classes: { lynx: 1, wolf: 1 } });
  expect(report.reasons[0]?.name).toContain('cat/1.png');
  const byClass = async (name: string) => (await place.catalog.samples.list({ className: name })).items[0]?.path;
  expect(await Promise.all(['lynx', 'wolf'].map(byClass))).toEqual(['cat/2.jpg', 'dog/1.png']);
});

test('what several annotators of Label Studio said is kept as opinions', async () => {
  await using place = await aPlace();
  const path = join(await mkdtemp(join(folder, 'in-')), 'several.json');
  await writeFile(path, foreign['Label Studio JSON']?.content ?? '');

  const report = await place.take(path, { pictures });

  const [wolf] = (await place.catalog.samples.list({ className: 'wolf' })).items;
  const events = await place.catalog.samples.listLabelEvents(wolf?.id ?? '');
  expect(report).toMatchObject({ opinions: 1, ingest: { added: 5 } });
  expect(events.map(({ annotator, source, className }) => [annotator, source, className])).toEqual([
    ['annotator-4', 'import', 'wolf'],
    ['annotator-5', 'opinion', 'dog'],
  ]);
});

test('an imagefolder of Hugging Face takes classes from metadata, or from folders where that has none', async () => {
  await using place = await aPlace();
  const root = await mkdtemp(join(folder, 'hf-'));
  await cp(join(pictures, 'cat'), join(root, 'train', 'cat'), { recursive: true });
  await cp(join(pictures, 'dog'), join(root, 'test', 'dog'), { recursive: true });
  await writeFile(
    join(root, 'train', 'metadata.jsonl'),
    '{"file_name":"cat/1.png","label":"lynx"}\n{"file_name":"cat/2.jpg","label":"lynx"}\n',
  );
  await writeFile(join(root, 'test', 'metadata.csv'), 'file_name,caption\ndog/1.png,a dog\n');

  const report = await place.take(root);

  expect(report).toMatchObject({
    format: 'imagefolder',
    labeled: 3,
    classes: { lynx: 2, dog: 1 },
    ingest: { added: 3 },
  });
});

test('a project of Teachable Machine gives the class of each folder, and samples of one class their name', async () => {
  await using place = await aPlace();
  const project = await mkdtemp(join(folder, 'tm-'));
  await cp(join(pictures, 'cat'), join(project, 'Class 1'), { recursive: true });
  await cp(join(pictures, 'dog'), join(project, 'Class 2'), { recursive: true });
  await writeFile(join(project, 'manifest.json'), '{"type":"image","version":"2.4.5"}');

  const report = await place.take(project);

  expect(report).toMatchObject({ format: 'teachable-machine', labeled: 3, classes: { 'Class 1': 2, 'Class 2': 1 } });
});

test('pixels are those that a decoder gives, in files that are named by the hash of the picture', async () => {
  const { target } = await write('npy', { sizePx: 8 });
  const { target: zipped } = await write('npz', { sizePx: 8 });
  const [sample] = (await origin.catalog.samples.list({ className: 'dog' })).items;

  const array = parseNpy(await readFile(join(target, 'numpy', `${sample?.contentHash}.npy`)));
  const entries = readZip(await readFile(join(zipped, 'pictures-0000.npz')), { mostBytes: 1e7 });
  const part = async (name: string) => parseNpy((await entries.get(`${name}.npy`)?.read()) as Uint8Array);
  const [images, hashes] = [await part('images'), await part('hashes')];

  expect(array?.shape).toEqual([8, 8, 3]);
  expect(Array.from(array?.bytes.subarray(0, 3) ?? [])).toEqual([80, 90, 200]);
  expect(images?.shape).toEqual([4, 8, 8, 3]);
  const row = (hashes && readText(hashes))?.indexOf(sample?.contentHash ?? '') ?? -1;
  expect(images?.bytes.subarray(row * 192, (row + 1) * 192)).toEqual(array?.bytes);
});

test('folders are named by classes and pictures keep their names, apart where two have one', async () => {
  const { target } = await write('folder');

  const names = (await readdir(target, { recursive: true })).toSorted();

  expect(names.filter((name) => name.includes('/'))).toEqual(['a, b/ü +x.png', 'cat/1.png', 'cat/2.jpg', 'dog/1.png']);
  expect(names).toContain('labels.csv');
});

test('what holds no labels, or not in the named format, is said so; a folder that is not empty is left alone', async () => {
  await using place = await aPlace();
  const file = join(await mkdtemp(join(folder, 'in-')), 'notes.json');
  await writeFile(file, '{"hello": 1}');

  await expect(place.take(file)).rejects.toMatchObject({
    code: 'LABELS_UNREADABLE',
    details: { source: 'notes.json' },
  });
  await expect(place.take(file, { format: 'cvat' })).rejects.toThrow('in the format cvat');
  await expect(place.take(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  const { catalog, store } = origin;
  const again = exportDataset({ catalog, store, pool }, { folder: pictures, limits });
  await expect(again).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  expect((await readdir(pictures)).length).toBe(4);
  expect(basename(pictures)).toBe('pictures');
});
