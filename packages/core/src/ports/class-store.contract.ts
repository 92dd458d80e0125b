/** @file What every class store must do: no label is ever lost on a change of classes. */
import { expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { aLabel, aRow, by, fill, idOf, type OpenCatalog } from './catalog-builders.contract.ts';

const names = async (catalog: Catalog): Promise<string[]> =>
  (await catalog.samples.listClasses()).map((one) => one.name);

const classOf = async (catalog: Catalog, path: string): Promise<string | null> =>
  (await catalog.samples.get(idOf(path))).className;

export function describeClassStore(open: OpenCatalog): void {
  describeRenaming(open);
  describeMerging(open);
  describeTheRest(open);
}

function describeRenaming(open: OpenCatalog): void {
  test('pictures of a renamed class follow it, those in the trash too, and their history says so', async () => {
    await using catalog = await open();
    const [, inTrash] = await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg']);
    await catalog.samples.remove([inTrash as string], by);

    const event = await catalog.classes.change({ kind: 'rename', name: 'cat', to: 'tiger' }, by);

    expect(event).toMatchObject({ labels: 2, annotator: 'tester', at: 1000 });
    expect(await names(catalog)).toEqual(['tiger', 'dog']);
    expect(await Promise.all(['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg'].map((path) => classOf(catalog, path)))).toEqual([
      'tiger',
      'tiger',
      'dog',
    ]);
    const history = await catalog.samples.listLabelEvents(idOf('cat/1.jpg'));
    expect(history.map(({ className, source }) => [className, source])).toEqual([
      ['cat', 'folder'],
      ['tiger', 'rename'],
    ]);
  });

  test('a label or a folder that still has the old name is of the renamed class', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
    await catalog.classes.change({ kind: 'rename', name: 'cat', to: 'lion' }, by);
    await catalog.classes.change({ kind: 'rename', name: 'lion', to: 'tiger' }, by);

    await catalog.samples.appendLabelEvents([aLabel('late', idOf('dog/1.jpg'), 'cat')]);
    const { outcomes } = await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg')], by);
    await fill(catalog, ['cat/3.jpg']);

    expect(await classOf(catalog, 'dog/1.jpg')).toBe('tiger');
    expect(outcomes).toEqual(['duplicate']);
    expect(await classOf(catalog, 'cat/3.jpg')).toBe('tiger');
    expect(await names(catalog)).toEqual(['tiger', 'dog']);
  });

  test('a renaming is taken back, once', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
    const { id } = await catalog.classes.change({ kind: 'rename', name: 'cat', to: 'tiger' }, by);

    await catalog.classes.change({ kind: 'undo', change: id }, by);

    expect([await names(catalog), await classOf(catalog, 'cat/1.jpg')]).toEqual([['cat', 'dog'], 'cat']);
    await expect(catalog.classes.change({ kind: 'undo', change: id }, by)).rejects.toMatchObject({
      code: 'CLASS_CHANGE_NOT_UNDOABLE',
    });
  });

  test('a name that is taken or missing is refused, and nothing changes', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);

    const taken = catalog.classes.change({ kind: 'rename', name: 'cat', to: 'dog' }, by);
    await expect(taken).rejects.toMatchObject({ code: 'CLASS_EXISTS' });
    const missing = catalog.classes.change({ kind: 'rename', name: 'cow', to: 'ox' }, by);
    await expect(missing).rejects.toMatchObject({ code: 'CLASS_NOT_FOUND' });

    expect(await names(catalog)).toEqual(['cat', 'dog']);
    expect(await catalog.classes.listChanges({ limit: 10 })).toEqual([]);
  });
}

function describeMerging(open: OpenCatalog): void {
  test('merged classes are one; taken back, those labeled since stay as they are', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg', 'cow/1.jpg']);
    await catalog.classes.change({ kind: 'setKey', name: 'cat', key: 'c' }, by);
    const { id, labels } = await catalog.classes.change({ kind: 'merge', name: 'cat', into: 'dog' }, by);
    const merged = await names(catalog);
    await catalog.samples.appendLabelEvents([aLabel('since', idOf('cat/2.jpg'), 'cow')]);

    const undone = await catalog.classes.change({ kind: 'undo', change: id }, by);

    expect([labels, merged, undone.labels]).toEqual([2, ['dog', 'cow'], 1]);
    expect(await names(catalog)).toEqual(['cat', 'dog', 'cow']);
    expect(await Promise.all(['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg'].map((path) => classOf(catalog, path)))).toEqual([
      'cat',
      'cow',
      'dog',
    ]);
    expect((await catalog.samples.listClasses())[0]?.key).toBe('c');
  });

  test('of two mergings of the same classes each is taken back by itself', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
    const first = await catalog.classes.change({ kind: 'merge', name: 'cat', into: 'dog' }, by);
    await catalog.classes.change({ kind: 'undo', change: first.id }, by);
    const second = await catalog.classes.change({ kind: 'merge', name: 'cat', into: 'dog' }, by);

    await catalog.classes.change({ kind: 'undo', change: second.id }, by);

    expect([await names(catalog), await classOf(catalog, 'cat/1.jpg')]).toEqual([['cat', 'dog'], 'cat']);
  });

  test('thousands of labels follow', async () => {
    await using catalog = await open();
    await fill(
      catalog,
      Array.from({ length: 1200 }, (_, i) => `cat/${i}.jpg`),
    );
    await fill(catalog, ['dog/1.jpg']);

    const { id, labels } = await catalog.classes.change({ kind: 'merge', name: 'cat', into: 'dog' }, by);
    const back = await catalog.classes.change({ kind: 'undo', change: id }, by);

    expect([labels, back.labels]).toEqual([1200, 1200]);
  });
}

function describeTheRest(open: OpenCatalog): void {
  test('classes are added behind the others, ordered, and removed while no picture has them', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
    await catalog.classes.change({ kind: 'add', name: 'cow' }, by);
    const added = await names(catalog);

    await catalog.classes.change({ kind: 'reorder', names: ['cow', 'dog'] }, by);
    const ordered = await names(catalog);
    const { id } = await catalog.classes.change({ kind: 'remove', name: 'cow' }, by);
    const removed = await names(catalog);
    await catalog.classes.change({ kind: 'undo', change: id }, by);

    expect([added, ordered, removed, await names(catalog)]).toEqual([
      ['cat', 'dog', 'cow'],
      ['cow', 'dog', 'cat'],
      ['dog', 'cat'],
      ['cow', 'dog', 'cat'],
    ]);
    const used = catalog.classes.change({ kind: 'remove', name: 'dog' }, by);
    await expect(used).rejects.toMatchObject({ code: 'CLASS_IN_USE', details: { labels: 1 } });
  });

  test('a class that was removed is there again when a picture is labeled with it', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg']);
    await catalog.classes.change({ kind: 'add', name: 'cow' }, by);
    await catalog.classes.change({ kind: 'remove', name: 'cow' }, by);

    await catalog.samples.appendLabelEvents([aLabel('again', idOf('cat/1.jpg'), 'cow')]);

    expect(await names(catalog)).toEqual(['cat', 'cow']);
  });

  test('a key belongs to one class; it goes back to who had it', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg', 'dog/1.jpg']);
    const keys = async () => (await catalog.samples.listClasses()).map((one) => one.key);
    await catalog.classes.change({ kind: 'setKey', name: 'cat', key: 'c' }, by);

    const { id } = await catalog.classes.change({ kind: 'setKey', name: 'dog', key: 'c' }, by);
    const moved = await keys();
    await catalog.classes.change({ kind: 'undo', change: id }, by);

    expect([moved, await keys()]).toEqual([
      [null, 'c'],
      ['c', null],
    ]);
  });

  test('changes are listed, the newest first, and cannot be taken back twice over', async () => {
    await using catalog = await open();
    await fill(catalog, ['cat/1.jpg']);
    const { id } = await catalog.classes.change({ kind: 'add', name: 'cow' }, by);
    const undo = await catalog.classes.change({ kind: 'undo', change: id }, by);

    const changes = await catalog.classes.listChanges({ limit: 10 });

    expect(changes.map(({ change }) => change)).toEqual([
      { kind: 'undo', change: id },
      { kind: 'add', name: 'cow' },
    ]);
    for (const change of [undo.id, 'class_unknown'])
      await expect(catalog.classes.change({ kind: 'undo', change }, by)).rejects.toMatchObject({
        code: 'CLASS_CHANGE_NOT_UNDOABLE',
      });
  });
}
