/** @file What every integrity store must do. Contradictions are made by what only the tests of a database can do: changing rows behind its back. */
import { expect, test } from 'vitest';
import {
  aLabel,
  anEntry,
  aSnapshot,
  aVersion,
  by,
  collect,
  fill,
  idOf,
  type OpenCatalog,
} from './catalog-builders.contract.ts';
import { aPrediction } from './prediction-store.contract.ts';

/** A catalog and the way behind its back: statements that no part of the product makes. */
export type OpenBreakable = () => Promise<{
  catalog: Awaited<ReturnType<OpenCatalog>>;
  breakRows: (statement: string) => Promise<void>;
}>;

const at = 10_000_000;

export function describeIntegrityStore(open: OpenBreakable): void {
  async function filled() {
    const { catalog, breakRows } = await open();
    const ids = (await fill(catalog, ['cat/1.jpg', 'dog/1.jpg'])) as [string, string];
    await catalog.snapshots.create(aSnapshot('1'), [anEntry(ids[0], 'train'), anEntry(ids[1], 'test', 'dog')]);
    await catalog.registry.publish(aVersion('pets'), { alias: 'champion', by: 'ada' });
    await catalog.registry.publish(aVersion('pets'), { alias: 'champion', by: 'ada' });
    return { catalog, breakRows, ids };
  }

  const kinds = async (catalog: Awaited<ReturnType<OpenCatalog>>): Promise<string[]> =>
    (await collect(catalog.integrity.findFaults({ at }))).map(({ kind }) => kind);

  test('rows that were written by the product do not contradict each other', async () => {
    const { catalog, ids } = await filled();
    await using _ = catalog;
    await catalog.samples.appendLabelEvents([aLabel('1', ids[0], 'dog'), aLabel('2', ids[1], null)]);
    await catalog.samples.remove([ids[0]], by);
    await catalog.samples.restore([ids[0]], by);
    await catalog.classes.change({ kind: 'rename', name: 'dog', to: 'hound' }, by);

    expect(await kinds(catalog)).toEqual([]);
  });

  test.each([
    ['label-mismatch', `update samples set class_name = 'bird' where class_name = 'cat'`],
    ['trash-mismatch', `update samples set removed = 1 where class_name = 'cat'`],
    ['split-mismatch', `update samples set split = 'validation' where class_name = 'cat'`],
    ['class-missing', `delete from classes where name = 'cat'`],
    ['snapshot-dangling', `update datasets set latest_snapshot = 'snap_9'`],
    ['alias-dangling', `update aliases set version = 9`],
    ['alias-mismatch', `update aliases set version = 1`],
    [
      'lease-stuck',
      `insert into jobs (id, kind, input, status, attempts, lease, lease_expires_at, worker, created_at)
       values ('job_1', 'train', '{}', 'running', 1, 'lease_1', 5, 'worker_1', 1)`,
    ],
    [
      'run-stuck',
      `insert into runs (id, snapshot, status, options, started_at) values ('run_9', 'snap_1', 'running', '{}', 1)`,
    ],
    ['origin-dangling', `update origins set sample_id = 's_gone' where path = 'cat/1.jpg'`],
  ])('%s is found, mended, and found no more', async (kind, statement) => {
    const { catalog, breakRows } = await filled();
    await using _ = catalog;
    await breakRows(statement);

    const found = await collect(catalog.integrity.findFaults({ at }));
    const fault = found.find((one) => one.kind === kind);
    const said = fault && (await catalog.integrity.mend(fault, { at }));

    expect(fault?.detail).toMatch(/\.$/);
    expect(said).toMatch(/\.$/);
    for (const other of await collect(catalog.integrity.findFaults({ at })))
      await catalog.integrity.mend(other, { at });
    expect(await kinds(catalog)).toEqual([]);
  });

  test('mending a label gives the sample what its last label says, and changes no history', async () => {
    const { catalog, breakRows, ids } = await filled();
    await using _ = catalog;
    const before = await catalog.samples.get(ids[0]);
    await breakRows(`update samples set class_name = 'bird', labeled_by = 'nobody' where id = '${ids[0]}'`);

    for (const fault of await collect(catalog.integrity.findFaults({ at })))
      await catalog.integrity.mend(fault, { at });

    expect(await catalog.samples.get(ids[0])).toEqual(before);
    expect(await catalog.samples.listLabelEvents(ids[0])).toHaveLength(1);
  });

  test('pictures come once each in the order of their hashes, those of the trash too', async () => {
    const { catalog } = await open();
    await using _ = catalog;
    const paths = Array.from({ length: 700 }, (__, n) => `cat/${n}.jpg`);
    await fill(catalog, paths, 'pets');
    await fill(catalog, paths.slice(0, 50), 'zoo');
    await catalog.samples.remove([idOf('cat/1.jpg')], by);

    const hashes = (await collect(catalog.integrity.pictures('samples'))).map(({ contentHash }) => contentHash);

    expect(hashes).toHaveLength(700);
    expect(hashes).toEqual(hashes.toSorted());
    expect(await collect(catalog.integrity.pictures('predictions'))).toEqual([]);
  });

  test('what somebody moved to the trash last is told, and files that are forgotten are read again', async () => {
    const { catalog, ids } = await filled();
    await using _ = catalog;
    await catalog.samples.remove([ids[0]], { annotator: 'verify', at: 1 });
    await catalog.samples.remove([ids[1]], by);

    const removed = (await collect(catalog.integrity.removedBy('verify'))).map(({ sampleId }) => sampleId);
    const forgotten = await catalog.integrity.forgetOrigins([ids[0]]);

    expect(removed).toEqual([ids[0]]);
    expect(forgotten).toEqual([{ location: '/pictures', path: 'cat/1.jpg' }]);
    const origins = await catalog.samples.findOrigins('pets', '/pictures', ['cat/1.jpg']);
    expect(origins.get('cat/1.jpg')?.sizeBytes).toBe(-1);
  });

  test('rows of a sample that is not there are found; what was computed is removed, what somebody did stays', async () => {
    const { catalog, breakRows } = await filled();
    await using _ = catalog;
    await breakRows(`insert into label_events (id, sample_id, class_name, annotator, source, at)
      values ('label_9', 's_gone', 'cat', 'ada', 'human', 1);
      insert into removal_events (sample_id, removed, annotator, at) values ('s_gone', 1, 'ada', 1);
      insert into label_leases (sample_id, annotator, until) values ('s_gone', 'ada', 1)`);

    const found = await collect(catalog.integrity.findFaults({ at }));
    const said = await Promise.all(found.map((fault) => catalog.integrity.mend(fault, { at })));

    expect(found.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['label-dangling', 's_gone'],
      ['row-dangling', 'label_leases s_gone'],
      ['row-dangling', 'removal_events s_gone'],
    ]);
    expect(said).toEqual([undefined, 'It was computed, and is removed.', undefined]);
    expect(await kinds(catalog)).toEqual(['label-dangling', 'row-dangling']);
  });

  test('predictions of a picture that is gone stay, without it', async () => {
    const { catalog } = await filled();
    await using _ = catalog;
    const pictured = { contentHash: 'a'.repeat(64), hasPicture: true };
    await catalog.predictions.record([aPrediction('1', pictured), aPrediction('2', pictured)]);
    await catalog.predictions.record([aPrediction('3', { hasPicture: true, contentHash: 'b'.repeat(64) })]);

    const forgotten = await catalog.integrity.forgetPredictionPicture('a'.repeat(64));
    const again = await catalog.integrity.forgetPredictionPicture('a'.repeat(64));

    expect([forgotten, again]).toEqual([2, 0]);
    const { items } = await catalog.predictions.list({});
    expect(items.map(({ id, hasPicture }) => [id, hasPicture])).toEqual([
      ['3', true],
      ['2', false],
      ['1', false],
    ]);
  });

  test('an alias is moved or taken away with its entry in the log', async () => {
    const { catalog } = await filled();
    await using _ = catalog;
    const move = { model: 'pets', alias: 'champion', by: 'verify', at };

    await catalog.integrity.setAlias({ ...move, version: 1 });
    const moved = await catalog.registry.findLatestAliased('champion');
    await catalog.integrity.setAlias({ ...move, version: null });

    expect(moved?.version).toBe(1);
    expect(await catalog.registry.findLatestAliased('champion')).toBeUndefined();
    expect((await catalog.registry.aliasLog('pets')).map(({ version }) => version)).toEqual([null, 1, 2, 1]);
    expect(await kinds(catalog)).toEqual([]);
  });
}
