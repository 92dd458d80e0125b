/** @file What every store of tags, views, predictions and measures must do, and every list that asks for them. */
import type { SampleQuery } from '@tintype/contracts/catalog';
import type { SamplePrediction } from '@tintype/contracts/curation';
import { expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import {
  aLabel,
  anEntry,
  aRow,
  aSnapshot,
  aVersion,
  by,
  collect,
  fill,
  idOf,
  type OpenCatalog,
} from './catalog-builders.contract.ts';

const nobody = idOf('nobody');
const aViewId = (digit: string): string => `view_${digit.repeat(20)}`;
const dayMs = 86_400_000;

function aPrediction(sampleId: string, change: Partial<SamplePrediction> = {}): SamplePrediction {
  return {
    model: 'pets',
    version: 1,
    sampleId,
    className: 'cat',
    predicted: 'cat',
    confidence: 0.75,
    probabilities: { cat: 0.75, dog: 0.25 },
    ...change,
  };
}

const pathsOf =
  (catalog: Catalog) =>
  async (query: SampleQuery): Promise<string[]> =>
    (await catalog.samples.list(query)).items.map((sample) => sample.path);

export function describeCurationStores(open: OpenCatalog): void {
  describeTags(open);
  describeViews(open);
  describePredictions(open);
  describeMeasures(open);
  describeQueries(open);
  describeGroups(open);
}

function describeTags(open: OpenCatalog): void {
  test('a tag tells whom it was new to, is counted outside the trash, and goes with its last sample', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];

    expect(await catalog.tags.add([a], 'blurry', by)).toEqual([a]);
    expect(await catalog.tags.add([a, b, b], 'blurry', by)).toEqual([b]);
    await catalog.samples.remove([b], by);
    expect(await catalog.tags.list()).toEqual([{ name: 'blurry', samples: 1 }]);
    expect(await catalog.tags.ofSample(a)).toEqual(['blurry']);
    expect((await catalog.tags.remove([a, b, nobody], 'blurry')).toSorted()).toEqual([a, b].toSorted());

    expect(await catalog.tags.list()).toEqual([]);
    expect(await catalog.tags.ofSample(a)).toEqual([]);
  });

  test('tagging a sample that is not there tags nothing', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    await expect(catalog.tags.add([a, nobody], 'blurry', by)).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });

    expect(await catalog.tags.list()).toEqual([]);
  });
}

function describeViews(open: OpenCatalog): void {
  const made = { createdBy: 'ada', createdAt: 1000 };

  test('a saved query and a list are got back, and lists keep their order', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg'])) as [string, string, string];
    const query = { class: 'cat', sort: '-path' } as const;

    const cats = await catalog.views.create({ id: aViewId('1'), name: 'cats', query, ...made });
    await catalog.views.create({ id: aViewId('2'), name: null, sampleIds: [c, a, c, b], ...made });

    expect(cats).toEqual({ id: aViewId('1'), name: 'cats', query, samples: null, ...made });
    expect(await catalog.views.list()).toEqual([cats]);
    expect(await catalog.views.get(aViewId('2'))).toMatchObject({ query: null, samples: 3 });
    const paths = pathsOf(catalog);
    expect(await paths({ view: aViewId('2') })).toEqual(['dog/3.jpg', 'cat/1.jpg', 'cat/2.jpg']);
    expect(await paths({ view: aViewId('2'), class: 'cat', sort: '-path' })).toEqual(['cat/2.jpg', 'cat/1.jpg']);
    expect(await paths({ view: aViewId('1') })).toEqual(['cat/2.jpg', 'cat/1.jpg']);
    expect(await paths({ view: aViewId('1'), text: '1' })).toEqual(['cat/1.jpg']);
    expect((await collect(catalog.samples.stream({ view: aViewId('2') }))).map(({ id }) => id)).toEqual(
      [a, b, c].toSorted(),
    );
  });

  test('a list is read page by page in its order', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 25 }, (_, i) => `cat/${i}.jpg`),
    );
    await catalog.views.create({ id: aViewId('1'), name: null, sampleIds: ids, ...made });

    const first = await catalog.samples.list({ view: aViewId('1'), limit: 10 });
    const second = await catalog.samples.list({ view: aViewId('1'), limit: 10, cursor: first.nextCursor ?? '' });

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.slice(0, 20));
    expect(first.total).toBe(25);
  });

  test('a view without a name is forgotten after a week, one with a name is not, and taking the name away can be undone', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.views.create({ id: aViewId('1'), name: null, sampleIds: [a], ...made });
    await catalog.views.create({ id: aViewId('2'), name: 'kept', sampleIds: [a], ...made });

    await catalog.views.rename(aViewId('2'), null, made.createdAt + 5 * dayMs);
    const listed = await catalog.views.list();
    const later = { createdBy: 'ada', createdAt: made.createdAt + 8 * dayMs };
    await catalog.views.create({ id: aViewId('3'), name: 'new', query: {}, ...later });
    const back = await catalog.views.rename(aViewId('2'), 'kept', later.createdAt);

    expect(listed).toEqual([]);
    expect(back.samples).toBe(1);
    await expect(catalog.views.get(aViewId('1'))).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
    expect((await catalog.views.list()).map(({ name }) => name)).toEqual(['kept', 'new']);
  });

  test('two views never share a name, a list holds no strangers, and a view that is not there is said', async () => {
    await using catalog = await open();
    await catalog.views.create({ id: aViewId('1'), name: 'cats', query: {}, ...made });
    await catalog.views.create({ id: aViewId('2'), name: 'dogs', query: {}, ...made });

    const again = catalog.views.create({ id: aViewId('3'), name: 'cats', query: {}, ...made });
    const renamed = catalog.views.rename(aViewId('2'), 'cats', 1);
    const strangers = catalog.views.create({ id: aViewId('4'), name: null, sampleIds: [nobody], ...made });

    await expect(again).rejects.toMatchObject({ code: 'VIEW_EXISTS' });
    await expect(renamed).rejects.toMatchObject({ code: 'VIEW_EXISTS' });
    await expect(strangers).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
    await expect(catalog.samples.list({ view: aViewId('4') })).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
  });
}

function describePredictions(open: OpenCatalog): void {
  test('predictions are got back as they were, one recorded again is replaced, the newest version comes first', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];
    await catalog.registry.publish(aVersion('pets', { createdAt: 1 }), { by: 'ada' });
    await catalog.registry.publish(aVersion('pets', { createdAt: 2 }), { by: 'ada' });

    await catalog.samplePredictions.record([aPrediction(a), aPrediction(b, { className: null, probabilities: null })]);
    await catalog.samplePredictions.record([
      aPrediction(a, { confidence: 0.5 }),
      aPrediction(a, { version: 2, predicted: 'dog' }),
    ]);

    expect(await catalog.samplePredictions.ofSample(a)).toEqual([
      aPrediction(a, { version: 2, predicted: 'dog' }),
      aPrediction(a, { confidence: 0.5 }),
    ]);
    const ofFirst = await collect(catalog.samplePredictions.list({ model: 'pets', version: 1 }));
    expect(ofFirst.map(({ sampleId }) => sampleId)).toEqual([a, b].toSorted());
    expect(await collect(catalog.samplePredictions.list({ model: 'pets', version: 1, dataset: 'zoo' }))).toEqual([]);
  });

  test('samples are listed by what a version answered, how sure it was and whether it was right', async () => {
    await using catalog = await open();
    const [a, b, c, d] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg'])) as [
      string,
      string,
      string,
      string,
    ];
    await catalog.samplePredictions.record([
      aPrediction(a, { confidence: 0.9 }),
      aPrediction(b, { confidence: 0.6, predicted: 'dog' }),
      aPrediction(c, { confidence: 0.5, className: 'dog' }),
    ]);
    const paths = pathsOf(catalog);
    const version = 'pets@1';

    expect((await paths({ version })).toSorted()).toEqual(['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg']);
    expect(await paths({ version, predicted: 'dog' })).toEqual(['cat/2.jpg']);
    expect(await paths({ version, confidence: '0.5:0.6', sort: 'confidence' })).toEqual(['dog/3.jpg', 'cat/2.jpg']);
    expect(await paths({ version, sort: '-confidence' })).toEqual(['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg']);
    expect(await paths({ version, wrong: true, sort: 'path' })).toEqual(['cat/2.jpg', 'dog/3.jpg']);
    expect(await paths({ version, wrong: 'false' })).toEqual(['cat/1.jpg']);
    const [wrong] = (await catalog.samples.list({ version, class: 'cat', predicted: 'dog' })).items;
    expect(wrong?.prediction).toEqual({ predicted: 'dog', confidence: 0.6 });
    // Mended, it is wrong no more.
    await catalog.samples.appendLabelEvents([aLabel('00000001', c, 'cat')]);
    expect(await paths({ version, wrong: true })).toEqual(['cat/2.jpg']);
    expect((await catalog.samples.get(d)).prediction).toBeUndefined();
  });
}

function describeMeasures(open: OpenCatalog): void {
  test('measures are added to what is there, and told apart from what is missing', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];

    await catalog.measures.record([
      { sampleId: a, brightness: 0.25, sharpness: 12 },
      { sampleId: b, brightness: 0.5 },
    ]);
    await catalog.measures.record([{ sampleId: a, brightness: 0.75, outlier: null }]);

    expect(await catalog.measures.find(a)).toMatchObject({
      sampleId: a,
      brightness: 0.75,
      sharpness: 12,
      outlier: null,
    });
    expect(
      (await collect(catalog.measures.list({})))
        .map(({ brightness }) => brightness)
        .toSorted((x, y) => (x ?? 0) - (y ?? 0)),
    ).toEqual([0.5, 0.75]);
    const missing = (measure: 'brightness' | 'sharpness') => collect(catalog.measures.missing({ measure }));
    expect(await missing('brightness')).toEqual([]);
    expect((await missing('sharpness')).map(({ id }) => id)).toEqual([b]);
    expect(await catalog.measures.find(nobody)).toBeUndefined();
  });

  test('of several rows of one sample in a batch the last counts', async () => {
    await using catalog = await open();
    const [a] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    await catalog.measures.record([0.25, 0.5].map((brightness) => ({ sampleId: a, brightness })));
    await catalog.samplePredictions.record([0.25, 0.5].map((confidence) => aPrediction(a, { confidence })));

    expect((await catalog.measures.find(a))?.brightness).toBe(0.5);
    expect(await catalog.samplePredictions.ofSample(a)).toEqual([aPrediction(a, { confidence: 0.5 })]);
  });

  test('samples are listed in a range of a measure and in its order; what has none is left out', async () => {
    await using catalog = await open();
    const paths = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg'];
    const [a, b, c] = (await fill(catalog, paths)) as [string, string, string];
    await catalog.measures.record([
      { sampleId: a, brightness: 0.1, contrast: 0.3 },
      { sampleId: b, brightness: 0.2, contrast: 0.1 },
      { sampleId: c, brightness: 0.9 },
    ]);
    const list = pathsOf(catalog);

    expect((await list({ measure: 'brightness:0.1:0.2' })).toSorted()).toEqual(['cat/1.jpg', 'cat/2.jpg']);
    expect(await list({ measure: 'brightness:0.5:' })).toEqual(['dog/3.jpg']);
    expect(await list({ sort: '-brightness' })).toEqual(['dog/3.jpg', 'cat/2.jpg', 'cat/1.jpg']);
    expect(await list({ sort: 'contrast', measure: 'brightness::0.5' })).toEqual(['cat/2.jpg', 'cat/1.jpg']);
    const page = await catalog.samples.list({ sort: 'contrast', measure: 'brightness:0:1', limit: 1 });
    expect([page.total, page.items[0]?.measure]).toEqual([2, 0.1]);
  });
}

function describeQueries(open: OpenCatalog): void {
  test('samples are listed by tag, annotator, source of the label, issue, group and day', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg'])) as [string, string];
    await catalog.samples.recordIngest('pets', [aRow('cat/copy.jpg', { copyOf: 'dog/3.jpg' })], {
      ...by,
      at: 3 * dayMs,
    });
    await catalog.samples.recordIngest('pets', [aRow('dog/new.jpg')], { ...by, at: 2 * dayMs });
    await catalog.samples.appendLabelEvents([aLabel('00000001', b, 'dog')]);
    await catalog.tags.add([a], 'blurry', by);
    await catalog.samples.setGroup([a, b], 'shelf 7');
    const paths = async (query: SampleQuery): Promise<string[]> => (await pathsOf(catalog)(query)).toSorted();

    expect(await paths({ tag: 'blurry' })).toEqual(['cat/1.jpg']);
    expect(await paths({ tag: 'blurry', class: 'dog' })).toEqual([]);
    expect(await paths({ annotator: 'ada' })).toEqual(['cat/2.jpg']);
    expect(await paths({ annotator: 'tester', class: 'dog' })).toEqual(['dog/3.jpg', 'dog/new.jpg']);
    expect(await paths({ source: 'human' })).toEqual(['cat/2.jpg']);
    expect(await paths({ issue: 'label-disagreement' })).toEqual(['dog/3.jpg']);
    expect(await paths({ group: 'shelf 7' })).toEqual(['cat/1.jpg', 'cat/2.jpg']);
    expect(await paths({ from: '1970-01-03' })).toEqual(['dog/new.jpg']);
    expect(await paths({ to: '1970-01-01' })).toEqual(['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg']);
    expect(await paths({ class: 'dog', sort: 'path', annotator: 'tester' })).toEqual(['dog/3.jpg', 'dog/new.jpg']);
  });

  test.each([
    ['added', ['cat/1.jpg', 'dog/2.jpg', '0.jpg']],
    ['-added', ['0.jpg', 'dog/2.jpg', 'cat/1.jpg']],
    ['path', ['0.jpg', 'cat/1.jpg', 'dog/2.jpg']],
    ['-path', ['dog/2.jpg', 'cat/1.jpg', '0.jpg']],
    ['label', ['0.jpg', 'cat/1.jpg', 'dog/2.jpg']],
    ['size', ['dog/2.jpg', '0.jpg', 'cat/1.jpg']],
    ['-size', ['cat/1.jpg', '0.jpg', 'dog/2.jpg']],
  ] as const)('a list sorted by %s', async (sort, expected) => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg', { sizeBytes: 300 })], { ...by, at: 1 });
    await catalog.samples.recordIngest('pets', [aRow('dog/2.jpg', { sizeBytes: 100 })], { ...by, at: 2 });
    await catalog.samples.recordIngest('pets', [aRow('0.jpg', { className: null, sizeBytes: 200 })], { ...by, at: 3 });

    expect(await pathsOf(catalog)({ sort })).toEqual(expected);
    expect(await pathsOf(catalog)({ sort, dataset: 'pets' })).toEqual(expected);
  });

  test('a page can start anywhere, and the pages of a sorted list follow each other', async () => {
    await using catalog = await open();
    const paths = Array.from({ length: 25 }, (_, i) => `cat/${String(i).padStart(2, '0')}.jpg`);
    const ids = await fill(catalog, paths);

    const end = await catalog.samples.list({ sort: 'path', offset: 20, limit: 10 });
    const beyond = await catalog.samples.list({ offset: 40 });
    const first = await catalog.samples.list({ sort: 'path', limit: 20 });
    const second = await catalog.samples.list({ sort: 'path', limit: 20, cursor: first.nextCursor ?? '' });
    const unsorted = await catalog.samples.listKeys({ offset: 24 });

    expect([end.total, end.items.map(({ path }) => path), end.nextCursor]).toEqual([25, paths.slice(20), undefined]);
    expect(beyond).toEqual({ items: [], total: 25 });
    expect([...first.items, ...second.items].map(({ path }) => path)).toEqual(paths);
    expect(unsorted.items).toEqual([{ id: ids.toSorted()[24], className: 'cat', group: null }]);
    await expect(catalog.samples.list({ cursor: first.nextCursor ?? '' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  test('totals follow what changes', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 5 }, (_, i) => `cat/${i}.jpg`),
    );
    const total = async (): Promise<number> => (await catalog.samples.list({ class: 'cat', limit: 1 })).total;

    const before = await total();
    await catalog.samples.remove([ids[0] as string], by);
    const without = await total();
    await catalog.samples.appendLabelEvents([aLabel('00000001', ids[1] as string, 'dog')]);

    expect([before, without, await total()]).toEqual([5, 4, 3]);
  });

  test('what there is to filter by is listed with its counts', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];
    await catalog.samples.recordIngest('pets', [aRow('dog/copy.jpg', { copyOf: 'cat/1.jpg' })], by);
    await catalog.samples.appendLabelEvents([aLabel('00000001', b, 'dog')]);
    await catalog.tags.add([a, b], 'blurry', by);
    await catalog.samples.setGroup([b], 'burst');
    await catalog.samplePredictions.record([aPrediction(a)]);
    await catalog.measures.record([
      { sampleId: a, brightness: 0.25 },
      { sampleId: b, brightness: 0.5 },
    ]);

    expect(await catalog.samples.listChoices()).toEqual({
      tags: [{ name: 'blurry', samples: 2 }],
      groups: [{ name: 'burst', samples: 1 }],
      annotators: [
        { name: 'ada', samples: 1 },
        { name: 'tester', samples: 1 },
      ],
      sources: [
        { name: 'folder', samples: 1 },
        { name: 'human', samples: 1 },
      ],
      issues: [{ name: 'label-disagreement', samples: 1 }],
      versions: [{ model: 'pets', version: 1, samples: 1 }],
      measures: [{ name: 'brightness', least: 0.25, most: 0.5 }],
    });
  });

  test('a label is told with who gave it, how and when; without a label there is nobody', async () => {
    await using catalog = await open();
    const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    const ingested = await catalog.samples.get(id);

    await catalog.samples.appendLabelEvents([aLabel('00000001', id, 'dog')]);
    const labeled = await catalog.samples.get(id);
    await catalog.samples.appendLabelEvents([aLabel('00000002', id, null)]);

    expect(ingested).toMatchObject({ annotator: 'tester', labelSource: 'folder', labeledAt: 1000 });
    expect(labeled).toMatchObject({ annotator: 'ada', labelSource: 'human', labeledAt: 2000 });
    expect(await catalog.samples.get(id)).toMatchObject({ annotator: null, labelSource: null, labeledAt: null });
  });
}

function describeGroups(open: OpenCatalog): void {
  test('regrouping tells what the changed samples belonged to', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg'])) as [string, string, string];
    await catalog.samples.setGroup([a], 'left');

    const { changed, was } = await catalog.samples.setGroup([a, b, b], 'right');
    const again = await catalog.samples.setGroup([a], 'right');
    const strangers = catalog.samples.setGroup([c, nobody], 'right');

    expect(changed).toBe(2);
    expect(was.toSorted((p, q) => String(p.group).localeCompare(String(q.group)))).toEqual([
      { group: 'left', ids: [a] },
      { group: null, ids: [b] },
    ]);
    expect(again).toEqual({ changed: 0, was: [] });
    await expect(strangers).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
    expect((await catalog.samples.get(c)).group).toBeNull();
  });

  test('the snapshots, runs and versions that a sample went into are listed', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];
    const snapshot = aSnapshot('1');
    await catalog.snapshots.create(snapshot, [anEntry(a, 'train')]);
    await catalog.registry.publish(aVersion('pets', { snapshot: snapshot.id }), { by: 'ada' });

    expect(await catalog.samples.listUses(a)).toEqual([
      {
        snapshot: snapshot.id,
        createdAt: snapshot.createdAt,
        split: 'train',
        className: 'cat',
        runs: [],
        versions: [{ model: 'pets', version: 1 }],
      },
    ]);
    expect(await catalog.samples.listUses(b)).toEqual([]);
  });
}
