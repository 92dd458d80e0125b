/** @file What people ask of the catalog, over a real one, and what they are told when it is not there. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { expect, test } from 'vitest';
import type { Catalog } from '../ports/catalog.ts';
import { fill } from '../ports/catalog-builders.contract.ts';
import { movableClock } from '../ports/job-queue.contract.ts';
import { listIssues, listSamples, removeSamples, resolveDataset, restoreSamples, summarizeCatalog } from './catalog.ts';

const clock = movableClock();

async function aCatalog(): Promise<Catalog> {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-catalog-')), 'catalog.sqlite');
  return openSqliteCatalog({ path, clock });
}

test('a sample goes to the trash and comes back, by name and time', async () => {
  await using catalog = await aCatalog();
  const sampleIds = await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);

  const removed = await removeSamples({ catalog, clock }, { sampleIds, annotator: 'ada' });
  const trash = await listSamples({ catalog }, { removed: true });
  const restored = await restoreSamples({ catalog, clock }, { sampleIds: sampleIds.slice(0, 1), annotator: 'ada' });

  expect([removed, restored]).toEqual([2, 1]);
  expect(trash.items.map((sample) => sample.removedAt)).toEqual([clock.now(), clock.now()]);
  const [summary] = (await summarizeCatalog({ catalog })).datasets;
  expect(summary).toMatchObject({ samples: 1, removed: 1 });
});

test('a dataset or class that is not there is said with those that are', async () => {
  await using catalog = await aCatalog();
  await fill(catalog, ['cat/1.jpg']);
  const missing = { code: 'DATASET_NOT_FOUND', details: { dataset: 'zoo', known: ['pets'] } };

  await expect(summarizeCatalog({ catalog }, { dataset: 'zoo' })).rejects.toMatchObject(missing);
  await expect(listSamples({ catalog }, { dataset: 'zoo' })).rejects.toMatchObject(missing);
  await expect(listIssues({ catalog }, { dataset: 'zoo' })).rejects.toMatchObject(missing);
  const unknown = { code: 'CLASS_NOT_FOUND', details: { className: 'bird', known: ['cat'] } };
  await expect(listSamples({ catalog }, { className: 'bird' })).rejects.toMatchObject(unknown);
  expect((await listSamples({ catalog }, { className: '' })).total).toBe(0);
});

test('the only dataset need not be named', async () => {
  await using catalog = await aCatalog();
  await expect(resolveDataset(catalog)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });

  await catalog.samples.ensureDataset('pets');
  expect(await resolveDataset(catalog)).toBe('pets');
  await catalog.samples.ensureDataset('zoo');

  expect(await resolveDataset(catalog, 'zoo')).toBe('zoo');
  await expect(resolveDataset(catalog)).rejects.toMatchObject({ code: 'DATASET_AMBIGUOUS' });
});
