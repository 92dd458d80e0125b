/** @file What every study store must do. */
import type { Study, Trial } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import type { OpenCatalog } from './catalog-builders.contract.ts';

const aStudy = (name: string, change: Partial<Study> = {}): Study => ({
  name,
  dataset: 'pets',
  snapshot: 'snap_1',
  metric: 'accuracy',
  scoring: 'folds',
  sampler: 'tpe',
  pruner: 'asha',
  seed: 1,
  models: ['histograms'],
  space: [
    { kind: 'categorical', name: 'head', choices: ['logistic', 'knn'], usual: 'logistic' },
    { kind: 'float', name: 'c', low: 1e-4, high: 1, isLog: true, when: { parameter: 'head', values: ['logistic'] } },
  ],
  common: { without: ['fish'] },
  budgetMs: 60_000,
  spentMs: 0,
  createdAt: 1000,
  heartbeatAt: null,
  endedBecause: null,
  ...change,
});

const aTrial = (study: string, number: number, change: Partial<Trial> = {}): Trial => ({
  study,
  number,
  settings: { head: 'logistic', c: 0.1, isBalanced: true },
  status: 'running',
  value: null,
  interval: null,
  intermediateValues: [],
  note: null,
  errorCode: null,
  startedAt: 2000,
  endedAt: null,
  ...change,
});

export function describeStudyStore(open: OpenCatalog): void {
  test('studies are got back as they were, newest first', async () => {
    await using catalog = await open();
    await catalog.studies.create(aStudy('a'));
    await catalog.studies.create(aStudy('b', { createdAt: 2000 }));

    expect(await catalog.studies.get('a')).toEqual(aStudy('a'));
    expect((await catalog.studies.list()).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test('a name is taken once, and one that is not there is said with those that are', async () => {
    await using catalog = await open();
    await catalog.studies.create(aStudy('a'));

    const again = catalog.studies.create(aStudy('a', { seed: 9 }));

    await expect(again).rejects.toMatchObject({ code: 'STUDY_EXISTS' });
    const missing = { code: 'STUDY_NOT_FOUND', details: { study: 'x', known: ['a'] } };
    await expect(catalog.studies.get('x')).rejects.toMatchObject(missing);
    await expect(catalog.studies.update('x', { spentMs: 1 })).rejects.toMatchObject(missing);
    await expect(catalog.studies.putTrial(aTrial('x', 0))).rejects.toMatchObject(missing);
    expect((await catalog.studies.get('a')).seed).toBe(1);
  });

  test('what goes on with a study is written over, and nothing else', async () => {
    await using catalog = await open();
    await catalog.studies.create(aStudy('a'));

    await catalog.studies.update('a', { spentMs: 500, heartbeatAt: 3000, endedBecause: 'budget' });
    await catalog.studies.update('a', { budgetMs: 90_000, endedBecause: null });

    const changed = { budgetMs: 90_000, spentMs: 500, heartbeatAt: 3000 };
    expect(await catalog.studies.get('a')).toEqual(aStudy('a', changed));
  });

  test('a trial is written and written over by its number, and listed in order', async () => {
    await using catalog = await open();
    await catalog.studies.create(aStudy('a'));
    await catalog.studies.create(aStudy('b'));
    await catalog.studies.putTrial(aTrial('a', 1));
    await catalog.studies.putTrial(aTrial('a', 0));
    await catalog.studies.putTrial(aTrial('b', 0));
    const done = aTrial('a', 1, {
      status: 'complete',
      value: 0.875,
      interval: [0.8, 0.9],
      intermediateValues: [{ step: 1, value: 0.5 }],
      note: 'a note',
      errorCode: 'A_CODE',
      endedAt: 2500,
    });

    await catalog.studies.putTrial(done);

    expect(await catalog.studies.listTrials('a')).toEqual([aTrial('a', 0), done]);
    expect(await catalog.studies.listTrials('nothing')).toEqual([]);
  });
}
