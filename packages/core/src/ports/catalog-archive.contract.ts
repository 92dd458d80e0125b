/** @file What every archive of a catalog must do, as one suite for all databases. */
import { describe, expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { type CatalogArchive, type RowsPart, UnreadableRows } from './catalog-archive.ts';
import {
  aLabel,
  anEntry,
  anEvaluation,
  aRejection,
  aRow,
  aSnapshot,
  aVersion,
  by,
  fill,
} from './catalog-builders.contract.ts';

export interface ArchivedCatalog extends AsyncDisposable {
  catalog: Catalog;
  archive: CatalogArchive;
}

interface Dump {
  migrations: readonly string[];
  parts: RowsPart[];
}

async function dump({ archive }: Pick<ArchivedCatalog, 'archive'>): Promise<Dump> {
  return archive.read(async (view) => {
    const parts: RowsPart[] = [];
    for await (const part of view.parts()) parts.push(part);
    return { migrations: view.migrations, parts };
  });
}

async function* bytesOf(parts: readonly RowsPart[]): AsyncGenerator<Uint8Array> {
  for (const { bytes } of parts) yield bytes;
}

const restore = ({ archive }: ArchivedCatalog, { migrations, parts }: Dump): Promise<void> =>
  archive.restore({ migrations, parts: bytesOf(parts) });

/** Rows of most kinds, with texts and numbers that are easily lost. */
export async function fillEverything(catalog: Catalog): Promise<void> {
  const ids = await fill(catalog, ['cat/1.jpg', 'cat/2.jpg', 'dog/ü "1"\n+ 🐕.jpg']);
  await catalog.samples.recordIngest('pets', [aRejection('bad/1.jpg'), aRow('bird/1.jpg', { className: null })], by);
  await catalog.samples.appendLabelEvents([aLabel('1', ids[0] as string, 'dog'), aLabel('2', ids[0] as string, null)]);
  await catalog.samples.remove([ids[1] as string], by);
  await catalog.snapshots.create(aSnapshot('1', { seed: 2 ** 40 + 1 }), [anEntry(ids[0] as string, 'train')]);
  const version = { accuracy: 0.1 + 0.2, createdAt: 1_790_000_000_123 };
  await catalog.registry.publish(aVersion('pets', version), {
    evaluation: anEvaluation('1'),
    alias: 'champion',
    by: 'ada',
  });
  await catalog.tags.add(ids.slice(0, 2), 'blurry', by);
}

export function catalogArchiveContract(name: string, open: () => Promise<ArchivedCatalog>): void {
  describe(`${name} keeps the archive's contract`, () => {
    test('what is restored is what was read, row by row', async () => {
      await using from = await open();
      await fillEverything(from.catalog);
      await using to = await open();
      const rows = await dump(from);

      await restore(to, rows);

      expect((await dump(to)).parts).toEqual(rows.parts);
      expect(await to.catalog.samples.list({})).toEqual(await from.catalog.samples.list({}));
      expect(await to.catalog.registry.list()).toEqual(await from.catalog.registry.list());
      expect(await to.catalog.registry.aliasLog()).toEqual(await from.catalog.registry.aliasLog());
    });

    test('a restored catalog is written to like every other: new rows come after the old ones', async () => {
      await using from = await open();
      await fillEverything(from.catalog);
      await using to = await open();
      await restore(to, await dump(from));

      const [id = ''] = await fill(to.catalog, ['cat/1.jpg']);
      await to.catalog.samples.appendLabelEvents([aLabel('9', id, 'bird')]);
      await to.catalog.registry.publish(aVersion('pets'), { alias: 'champion', by: 'ada' });

      const events = await to.catalog.samples.listLabelEvents(id);
      expect(events.map(({ id: event }) => event).slice(1, 3)).toEqual(['label_1', 'label_2']);
      expect(events.at(-1)?.id).toBe('label_9');
      expect((await to.catalog.registry.getVersion('pets', 'champion')).version).toBe(2);
    });

    test('what is written while it is read is not in it', async () => {
      await using world = await open();
      await fill(world.catalog, ['cat/1.jpg']);

      const parts = await world.archive.read(async (view) => {
        await fill(world.catalog, ['cat/2.jpg']);
        const all: RowsPart[] = [];
        for await (const part of view.parts()) all.push(part);
        return all;
      });

      expect(parts.find(({ table }) => table === 'samples')?.rows).toBe(1);
      expect((await world.catalog.samples.list({})).total).toBe(2);
    });

    test('a catalog that has rows is not restored into', async () => {
      await using from = await open();
      await fillEverything(from.catalog);
      await using to = await open();
      await fill(to.catalog, ['cat/9.jpg']);

      const restoring = restore(to, await dump(from));

      await expect(restoring).rejects.toMatchObject({ code: 'CATALOG_NOT_EMPTY' });
      expect((await to.catalog.samples.list({})).total).toBe(1);
      expect(await from.archive.findFilledTable()).toBe('datasets');
    });

    test('a restore that fails at its end leaves an empty catalog', async () => {
      await using from = await open();
      await fillEverything(from.catalog);
      await using to = await open();
      const { migrations, parts } = await dump(from);
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield* bytesOf(parts);
        throw new Error('the place is away');
      };

      await expect(to.archive.restore({ migrations, parts: failing() })).rejects.toThrow('the place is away');

      expect(await to.archive.findFilledTable()).toBeUndefined();
      await restore(to, { migrations, parts });
      expect((await to.catalog.samples.list({})).total).toBe(3);
    });

    test.each([
      ['bytes that are not compressed', new TextEncoder().encode('{"table":"samples","columns":["id"]}\n')],
      ['nothing', new Uint8Array()],
    ])('%s are no rows', async (_what, bytes) => {
      await using from = await open();
      const { migrations } = await dump(from);

      const restoring = restore(from, { migrations, parts: [{ table: 'samples', rows: 1, bytes }] });

      await expect(restoring).rejects.toBeInstanceOf(UnreadableRows);
    });

    test.each([
      ['of a table that is not known', { table: 'sqlite_master', columns: ['name'] }],
      ['of a table that is not kept', { table: 'sessions', columns: ['id'] }],
      ['of a column that is not known', { table: 'datasets', columns: ['name"; drop table samples; --'] }],
    ])('rows %s are refused', async (_what, head) => {
      const { gzipSync } = await import('node:zlib');
      await using to = await open();
      const { migrations } = await dump(to);
      const bytes = gzipSync(`${JSON.stringify(head)}\n["x"]\n`);

      const restoring = restore(to, { migrations, parts: [{ table: head.table, rows: 1, bytes }] });

      await expect(restoring).rejects.toBeInstanceOf(UnreadableRows);
    });

    test('rows of an older schema are taken through the migrations since', async () => {
      await using from = await open();
      await fillEverything(from.catalog);
      const { migrations, parts } = await dump(from);
      const older = migrations.filter((migration) => migration < '0010');
      const { gunzipSync, gzipSync } = await import('node:zlib');
      const withoutLater = parts.flatMap((part) => {
        if (part.table !== 'origins') return [part];
        const [head = '', ...rows] = gunzipSync(part.bytes).toString().trimEnd().split('\n');
        const { table, columns } = JSON.parse(head) as { table: string; columns: string[] };
        const lines = [JSON.stringify({ table, columns: columns.slice(0, 5) })];
        for (const row of rows) lines.push(JSON.stringify((JSON.parse(row) as unknown[]).slice(0, 5)));
        return [{ ...part, bytes: gzipSync(`${lines.join('\n')}\n`) }];
      });
      await using to = await open();

      await restore(to, { migrations: older, parts: withoutLater });

      expect(older.length).toBeLessThan(migrations.length);
      expect(await to.catalog.samples.list({})).toEqual(await from.catalog.samples.list({}));
      expect((await dump(to)).migrations).toEqual(migrations);
      await fill(to.catalog, ['cat/77.jpg']);
      expect((await to.catalog.samples.list({})).total).toBe(4);
    });

    test('rows of a newer schema are refused by the name of what is not known', async () => {
      await using to = await open();
      const { migrations, parts } = await dump(to);

      const restoring = restore(to, { migrations: [...migrations, '9999-future'], parts });

      await expect(restoring).rejects.toMatchObject({ code: 'CATALOG_TOO_NEW', details: { found: '9999-future' } });
    });
  });
}

/** Reads one and fills the other, of another database. */
export function crossArchiveContract(
  name: string,
  { from: openFrom, to: openTo }: { from: () => Promise<ArchivedCatalog>; to: () => Promise<ArchivedCatalog> },
): void {
  test(`${name}: every row is the same on both sides`, async () => {
    await using from = await openFrom();
    await fillEverything(from.catalog);
    await using to = await openTo();
    const rows = await dump(from);

    await restore(to, rows);

    expect((await dump(to)).parts).toEqual(rows.parts);
    expect(await to.catalog.samples.list({})).toEqual(await from.catalog.samples.list({}));
  });
}
