/** @file What every answer store must do. */
import type { SamplePrediction } from '@tintype/contracts/curation';
import { expect, test } from 'vitest';
import { eachAnswer } from './answer-store.ts';
import type { Catalog } from './catalog.ts';
import { aLabel, anEntry, aSnapshot, fill, type OpenCatalog } from './catalog-builders.contract.ts';

const aPrediction = (sampleId: string, change: Partial<SamplePrediction> = {}): SamplePrediction => ({
  model: 'pets',
  version: 1,
  sampleId,
  className: 'cat',
  predicted: 'cat',
  confidence: 0.75,
  probabilities: { cat: 0.75, dog: 0.25 },
  ...change,
});

const own = { model: 'pets', version: 1, snapshot: aSnapshot('1').id };

/** Four pictures: one to train, two to test, and one that came later. */
async function anAnsweredCatalog(catalog: Catalog): Promise<[string, string, string, string]> {
  const ids = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg', 'dog/4.jpg'])) as [
    string,
    string,
    string,
    string,
  ];
  const [train, first, second] = ids;
  await catalog.snapshots.create(aSnapshot('1'), [
    anEntry(train, 'train'),
    anEntry(first, 'test'),
    anEntry(second, 'test', 'dog'),
  ]);
  await catalog.samplePredictions.record(ids.map((id) => aPrediction(id)));
  return ids;
}

export function describeAnswerStore(open: OpenCatalog): void {
  const listIds = async (catalog: Catalog, query: Parameters<Catalog['answers']['list']>[0]): Promise<string[]> =>
    (await catalog.answers.list(query)).map(({ sampleId }) => sampleId);

  test('answers of the test split are judged by the label that the snapshot froze', async () => {
    await using catalog = await open();
    const [, first, second] = await anAnsweredCatalog(catalog);
    await catalog.samples.appendLabelEvents([aLabel('1', first, 'dog')]);

    const answers = await catalog.answers.list({ ...own, on: 'test', limit: 10 });

    expect(new Map(answers.map(({ sampleId, className }) => [sampleId, className]))).toEqual(
      new Map([
        [first, 'cat'],
        [second, 'dog'],
      ]),
    );
    expect(answers[0]).toMatchObject({
      predicted: 'cat',
      confidence: 0.75,
      probabilities: { cat: 0.75, dog: 0.25 },
      dataset: 'pets',
      widthPx: 40,
      heightPx: 30,
      brightness: null,
      tags: [],
    });
  });

  test('unseen are those of the test split and all that came later and have a label, but none of the trash', async () => {
    await using catalog = await open();
    const [, first, second, later] = await anAnsweredCatalog(catalog);
    const query = { ...own, on: 'unseen', limit: 10 } as const;
    expect(await listIds(catalog, query)).toEqual([first, second, later].toSorted());

    await catalog.samples.appendLabelEvents([aLabel('1', later, null)]);
    await catalog.samples.remove([first], { annotator: 'ada', at: 1 });

    expect(await listIds(catalog, query)).toEqual([second]);
  });

  test('of a version without a snapshot nothing is of its test split', async () => {
    await using catalog = await open();
    await anAnsweredCatalog(catalog);

    expect(await listIds(catalog, { ...own, snapshot: null, on: 'test', limit: 10 })).toEqual([]);
    expect(await listIds(catalog, { ...own, snapshot: null, on: 'unseen', limit: 10 })).toHaveLength(4);
    expect(await listIds(catalog, { ...own, version: 2, on: 'unseen', limit: 10 })).toEqual([]);
  });

  test('pages follow each other without gap or repetition', async () => {
    await using catalog = await open();
    const ids = await fill(
      catalog,
      Array.from({ length: 2300 }, (_, n) => `cat/${n}.jpg`),
    );
    await catalog.samplePredictions.record(ids.map((id) => aPrediction(id)));

    const seen: string[] = [];
    for await (const { sampleId } of eachAnswer(catalog.answers, { ...own, snapshot: null, on: 'unseen' }))
      seen.push(sampleId);

    expect(seen).toEqual(ids.toSorted());
    expect(await catalog.answers.sampleIds(own)).toEqual(new Set(ids));
  });

  test('labelers are those who gave the labels that stood when the snapshot was made', async () => {
    await using catalog = await open();
    const [a, b, c] = (await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg'])) as [string, string, string];
    await catalog.samples.appendLabelEvents([
      { ...aLabel('1', a, 'dog'), at: 2000 },
      { ...aLabel('2', b, 'dog'), at: 2500 },
      { ...aLabel('3', b, 'cat'), annotator: 'grace', at: 9000 },
    ]);

    await catalog.snapshots.create(
      aSnapshot('1', { createdAt: 3000 }),
      [a, b, c].map((id) => anEntry(id, 'train')),
    );

    expect(await catalog.answers.labelers(aSnapshot('1').id)).toEqual([
      { annotator: 'ada', source: 'human', labels: 2, firstAt: 2000, lastAt: 2500 },
      { annotator: 'tester', source: 'folder', labels: 1, firstAt: 1000, lastAt: 1000 },
    ]);
  });
}
