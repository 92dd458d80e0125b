/** @file A dataset explored whole, over a real catalog, real pictures and real arithmetic: what is found, kept, shown and written to a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import {
  type ExploreProgress,
  type ExploreReport,
  exploreReportSchema,
  mapViewSchema,
} from '@tintype/contracts/explore';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { histogramBackbone } from '../model/histogram-backbone.ts';
import { tasks as pictureTasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { fillDataset, type TestPicture } from '../train/testing.ts';
import { exploreDataset } from './explore-dataset.ts';
import { tasks as exploreTasks } from './explore-tasks.ts';
import type { ExploreTasks } from './explore-tasks.types.ts';
import { openMapText, startExploration, viewExploration } from './explore-view.ts';
import { findReport, refreshReport } from './stored-report.ts';
import { writeReportHtml } from './write-report-html.ts';

const gains = { red: [1, 0.25, 0.2], green: [0.2, 0.9, 0.3], blue: [0.15, 0.3, 1] } as const;
const store = memoryStore();
const pictures = inProcessPool<PictureTasks>(pictureTasks);
let folder: string;
let catalog: Catalog;
let report: ExploreReport;
const stages: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-explore-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  await fillDataset({ catalog, store, pool: pictures }, 'colors', await drawPictures());
  const rejection = { code: 'IMAGE_EMPTY', detail: 'The file has no bytes.' };
  const origin = { location: '/test', path: 'empty.jpg', sizeBytes: 0, modifiedAt: 0 };
  await catalog.samples.recordIngest('colors', [{ origin, rejection }], { annotator: 'test', at: 1 });
  report = (await explore({ onProgress: ({ stage }) => stages.push(stage) })).report;
}, 60_000);

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Twelve of each color; the first red one again, encoded otherwise and called blue; one black; one green that is called red. */
async function drawPictures(): Promise<TestPicture[]> {
  const draw = (seed: number, gain: readonly number[]) =>
    aPicture({ seed, widthPx: 120, heightPx: 90 }).linear([...gain], [0, 0, 0]);
  const plain = await Promise.all(
    Object.entries(gains).flatMap(([className, gain], k) =>
      Array.from({ length: 12 }, async (_, n): Promise<TestPicture> => {
        const bytes = await draw(100 * k + n, gain)
          .png()
          .toBuffer();
        return { path: `${className}/${n}.png`, className, bytes };
      }),
    ),
  );
  const again = await draw(0, gains.red).png({ compressionLevel: 1 }).toBuffer();
  const black = await draw(7777, [0.02, 0.02, 0.02]).png().toBuffer();
  const wrong = await draw(8888, gains.green).png().toBuffer();
  return [
    ...plain,
    { path: 'blue/again.png', className: 'blue', bytes: again },
    { path: 'blue/black.png', className: 'blue', bytes: black },
    { path: 'red/wrong.png', className: 'red', bytes: wrong },
  ];
}

async function explore({ onProgress }: { onProgress?: (progress: ExploreProgress) => void } = {}) {
  const engine = inProcessPool<ExploreTasks>(exploreTasks);
  pictures.calls.length = 0;
  const found = await exploreDataset(
    { catalog, measures: catalog.measures, store, clock, pictures, engine },
    { dataset: 'colors' },
    {
      resolve: async () => ({ backbone: histogramBackbone, shape: 'flatten', notices: [] }),
      limits,
      ...(onProgress ? { onProgress } : {}),
    },
  );
  return { report: found, asked: [...pictures.calls, ...engine.calls] };
}

test('classes are counted, with a mean picture and a sheet each', () => {
  expect(exploreReportSchema.parse(report)).toEqual(report);
  expect(report.classes.map(({ className, pictures: count }) => [className, count])).toEqual([
    ['blue', 14],
    ['red', 13],
    ['green', 12],
  ]);
  expect(report.classes.every(({ meanPicture, sheet }) => meanPicture !== null && sheet.length >= 12)).toBe(true);
  const [red, green, blue] = [1, 3, 5].map((at) =>
    Number.parseInt(report.classes[1]?.meanColor?.slice(at, at + 2) ?? '', 16),
  );
  expect(red).toBeGreaterThan(2 * (green as number));
  expect(red).toBeGreaterThan(2 * (blue as number));
});

test('the same pixels under two labels are found, and so are the black picture and the wrong label', () => {
  const twins = report.duplicates.groups.find(({ kind }) => kind === 'exact');
  const wrong = report.doubts.items.find(({ sample }) => sample.path === 'red/wrong.png');
  const confidences = report.doubts.items.map(({ confidence }) => confidence);

  expect(twins?.samples.map(({ path }) => path).toSorted()).toEqual(['blue/again.png', 'red/0.png']);
  expect(twins).toMatchObject({ isDisagreeing: true, isLeaking: false });
  expect(wrong?.suggestion.className).toBe('green');
  expect(report.doubts.items.slice(0, 4).map(({ sample }) => sample.path)).toContain('red/wrong.png');
  expect(report.doubts.likelyWrong).toBeLessThanOrEqual(4);
  expect(confidences).toEqual(confidences.toSorted((a, b) => a - b));
  expect(report.doubts.labels).toBe(39);
  const dark = report.measures.find(({ measure }) => measure === 'brightness')?.unusual[0];
  expect(dark?.examples.map(({ path }) => path)).toEqual(['blue/black.png']);
  expect(report.findings.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['disagreeing-duplicates', 'exact-duplicates', 'dark', 'unreadable']),
  );
  expect(report.findings[0]?.weight).toBe('grave');
  expect(report.unreadable).toMatchObject({ total: 1, items: [{ path: 'empty.jpg', code: 'IMAGE_EMPTY' }] });
});

test('progress is told in the order of the stages', () => {
  expect([...new Set(stages)]).toEqual(['measure', 'features', 'map', 'duplicates', 'classes', 'labels', 'umap']);
});

test('what was measured, extracted and drawn once is not made again', async () => {
  const { report: again, asked } = await explore();

  expect(asked.filter((task) => ['measure', 'extract', 'project', 'neighbors', 'umap'].includes(task))).toEqual([]);
  expect({ ...again, at: 0, durationMs: 0 }).toEqual({ ...report, at: 0, durationMs: 0 });
});

test('the map holds every picture with the label of now, by both methods', async () => {
  for (const method of ['pca', 'umap'] as const) {
    let text = '';
    for await (const part of await openMapText({ catalog, store }, { dataset: 'colors', method })) text += part;
    const map = mapViewSchema.parse(JSON.parse(text));

    const [block] = map.blocks;
    expect(block?.sampleIds).toHaveLength(39);
    expect(Math.max(...[...(block?.x ?? []), ...(block?.y ?? [])].map(Math.abs))).toBeCloseTo(1, 3);
    expect(new Set(block?.classIndices.map((index) => map.classes[index]))).toEqual(new Set(['red', 'green', 'blue']));
  }
});

test('pictures of one color lie nearer to each other than to the rest', async () => {
  let text = '';
  for await (const part of await openMapText({ catalog, store }, { dataset: 'colors', method: 'umap' })) text += part;
  const { blocks, classes } = mapViewSchema.parse(JSON.parse(text));
  const points = blocks.flatMap((block) =>
    block.sampleIds.map((_, n) => ({
      x: block.x[n] as number,
      y: block.y[n] as number,
      className: classes[block.classIndices[n] as number],
    })),
  );

  const agreeing = points.filter((point) => {
    const nearest = points
      .filter((other) => other !== point)
      .toSorted((a, b) => Math.hypot(a.x - point.x, a.y - point.y) - Math.hypot(b.x - point.x, b.y - point.y))[0];
    return nearest?.className === point.className;
  });

  expect(agreeing.length).toBeGreaterThan(0.75 * points.length);
});

test('a view says that nothing changed, until a picture goes to the trash, and then leaves it out', async () => {
  const queue = { list: async () => [] };
  const before = await viewExploration({ catalog, store, queue }, { dataset: 'colors' });
  const twin = before.report?.duplicates.groups.find(({ kind }) => kind === 'exact')?.samples[1]?.id as string;

  await catalog.samples.remove([twin], { annotator: 'test', at: 2 });
  const after = await viewExploration({ catalog, store, queue }, { dataset: 'colors' });
  await catalog.samples.restore([twin], { annotator: 'test', at: 3 });

  expect(before).toMatchObject({ isStale: false, methods: ['pca', 'umap'], job: null });
  expect(after.isStale).toBe(true);
  expect(after.report?.duplicates.groups.some(({ kind }) => kind === 'exact')).toBe(false);
});

test('a label that was changed is not doubted any more', async () => {
  const stored = (await findReport(store, 'colors')) as ExploreReport;
  const first = stored.doubts.items[0]?.sample as ExploreReport['outliers'][0]['sample'];
  const now = new Map(
    stored.doubts.items.map(({ sample }) => [sample.id, { className: sample.className, split: sample.split }]),
  );

  const refreshed = refreshReport(stored, now.set(first.id, { className: 'green?', split: null }));

  expect(refreshed.doubts.items).toHaveLength(stored.doubts.items.length - 1);
});

test('an exploration that is under way is not begun twice', async () => {
  const jobs: { kind: string; input: object; status: string; id: string }[] = [];
  const queue = {
    list: async () => jobs,
    add: async ({ kind, input }: { kind: string; input: object }) => {
      jobs.push({ kind, input, status: 'queued', id: `job_${jobs.length}` });
      return jobs.at(-1);
    },
  } as never;

  const ids = [await startExploration({ catalog, queue }, {}), await startExploration({ catalog, queue }, {})];

  expect(ids.map(({ id }) => id)).toEqual(['job_0', 'job_0']);
});

test('the report becomes one file that asks for nothing beside it', async () => {
  const html = await writeReportHtml(
    { samples: catalog.samples, store, pool: pictures },
    { ...report, dataset: 'colors' },
    { limits, version: '1.2.3' },
  );

  // Not the file itself in a message: it is long.
  expect(html.startsWith('<!doctype html>')).toBe(true);
  expect(html.includes('data:image/jpeg;base64,')).toBe(true);
  expect(/<script|https?:|src="(?!data:)/.exec(html)).toBeNull();
  expect(html.includes('of duplicates the labels differ')).toBe(true);
});

test('a dataset without pictures, and one that is not there, are refused', async () => {
  await catalog.samples.ensureDataset('none');
  const engine = inProcessPool<ExploreTasks>(exploreTasks);
  const needs = { catalog, measures: catalog.measures, store, clock, pictures, engine };
  const ways = { resolve: () => Promise.reject(new Error('not asked')), limits };

  await expect(exploreDataset(needs, { dataset: 'none' }, ways)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
  await expect(exploreDataset(needs, { dataset: 'zebra' }, ways)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  await expect(openMapText({ catalog, store }, { dataset: 'none', method: 'pca' })).rejects.toMatchObject({
    code: 'MAP_NONE_YET',
  });
});
