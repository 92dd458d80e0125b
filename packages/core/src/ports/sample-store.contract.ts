/** @file What every sample store must do. */
import type { DataIssue } from '@tintype/contracts/catalog';
import { expect, test } from 'vitest';
import {
  aLabel,
  anEntry,
  aRejection,
  aRow,
  aSnapshot,
  by,
  collect,
  fill,
  idOf,
  type OpenCatalog,
} from './catalog-builders.contract.ts';

export function describeSampleStore(open: OpenCatalog): void {
  describeIngest(open);
  describeListing(open);
  describeTrash(open);
}

function describeIngest(open: OpenCatalog): void {
  test('an ingested picture is got back with its class, label event and origin', async () => {
    await using catalog = await open();
    const row = aRow('cat/1.jpg');

    const { outcomes } = await catalog.samples.recordIngest('pets', [row], by);

    expect(outcomes).toEqual(['added']);
    const sample = await catalog.samples.get(idOf('cat/1.jpg'));
    expect(sample).toMatchObject({ dataset: 'pets', className: 'cat', split: null, createdAt: 1000, removedAt: null });
    expect(sample).toMatchObject('sample' in row ? row.sample : {});
    const [event] = await catalog.samples.listLabelEvents(sample.id);
    expect(event).toMatchObject({ className: 'cat', annotator: 'tester', source: 'folder', at: 1000 });
    const origins = await catalog.samples.findOrigins('pets', '/pictures', ['cat/1.jpg', 'cat/2.jpg']);
    expect([...origins]).toEqual([['cat/1.jpg', row.origin]]);
  });

  test('ingesting the same rows again adds nothing', async () => {
    await using catalog = await open();
    const rows = [aRow('cat/1.jpg'), aRow('dog/1.jpg')];
    await catalog.samples.recordIngest('pets', rows, by);
    const before = await catalog.samples.summarize();

    const { outcomes } = await catalog.samples.recordIngest('pets', rows, by);

    expect(outcomes).toEqual(['duplicate', 'duplicate']);
    expect(await catalog.samples.summarize()).toEqual(before);
    expect(await catalog.samples.listLabelEvents(idOf('cat/1.jpg'))).toHaveLength(1);
  });

  test('a copy with another class keeps the first label and becomes a data issue, also within one batch', async () => {
    await using catalog = await open();
    const copy = aRow('dog/copy.jpg', { copyOf: 'cat/1.jpg' });

    const { outcomes } = await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg'), copy], by);

    expect(outcomes).toEqual(['added', 'disagreement']);
    expect((await catalog.samples.get(idOf('cat/1.jpg'))).className).toBe('cat');
    const { items } = await catalog.samples.listIssues({ kind: 'label-disagreement' });
    expect(items).toMatchObject([{ dataset: 'pets', sampleId: idOf('cat/1.jpg'), path: 'dog/copy.jpg' }]);
    expect(items[0]?.detail).toContain('dog');
  });

  test('a copy gives its class to a picture that has none', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [aRow('1.jpg', { className: null })], by);

    const copy = aRow('cat/1.jpg', { copyOf: '1.jpg' });
    const { outcomes } = await catalog.samples.recordIngest('pets', [copy], by);

    expect(outcomes).toEqual(['duplicate']);
    expect((await catalog.samples.get(idOf('1.jpg'))).className).toBe('cat');
    expect(await catalog.samples.listLabelEvents(idOf('1.jpg'))).toHaveLength(1);
  });

  test('a rejected file is an issue and an origin, and stops being an issue when it is good at last', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [aRejection('cat/1.jpg')], by);
    const rejected = await catalog.samples.listIssues({ dataset: 'pets' });

    await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg')], by);

    expect(rejected.items).toMatchObject([
      { kind: 'rejected-file', path: 'cat/1.jpg', code: 'IMAGE_EMPTY', sampleId: null },
    ]);
    expect((await catalog.samples.listIssues({})).total).toBe(0);
    expect((await catalog.samples.findOrigins('pets', '/pictures', ['cat/1.jpg'])).get('cat/1.jpg')?.sizeBytes).toBe(
      100,
    );
  });

  test('a picture in the trash stays there when it is ingested again', async () => {
    await using catalog = await open();
    const [id] = await fill(catalog, ['cat/1.jpg']);
    await catalog.samples.remove([id as string], by);

    await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg')], by);

    expect((await catalog.samples.get(id as string)).removedAt).toBe(1000);
  });

  test('the same picture in two datasets is two samples', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg'], 'pets');
    await fill(catalog, ['cat/1.jpg'], 'zoo');

    const { datasets } = await catalog.samples.summarize();

    expect(datasets.map(({ name, samples }) => [name, samples])).toEqual([
      ['pets', 1],
      ['zoo', 1],
    ]);
  });

  test('a batch of thousands is taken whole', async () => {
    await using catalog = await open();
    const paths = Array.from({ length: 2500 }, (_, i) => `c${i % 3}/${i}.jpg`);

    await fill(catalog, paths);

    const [dataset] = (await catalog.samples.summarize('pets')).datasets;
    expect(dataset?.samples).toBe(2500);
    expect((await catalog.samples.findOrigins('pets', '/pictures', paths)).size).toBe(2500);
  });

  test('classes come in the order in which they appeared', async () => {
    await using catalog = await open();

    await fill(catalog, ['dog/1.jpg', 'cat/1.jpg', 'dog/2.jpg']);

    expect(await catalog.samples.listClasses()).toEqual([
      { name: 'dog', position: 0, key: null },
      { name: 'cat', position: 1, key: null },
    ]);
  });
}

function describeListing(open: OpenCatalog): void {
  test('pages follow each other without a gap or a repetition', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 25 }, (_, i) => `cat/${i}.jpg`),
    );

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await catalog.samples.list({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(25);
      seen.push(...page.items.map((sample) => sample.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);

    expect(seen).toEqual(ids.toSorted());
  });

  test('a list is filtered by class, split, text and dataset, alone and together', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fill(catalog, ['cat/Tom.jpg', 'cat/2.jpg', 'dog/3.jpg'])) as [string, string, string];
    await fill(catalog, ['cat/other.jpg'], 'zoo');
    await catalog.samples.recordIngest('pets', [aRow('4.jpg', { className: null })], by);
    await catalog.snapshots.create(aSnapshot('1'), [
      anEntry(a, 'train'),
      anEntry(b, 'test'),
      anEntry(c, 'test', 'dog'),
    ]);
    const paths = async (query: Parameters<typeof catalog.samples.list>[0]): Promise<string[]> =>
      (await catalog.samples.list(query)).items.map((sample) => sample.path).toSorted();

    expect(await paths({ dataset: 'pets', className: 'cat' })).toEqual(['cat/2.jpg', 'cat/Tom.jpg']);
    expect(await paths({ className: 'cat' })).toEqual(['cat/2.jpg', 'cat/Tom.jpg', 'cat/other.jpg']);
    expect(await paths({ className: '' })).toEqual(['4.jpg']);
    expect(await paths({ split: 'test' })).toEqual(['cat/2.jpg', 'dog/3.jpg']);
    expect(await paths({ split: 'test', className: 'cat', dataset: 'pets' })).toEqual(['cat/2.jpg']);
    expect(await paths({ text: 'tom' })).toEqual(['cat/Tom.jpg']);
    expect(await paths({ text: '%' })).toEqual([]);
    expect(await paths({ text: '_at' })).toEqual([]);
    expect(await paths({ dataset: 'none' })).toEqual([]);
  });

  test('a cursor of nowhere is refused', async () => {
    await using catalog = await open();

    for (const cursor of [
      'x',
      '',
      'W10',
      Buffer.from('{"a":1}').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
    ]) {
      await expect(catalog.samples.list({ cursor })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  test('a stream gives every match in id order, even while the catalog is written to', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 2100 }, (_, i) => `cat/${i}.jpg`),
    );
    await fill(catalog, ['dog/1.jpg']);

    const seen: string[] = [];
    for await (const sample of catalog.samples.stream({ className: 'cat' })) {
      if (seen.length === 5) await catalog.samples.remove([idOf('dog/1.jpg')], by);
      seen.push(sample.id);
    }

    expect(seen).toEqual(ids.toSorted());
  });

  test('labels are a history: the last event is the class, null takes it away, an event sent twice counts once', async () => {
    await using catalog = await open();
    const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    await catalog.samples.appendLabelEvents([aLabel('00000001', id, 'dog'), aLabel('00000002', id, 'bird')]);
    await catalog.samples.appendLabelEvents([aLabel('00000001', id, 'dog')]);
    const bird = await catalog.samples.get(id);
    await catalog.samples.appendLabelEvents([aLabel('00000003', id, null)]);

    expect(bird.className).toBe('bird');
    expect((await catalog.samples.get(id)).className).toBeNull();
    const events = await catalog.samples.listLabelEvents(id);
    expect(events.map((event) => event.className)).toEqual(['cat', 'dog', 'bird', null]);
    expect((await catalog.samples.listClasses()).map((one) => one.name)).toEqual(['cat', 'dog', 'bird']);
  });

  test('labeling a sample that is not there labels nothing', async () => {
    await using catalog = await open();
    const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    const events = [aLabel('00000001', id, 'dog'), aLabel('00000002', idOf('nobody'), 'dog')];

    await expect(catalog.samples.appendLabelEvents(events)).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });

    expect((await catalog.samples.get(id)).className).toBe('cat');
    expect(await catalog.samples.listLabelEvents(id)).toHaveLength(1);
  });

  test('issues come in pages, oldest first, and one found again is not doubled', async () => {
    await using catalog = await open();
    await catalog.samples.ensureDataset('pets');
    const issues = [3, 1, 2].map((at) => ({
      id: `issue_${at}`,
      dataset: 'pets',
      kind: 'near-duplicate' as const,
      sampleId: null,
      path: `${at}.jpg`,
      code: 'NEAR_DUPLICATE',
      detail: 'alike',
      score: 0.5,
      at,
    }));

    await catalog.samples.recordIssues(issues);
    await catalog.samples.recordIssues(issues.map((issue) => ({ ...issue, score: 0.75 })));
    const first = await catalog.samples.listIssues({ dataset: 'pets', limit: 2 });
    const cursor = first.nextCursor as string;
    const second = await catalog.samples.listIssues({ dataset: 'pets', limit: 2, cursor });

    expect([...first.items, ...second.items].map(({ at, score }) => [at, score])).toEqual([
      [1, 0.75],
      [2, 0.75],
      [3, 0.75],
    ]);
    expect(first.total).toBe(3);
    expect(second.nextCursor).toBeUndefined();
  });

  test('issues that replace those of a kind leave the other kinds and datasets alone', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg'], 'zoo');
    await catalog.samples.recordIngest('pets', [aRejection('bad.jpg')], by);
    const issue = (id: string, dataset = 'pets'): DataIssue => ({
      id,
      dataset,
      kind: 'near-duplicate',
      sampleId: null,
      path: 'a.jpg',
      code: 'NEAR_DUPLICATE',
      detail: 'alike',
      score: 1,
      at: 1,
    });
    await catalog.samples.recordIssues([issue('old'), issue('kept'), issue('elsewhere', 'zoo')]);

    const replacing = { dataset: 'pets', kind: 'near-duplicate' as const };
    await catalog.samples.recordIssues([issue('kept'), issue('new')], { replacing });

    const { items } = await catalog.samples.listIssues({});
    expect(items.filter(({ kind }) => kind === 'near-duplicate').map(({ id }) => id)).toEqual([
      'elsewhere',
      'kept',
      'new',
    ]);
    expect(items).toHaveLength(4);
  });
}

function describeTrash(open: OpenCatalog): void {
  test('the trash hides samples from lists, streams and counts, and gives them back', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];

    const removed = await catalog.samples.remove([a, a], { annotator: 'ada', at: 5 });
    const again = await catalog.samples.remove([a], { annotator: 'ada', at: 6 });
    const kept = (await collect(catalog.samples.stream({}))).map((sample) => sample.id);
    const trash = await catalog.samples.list({ removed: true });
    const [summary] = (await catalog.samples.summarize()).datasets;
    const restored = await catalog.samples.restore([a, b], { annotator: 'ada', at: 7 });

    expect([removed, again, restored]).toEqual([1, 0, 1]);
    expect(kept).toEqual([b]);
    expect(trash.items).toMatchObject([{ id: a, removedAt: 5 }]);
    expect(summary).toMatchObject({ samples: 1, removed: 1, sizeBytes: 100, classes: [{ name: 'cat', samples: 1 }] });
    expect((await catalog.samples.get(a)).removedAt).toBeNull();
  });

  test('removing a sample that is not there removes none', async () => {
    await using catalog = await open();
    const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];

    const removal = catalog.samples.remove([id, idOf('nobody')], by);

    await expect(removal).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
    expect((await catalog.samples.get(id)).removedAt).toBeNull();
    await expect(catalog.samples.get(idOf('nobody'))).rejects.toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
  });

  test('a summary counts samples, classes, unlabeled and issues of each dataset', async () => {
    await using catalog = await open();
    await fill(catalog, ['dog/1.jpg', 'cat/1.jpg', 'cat/2.jpg']);
    await catalog.samples.recordIngest('pets', [aRow('x.jpg', { className: null }), aRejection('bad.jpg')], by);
    await catalog.samples.ensureDataset('empty');

    expect(await catalog.samples.summarize()).toEqual({
      datasets: [
        { name: 'empty', samples: 0, removed: 0, unlabeled: 0, sizeBytes: 0, classes: [], issues: {} },
        {
          name: 'pets',
          samples: 4,
          removed: 0,
          unlabeled: 1,
          sizeBytes: 400,
          classes: [
            { name: 'cat', samples: 2 },
            { name: 'dog', samples: 1 },
          ],
          issues: { 'rejected-file': 1 },
        },
      ],
    });
    expect((await catalog.samples.summarize('none')).datasets).toEqual([]);
  });
}
