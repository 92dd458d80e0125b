/** @file What every catalog must do, as one suite for all of them. */
import { describe, expect, test } from 'vitest';
import { describeAccessStore } from './access-store.contract.ts';
import { describeAnswerStore } from './answer-store.contract.ts';
import { anEntry, aSnapshot, collect, fill, idOf, type OpenCatalog } from './catalog-builders.contract.ts';
import { describeClassStore } from './class-store.contract.ts';
import { describeCurationStores } from './curation-stores.contract.ts';
import { describeOriginStore } from './origin-store.contract.ts';
import { describePeopleStore } from './people-store.contract.ts';
import { describePredictionStore } from './prediction-store.contract.ts';
import { describeRegistryStore } from './registry-store.contract.ts';
import { describeRunStore } from './run-store.contract.ts';
import { describeSampleLists } from './sample-list.contract.ts';
import { describeSampleStore } from './sample-store.contract.ts';
import { describeStudyStore } from './study-store.contract.ts';

/** `open` gives a new, empty catalog each time. */
export function describeCatalog(name: string, open: OpenCatalog): void {
  const suites = {
    samples: describeSampleStore,
    lists: describeSampleLists,
    classes: describeClassStore,
    origins: describeOriginStore,
    snapshots: describeSnapshotStore,
    runs: describeRunStore,
    registry: describeRegistryStore,
    studies: describeStudyStore,
    predictions: describePredictionStore,
    curation: describeCurationStores,
    people: describePeopleStore,
    access: describeAccessStore,
    answers: describeAnswerStore,
  };
  for (const [store, describeStore] of Object.entries(suites)) {
    describe(`${name}: ${store}`, () => {
      describeStore(open);
    });
  }
}

function describeSnapshotStore(open: OpenCatalog): void {
  test('a snapshot is got back as it was, its entries in sample-id order', async () => {
    await using catalog = await open();
    const ids = await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg']);
    const entries = ids.map((id) => anEntry(id, 'train'));

    await catalog.snapshots.create(aSnapshot('1'), entries);

    expect(await catalog.snapshots.get(aSnapshot('1').id)).toEqual(aSnapshot('1'));
    const stored = await catalog.snapshots.entries(aSnapshot('1').id);
    expect(stored).toEqual(entries.toSorted((a, b) => (a.sampleId < b.sampleId ? -1 : 1)));
  });

  test('creating a snapshot twice keeps the first and makes it the latest', async () => {
    await using catalog = await open();
    const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];
    await catalog.snapshots.create(aSnapshot('1', { createdAt: 1 }), [anEntry(id, 'train')]);
    await catalog.snapshots.create(aSnapshot('2', { createdAt: 2 }), [anEntry(id, 'test')]);
    const second = await catalog.samples.get(id);

    await catalog.snapshots.create(aSnapshot('1', { createdAt: 3 }), [anEntry(id, 'train')]);

    expect(second.split).toBe('test');
    expect((await catalog.samples.get(id)).split).toBe('train');
    expect(await catalog.snapshots.findLatest('pets')).toEqual(aSnapshot('1', { createdAt: 1 }));
    expect(await catalog.snapshots.entries(aSnapshot('1').id)).toHaveLength(1);
  });

  test('a sample that the latest snapshot leaves out has no split', async () => {
    await using catalog = await open();
    const [a, b] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg'])) as [string, string];
    await catalog.snapshots.create(aSnapshot('1'), [anEntry(a, 'train'), anEntry(b, 'test')]);

    await catalog.snapshots.create(aSnapshot('2'), [anEntry(a, 'test')]);

    expect((await catalog.samples.get(b)).split).toBeNull();
    expect((await catalog.samples.list({ split: 'test' })).items.map((sample) => sample.id)).toEqual([a]);
  });

  test('snapshots are listed per dataset, newest first; a missing one is SNAPSHOT_NOT_FOUND', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg'], 'pets');
    await fill(catalog, ['cat/1.jpg'], 'zoo');
    await catalog.snapshots.create(aSnapshot('1', { createdAt: 1 }), [anEntry(idOf('cat/1.jpg'), 'train')]);
    await catalog.snapshots.create(aSnapshot('2', { createdAt: 2, dataset: 'zoo' }), []);
    await catalog.snapshots.create(aSnapshot('3', { createdAt: 3 }), []);

    const ids = async (dataset?: string): Promise<string[]> =>
      (await catalog.snapshots.list(dataset)).map(({ id }) => id[5] ?? '');

    expect([await ids(), await ids('pets'), await ids('none')]).toEqual([['3', '2', '1'], ['3', '1'], []]);
    expect(await catalog.snapshots.findLatest('none')).toBeUndefined();
    await expect(catalog.snapshots.get(aSnapshot('9').id)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  });

  test('thousands of entries are stored whole', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 2500 }, (_, i) => `cat/${i}.jpg`),
    );

    await catalog.snapshots.create(
      aSnapshot('1'),
      ids.map((id, i) => anEntry(id, i % 5 ? 'train' : 'test')),
    );

    const entries = await catalog.snapshots.entries(aSnapshot('1').id);
    expect(entries).toHaveLength(2500);
    expect(await collect(catalog.snapshots.stream(aSnapshot('1').id))).toEqual(entries);
    expect(await collect(catalog.snapshots.stream(aSnapshot('2').id))).toEqual([]);
    expect((await catalog.samples.list({ split: 'test', dataset: 'pets' })).total).toBe(500);
  });
}
