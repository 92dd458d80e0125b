/** @file The labeling engine over a real catalog, real pictures and real arithmetic: what it shows, suggests, proves and forecasts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { TintypeError } from '@tintype/contracts/errors';
import { forecastSchema, gridsViewSchema, nextViewSchema, suspectsViewSchema } from '@tintype/contracts/label-assist';
import type { Backbone } from '@tintype/contracts/model';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sampleIdOf } from '../ingest/sample-id.ts';
import { histogramBackbone } from '../model/histogram-backbone.ts';
import { tasks as pictureTasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { parsePixelBackbone } from '../model/pixel-backbone.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import { inProcessPool, memoryStore } from '../model/testing.ts';
import type { Catalog, IngestRow } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { type LabelService, openLabelService, stateAuditBound } from './label-service.ts';
import { tasks as labelTasks } from './label-tasks.ts';
import type { LabelTasks } from './label-tasks.types.ts';

const resolved: ResolvedBackbone = { backbone: histogramBackbone, shape: 'flatten', notices: [] };
const store = memoryStore();
const pictures = inProcessPool<PictureTasks>(pictureTasks);
let folder: string;
let catalog: Catalog;
let labels: LabelService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-label-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  labels = openLabels();
});

afterAll(async () => {
  await labels[Symbol.asyncDispose]();
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function openLabels(options: Partial<Parameters<typeof openLabelService>[1]> = {}): LabelService {
  const engine = inProcessPool<LabelTasks>(labelTasks);
  const needs = { catalog, store, pictures, engine };
  return openLabelService(needs, { resolve: async () => resolved, limits, patienceMs: 60_000, ...options });
}

test('a dataset is labeled to its end: typical pictures first, then suggestions, then nothing', async () => {
  const ids = await fill('whole', { red: 12, blue: 12 });

  const first = nextViewSchema.parse(await labels.next({ dataset: 'whole', seed: 1, count: 4 }));
  await label(first.items.map(({ sampleId }) => [sampleId, ids.get(sampleId) as string]));
  const second = nextViewSchema.parse(await labels.next({ dataset: 'whole', seed: 1, count: 100 }));

  expect(first.items.every((pick) => pick.suggestion === null && pick.reason !== 'uncertain')).toBe(true);
  expect(new Set(first.items.map(({ sampleId }) => ids.get(sampleId))).size).toBe(2);
  expect(second.items).toHaveLength(20);
  const right = second.items.filter(({ sampleId, suggestion }) => suggestion?.className === ids.get(sampleId));
  expect(right.length).toBeGreaterThanOrEqual(18);
  expect(second.progress).toMatchObject({ labeled: 4, unlabeled: 20, unreadable: 0 });
  expect(second.progress.classes.map((one) => one.labels)).toEqual([2, 2]);
});

test('where better features are there, a desk of those is made while the one before answers', async () => {
  await fill('better', { red: 6, blue: 6 });
  let stamp = 'first';
  const keys: string[] = [];
  const engine = inProcessPool<LabelTasks>({
    ...labelTasks,
    openDesk: (desk) => {
      keys.push(`${desk.dimensions}`);
      return labelTasks.openDesk(desk);
    },
  });
  const pixels = parsePixelBackbone('pixels:8') as Backbone;
  const backbones: Record<string, Backbone> = { first: histogramBackbone, same: histogramBackbone, other: pixels };
  await using service = openLabelService(
    { catalog, store, pictures, engine },
    {
      resolve: async () => ({ ...resolved, backbone: backbones[stamp] as Backbone }),
      stamp: async () => stamp,
      limits,
      patienceMs: 60_000,
    },
  );
  const ask = () => service.next({ dataset: 'better', seed: 1, count: 2 });

  for (stamp of ['first', 'same', 'other']) {
    expect((await ask()).items).toHaveLength(2);
    await vi.waitUntil(() => keys.length === (stamp === 'other' ? 2 : 1), { timeout: 10_000 });
  }

  expect((await ask()).items).toHaveLength(2);
  expect(keys).toEqual([`${histogramBackbone.dimensions}`, `${pixels.dimensions}`]);
});

test('pages hold one class each, without pictures that have a label', async () => {
  const ids = await fill('pages', { green: 10, gray: 10 });
  const known = [...ids].filter((_, n) => n % 5 === 0);
  await label(known);

  const { items } = gridsViewSchema.parse(await labels.grids({ dataset: 'pages', seed: 1, size: 6 }));
  const one = await labels.grids({ dataset: 'pages', seed: 1, size: 6, className: 'gray' });

  expect(items.map((page) => page.items.length)).toEqual([6, 6]);
  expect(items.every((page) => page.items.every(({ sampleId }) => ids.get(sampleId) === page.className))).toBe(true);
  expect(items.flatMap((page) => page.items).some(({ sampleId }) => known.some(([id]) => id === sampleId))).toBe(false);
  expect(one.items.map((page) => page.className)).toEqual(['gray']);
  await expect(labels.grids({ dataset: 'pages', seed: 1, size: 6, className: 'zebra' })).rejects.toMatchObject({
    code: 'CLASS_NOT_FOUND',
  });
});

test('the pictures most alike to one are of its kind, without those in the trash', async () => {
  const ids = await fill('likes', { red: 12, blue: 12 });
  const [one, gone] = [...ids].filter(([, own]) => own === 'red').map(([id]) => id) as [string, string];
  await catalog.samples.remove([gone], { annotator: 'ada', at: 1 });

  const alike = await labels.alike({ dataset: 'likes', sampleId: one, count: 5 });

  expect(alike).toHaveLength(5);
  expect(alike.every(({ sampleId }) => ids.get(sampleId) === 'red' && sampleId !== one && sampleId !== gone)).toBe(
    true,
  );
  expect(alike.map(({ similarity }) => similarity)).toEqual(
    alike.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
  );
});

test('heaps hold every unlabeled picture once, and name the part to audit', async () => {
  const ids = await fill('heaps', { red: 15, blue: 15 });

  const { items } = await labels.clusters({ dataset: 'heaps', seed: 1 });

  expect(items.flatMap((heap) => heap.sampleIds).toSorted()).toEqual([...ids.keys()].toSorted());
  // With one wrong label among 30, 29 looks miss it in 1 of 30 audits: fewer cannot prove 2 %.
  for (const heap of items) {
    expect(heap.audit.length).toBeGreaterThanOrEqual(heap.sampleIds.length * 0.95);
    expect(heap.audit.every((id) => heap.sampleIds.includes(id))).toBe(true);
  }
});

test('a label that its likes contradict is suspected first, and forecasts say how much there is to gain', async () => {
  const ids = await fill('doubt', { red: 20, blue: 20 });
  const [wrong] = [...ids.keys()];
  await label([...ids].map(([id, own]) => [id, id === wrong ? 'blue' : own]));

  const suspects = suspectsViewSchema.parse(await labels.suspects({ dataset: 'doubt', seed: 1, limit: 5 }));
  const forecast = forecastSchema.parse(await labels.forecast({ dataset: 'doubt', seed: 1, nextLabels: 100 }));

  expect(suspects.items).toHaveLength(5);
  expect(suspects.items[0]).toMatchObject({
    sampleId: wrong,
    className: 'blue',
    suggestion: { className: 'red' },
    isLikelyWrong: true,
  });
  expect(suspects.score).toMatchObject({ accuracy: 39 / 40, labels: 40 });
  expect(forecast.nextLabels).toBe(100);
  expect(forecast.classes.map((one) => one.className).toSorted()).toEqual(['blue', 'red']);
});

test('a suspect that somebody looked at again and kept is suspected no more', async () => {
  const ids = await fill('kept', { red: 20, blue: 20 });
  const [doubted] = [...ids.keys()] as [string];
  await label([...ids].map(([id, own]) => [id, id === doubted ? 'blue' : own]));
  const ask = () => labels.suspects({ dataset: 'kept', seed: 1, limit: 5 });
  const before = await ask();

  await label([[doubted, 'blue']]);
  const after = await ask();

  expect(before.items[0]?.sampleId).toBe(doubted);
  expect(after.items.some((one) => one.sampleId === doubted)).toBe(false);
  expect([before.likelyWrong, after.likelyWrong]).toEqual([1, 0]);
});

test('before there are labels there are no pages, no suspects and no forecast', async () => {
  await fill('bare', { red: 3, blue: 3 });

  expect(await labels.grids({ dataset: 'bare', seed: 1, size: 10 })).toEqual({ items: [] });
  expect(await labels.suspects({ dataset: 'bare', seed: 1, limit: 10 })).toEqual({
    items: [],
    likelyWrong: 0,
    score: null,
  });
  expect(await labels.forecast({ dataset: 'bare', seed: 1, nextLabels: 100 })).toBeNull();
});

test('pictures in the trash and pictures that cannot be decoded are never shown', async () => {
  const ids = await fill('holes', { red: 4, blue: 4 });
  const [removed] = [...ids.keys()];
  await catalog.samples.remove([removed as string], { annotator: 'ann', at: 5 });
  const broken = await add('holes', new TextEncoder().encode('no picture'), 'broken.jpg');

  const { items, progress } = await labels.next({ dataset: 'holes', seed: 1, count: 100 });

  expect(items.map((pick) => pick.sampleId).toSorted()).toEqual([...ids.keys()].slice(1).toSorted());
  expect(items.some((pick) => pick.sampleId === broken)).toBe(false);
  expect(progress).toMatchObject({ unlabeled: 7, unreadable: 1 });
});

test('pictures that come later are shown once they are prepared, and until then the others are', async () => {
  await fill('grows', { red: 3 });
  const ask = async () => (await labels.next({ dataset: 'grows', seed: 1, count: 100 })).items.length;
  expect(await ask()).toBe(3);
  await fill('grows', { blue: 2 });

  const meanwhile = await ask();

  expect(meanwhile).toBe(3);
  await expect.poll(ask, { timeout: 10_000 }).toBe(5);
});

test('who asks before the pictures are prepared is told how far it is, and may ask again', async () => {
  await fill('slow', { red: 2, blue: 2 });
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  await using slow = openLabels({
    patienceMs: 5,
    resolve: async () => {
      await gate;
      return resolved;
    },
  });
  const ask = () => slow.next({ dataset: 'slow', seed: 1, count: 1 });

  const early = await ask().catch((error: unknown) => error);
  go();

  expect(early).toBeInstanceOf(TintypeError);
  expect(early).toMatchObject({ code: 'LABELING_NOT_READY', details: { dataset: 'slow', retryAfterS: 2 } });
  await expect.poll(async () => (await ask().catch(() => ({ items: [] }))).items.length, { timeout: 10_000 }).toBe(1);
});

test('a backbone that cannot be had is said, and tried again', async () => {
  await fill('weights', { red: 2 });
  let tries = 0;
  await using service = openLabels({
    resolve: async () => {
      tries += 1;
      if (tries === 1) throw new TintypeError('BACKBONE_UNKNOWN', { backbone: 'x', known: [] });
      return resolved;
    },
  });
  const ask = () => service.next({ dataset: 'weights', seed: 1, count: 1 });

  await expect(ask()).rejects.toMatchObject({ code: 'BACKBONE_UNKNOWN' });
  expect((await ask()).items).toHaveLength(1);
});

test('a dataset that is not there, or has no pictures, is said', async () => {
  await catalog.samples.ensureDataset('empty');

  await expect(labels.next({ dataset: 'nowhere', seed: 1, count: 1 })).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
  await expect(labels.next({ dataset: 'empty', seed: 1, count: 1 })).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
});

test('an audit that was planned proves more than one that stopped at will', () => {
  const planned = stateAuditBound({ size: 5000, looks: 150, errors: 0, isPlanned: true });
  const atWill = stateAuditBound({ size: 5000, looks: 150, errors: 0, isPlanned: false });

  expect(planned).toMatchObject({ method: 'planned', looks: 150, errors: 0, confidence: 0.95 });
  expect(planned.upper).toBeLessThan(0.0205);
  expect(atWill.upper).toBeGreaterThan(planned.upper);
});

const colors: Record<string, [number, number, number]> = {
  red: [210, 40, 40],
  blue: [40, 40, 210],
  green: [40, 180, 40],
  gray: [128, 128, 128],
};
let drawn = 0;

/** Pictures of one color each, all different, without a label; sample id -> color. */
async function fill(dataset: string, counts: Record<string, number>): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [color, count] of Object.entries(counts))
    for (let n = 0; n < count; n += 1) {
      drawn += 1;
      const own = (colors[color] as [number, number, number]).map((value) => value + ((drawn * 37) % 31) - 15);
      const [r, g, b] = own as [number, number, number];
      const noise = Uint8Array.from(
        { length: 32 * 32 * 3 },
        (_, at) => ([r, g, b][at % 3] as number) + ((at * drawn * 13) % 17),
      );
      const bytes = await sharp(noise, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toBuffer();
      ids.set(await add(dataset, bytes, `${color}-${drawn}.png`), color);
    }
  return ids;
}

async function add(dataset: string, bytes: Uint8Array, path: string): Promise<string> {
  await catalog.samples.ensureDataset(dataset);
  const contentHash = Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex');
  const id = sampleIdOf(dataset, contentHash);
  await store.put(objectKeys.source(contentHash), bytes);
  const isPicture = path.endsWith('.png');
  const analyzed = isPicture ? await pictures.run('analyze', { bytes, limits }) : undefined;
  if (analyzed) await store.put(objectKeys.thumbnail(contentHash), analyzed.thumbnail);
  const row: IngestRow = {
    origin: { location: 'test', path, sizeBytes: bytes.length, modifiedAt: 1 },
    sample: {
      id,
      contentHash,
      path,
      format: 'png',
      widthPx: 32,
      heightPx: 32,
      sizeBytes: bytes.length,
      perceptualHash: analyzed?.perceptualHash ?? '0000000000000000',
    },
    className: null,
    labelSource: 'human',
  };
  await catalog.samples.recordIngest(dataset, [row], { annotator: 'ann', at: 1 });
  return id;
}

let events = 0;
async function label(given: readonly (readonly [sampleId: string, className: string])[]): Promise<void> {
  await catalog.samples.appendLabelEvents(
    given.map(([sampleId, className]) => {
      events += 1;
      return { id: `event-${events}`, sampleId, className, annotator: 'ann', source: 'human', at: 2 };
    }),
  );
}
