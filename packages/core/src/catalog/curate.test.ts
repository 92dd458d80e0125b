/** @file Saved views over a real catalog, and a sample with all that is known of it. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { expect, test } from 'vitest';
import type { Catalog } from '../ports/catalog.ts';
import { anEntry, aSnapshot, by, fill } from '../ports/catalog-builders.contract.ts';
import { movableClock } from '../ports/job-queue.contract.ts';
import { describeSample, saveView } from './curate.ts';

const clock = movableClock();

async function aCatalog(): Promise<Catalog> {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-curate-')), 'catalog.sqlite');
  return openSqliteCatalog({ path, clock });
}

test('a query is saved as a query, a list as a list', async () => {
  await using catalog = await aCatalog();
  const sampleIds = await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);

  const cats = await saveView({ catalog, clock }, { name: 'cats', by: 'ada', query: { class: 'cat' } });
  const list = await saveView({ catalog, clock }, { by: 'ada', sampleIds });

  expect(cats).toMatchObject({ name: 'cats', query: { class: 'cat' }, samples: null, createdBy: 'ada' });
  expect(list).toMatchObject({ name: null, query: null, samples: 2 });
});

test('an unnamed list that is given a name is that list from then on', async () => {
  await using catalog = await aCatalog();
  const sampleIds = await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
  const list = await saveView({ catalog, clock }, { by: 'ada', sampleIds });

  const named = await saveView({ catalog, clock }, { name: 'odd ones', by: 'ada', query: { view: list.id } });

  expect(named).toMatchObject({ id: list.id, name: 'odd ones', samples: 2 });
});

test('a part of a list is a list of its own, so that nothing is forgotten with what it was taken from', async () => {
  await using catalog = await aCatalog();
  const sampleIds = await fill(catalog, ['cat/1.jpg', 'dog/1.jpg', 'cat/2.jpg']);
  const list = await saveView({ catalog, clock }, { by: 'ada', sampleIds });

  const cats = await saveView(
    { catalog, clock },
    { name: 'odd cats', by: 'ada', query: { view: list.id, class: 'cat' } },
  );

  expect(cats).toMatchObject({ name: 'odd cats', query: null, samples: 2 });
  expect(cats.id).not.toBe(list.id);
});

test('a part of a saved query is a query of both', async () => {
  await using catalog = await aCatalog();
  const cats = await saveView({ catalog, clock }, { name: 'cats', by: 'ada', query: { class: 'cat', sort: 'path' } });

  const tests = await saveView(
    { catalog, clock },
    { name: 'test cats', by: 'ada', query: { view: cats.id, split: 'test' } },
  );

  expect(tests.query).toEqual({ class: 'cat', sort: 'path', split: 'test' });
});

test('a sample comes with labels, tags, answers, measures and where it was used', async () => {
  await using catalog = await aCatalog();
  const [id] = (await fill(catalog, ['cat/1.jpg'])) as [string];
  await catalog.tags.add([id], 'blurry', by);
  await catalog.measures.record([{ sampleId: id, brightness: 0.5 }]);
  await catalog.snapshots.create(aSnapshot('1'), [anEntry(id, 'train')]);

  const sample = await describeSample({ catalog }, id);

  expect(sample).toMatchObject({ className: 'cat', tags: ['blurry'], predictions: [], measures: { brightness: 0.5 } });
  expect(sample.labels).toHaveLength(1);
  expect(sample.uses.map(({ snapshot, split }) => [snapshot, split])).toEqual([[aSnapshot('1').id, 'train']]);
});
