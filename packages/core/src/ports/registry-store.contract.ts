/** @file What every registry and evaluation store must do. */
import { expect, test } from 'vitest';
import { anEvaluation, aVersion, type OpenCatalog } from './catalog-builders.contract.ts';

export function describeRegistryStore(open: OpenCatalog): void {
  describeVersions(open);
  describeAliases(open);
}

function describeVersions(open: OpenCatalog): void {
  test('publishing numbers the versions, stores the evaluation and moves the alias in one step', async () => {
    await using catalog = await open();
    const version = aVersion('pets');

    const first = await catalog.registry.publish(version, {
      evaluation: anEvaluation('1'),
      alias: 'champion',
      by: 'ada',
    });
    const second = await catalog.registry.publish(version, { evaluation: anEvaluation('2'), by: 'ada' });

    expect(first).toEqual({ ...version, version: 1, aliases: ['champion'] });
    expect(second).toEqual({ ...version, version: 2, aliases: [] });
    const model = await catalog.registry.get('pets');
    expect(model).toEqual({ name: 'pets', createdAt: 4000, versions: [first, second] });
    expect(await catalog.registry.list()).toEqual([model]);
    expect(await catalog.evaluations.list('pets', 1)).toEqual([{ ...anEvaluation('1'), model: 'pets', version: 1 }]);
  });

  test('a publication that fails leaves no trace', async () => {
    await using catalog = await open();
    await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), by: 'ada' });
    const before = await catalog.registryVersion();

    const again = catalog.registry.publish(aVersion('other'), {
      evaluation: anEvaluation('1'),
      alias: 'champion',
      by: 'ada',
    });

    await expect(again).rejects.toThrow(/unique constraint/i);
    expect((await catalog.registry.list()).map(({ name }) => name)).toEqual(['pets']);
    expect(await catalog.registry.aliasLog()).toEqual([]);
    expect(await catalog.registryVersion()).toBe(before);
  });

  test('a version is found by number and by alias', async () => {
    await using catalog = await open();
    for (const id of ['1', '2']) {
      await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation(id), alias: `v${id}`, by: 'ada' });
    }

    expect((await catalog.registry.getVersion('pets', '2')).version).toBe(2);
    expect((await catalog.registry.getVersion('pets', 'v1')).version).toBe(1);
  });

  test('a missing model or version is said with what there is', async () => {
    await using catalog = await open();
    await expect(catalog.registry.get('pets')).rejects.toMatchObject({ code: 'MODEL_NONE_YET' });
    await expect(catalog.registry.getVersion('pets', '1')).rejects.toMatchObject({ code: 'MODEL_NONE_YET' });

    await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), alias: 'champion', by: 'ada' });

    const missing = { code: 'MODEL_NOT_FOUND', details: { model: 'zoo', known: ['pets'] } };
    await expect(catalog.registry.get('zoo')).rejects.toMatchObject(missing);
    const unknown = { code: 'VERSION_NOT_FOUND', details: { model: 'pets', version: '7', known: ['1', 'champion'] } };
    await expect(catalog.registry.getVersion('pets', '7')).rejects.toMatchObject(unknown);
  });

  test('a version that was imported has no run, no snapshot and no figures', async () => {
    await using catalog = await open();
    const figures = { accuracy: null, accuracyInterval: null, balancedAccuracy: null, macroF1: null };
    const imported = aVersion('pets', { run: null, snapshot: null, ...figures });

    const published = await catalog.registry.publish(imported, { by: 'ada' });

    expect(published).toEqual({ ...imported, version: 1, aliases: [] });
    expect(await catalog.evaluations.list('pets', 1)).toEqual([]);
  });

  test('evaluations are added, newest first, and an id is used once', async () => {
    await using catalog = await open();
    await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), by: 'ada' });
    const later = { ...anEvaluation('2'), model: 'pets', version: 1, on: 'folder' };

    await catalog.evaluations.record(later);

    expect((await catalog.evaluations.list('pets', 1)).map(({ id }) => id)).toEqual(['eval_2', 'eval_1']);
    await expect(catalog.evaluations.record({ ...later, accuracy: 1 })).rejects.toThrow(/unique constraint/i);
    expect((await catalog.evaluations.list('pets', 1))[0]?.accuracy).toBe(0.875);
  });
}

function describeAliases(open: OpenCatalog): void {
  const twoVersions = async (): Promise<Awaited<ReturnType<OpenCatalog>>> => {
    const catalog = await open();
    for (const id of ['1', '2']) {
      await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation(id), by: 'ada' });
    }
    return catalog;
  };
  const champion = { model: 'pets', alias: 'champion', by: 'ada' };

  test('an alias is on one version, and the log tells where it was at any time', async () => {
    await using catalog = await twoVersions();

    await catalog.registry.moveAlias({ ...champion, version: 2, at: 100 });
    const back = await catalog.registry.moveAlias({ ...champion, version: 1, expected: 2, at: 200 });

    expect(back).toEqual({ ...champion, version: 1, previous: 2, at: 200 });
    expect((await catalog.registry.getVersion('pets', 'champion')).version).toBe(1);
    expect((await catalog.registry.get('pets')).versions.map(({ aliases }) => aliases)).toEqual([['champion'], []]);
    expect((await catalog.registry.aliasLog('pets')).map(({ version, previous }) => [version, previous])).toEqual([
      [1, 2],
      [2, null],
    ]);
    const liveAt = (at: number): Promise<number | undefined> => catalog.registry.findAliasAt('pets', 'champion', at);
    expect([await liveAt(99), await liveAt(100), await liveAt(199), await liveAt(200)]).toEqual([undefined, 2, 2, 1]);
  });

  test('an alias that has moved meanwhile is not moved', async () => {
    await using catalog = await twoVersions();
    await catalog.registry.moveAlias({ ...champion, version: 1, expected: null, at: 1 });

    const nowhere = catalog.registry.moveAlias({ ...champion, version: 2, expected: null, at: 2 });
    const elsewhere = catalog.registry.moveAlias({ ...champion, version: 2, expected: 2, at: 2 });

    await expect(nowhere).rejects.toMatchObject({ code: 'ALIAS_CONFLICT', details: { expected: 'none', found: '1' } });
    await expect(elsewhere).rejects.toMatchObject({ code: 'ALIAS_CONFLICT' });
    expect((await catalog.registry.getVersion('pets', 'champion')).version).toBe(1);
    expect(await catalog.registry.aliasLog()).toHaveLength(1);
  });

  test('an alias is moved to a version that is there', async () => {
    await using catalog = await twoVersions();

    const move = catalog.registry.moveAlias({ ...champion, version: 3, at: 1 });

    await expect(move).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  });

  test('what was promoted last is found over all models', async () => {
    await using catalog = await twoVersions();
    await catalog.registry.publish(aVersion('zoo'), { evaluation: anEvaluation('3'), alias: 'champion', by: 'ada' });
    const before = await catalog.registry.findLatestAliased('champion');

    await catalog.registry.moveAlias({ ...champion, version: 2, at: 1 });

    expect(before).toMatchObject({ model: 'zoo', version: 1 });
    expect(await catalog.registry.findLatestAliased('champion')).toMatchObject({ model: 'pets', version: 2 });
    expect(await catalog.registry.findLatestAliased('nobody')).toBeUndefined();
  });

  test('the registry version changes with every change of the registry and with nothing else', async () => {
    await using catalog = await open();
    const empty = await catalog.registryVersion();
    await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), by: 'ada' });
    const published = await catalog.registryVersion();
    await catalog.registry.moveAlias({ ...champion, version: 1, at: 1 });
    const moved = await catalog.registryVersion();

    await catalog.samples.ensureDataset('pets');
    await catalog.registry.list();

    expect(new Set([empty, published, moved]).size).toBe(3);
    expect(await catalog.registryVersion()).toBe(moved);
  });
}
