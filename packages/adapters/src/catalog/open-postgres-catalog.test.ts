/** @file The PostgreSQL catalog keeps the catalog's contract, opens safely from several processes, and outlives a restart of its server. */
import { describeCatalog } from '@tintype/core/ports/catalog.contract';
import { aLabel, anEvaluation, aRow, aVersion, by, fill, idOf } from '@tintype/core/ports/catalog-builders.contract';
import { describeIntegrityStore } from '@tintype/core/ports/integrity-store.contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { ask, type PostgresServer, startPostgres } from '../testing/start-postgres.ts';
import { openPostgresCatalog } from './open-postgres-catalog.ts';
import { followClock } from './postgres-clock.ts';
import { openPostgresDatabase } from './postgres-database.ts';

/** As a process does that writes for half a second. */
const holdWriting = 'begin; select pg_advisory_xact_lock(1953066612); select pg_sleep(0.5); commit';

const started = await startPostgres();
if (typeof started === 'string') console.warn(`Tests of the PostgreSQL catalog are skipped: ${started}.`);

describe.skipIf(typeof started === 'string')('the catalog on a PostgreSQL server', () => {
  const server = started as PostgresServer;
  let migrated: string;
  const aDatabase = (): Promise<string> => server.createDatabase(migrated);

  beforeAll(async () => {
    migrated = await server.createDatabase();
    await (await openPostgresCatalog({ url: migrated, clock }))[Symbol.asyncDispose]();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describeCatalog('PostgreSQL', async () => openPostgresCatalog({ url: await aDatabase(), clock }));

  describe('PostgreSQL: integrity', () => {
    describeIntegrityStore(async () => {
      const url = await aDatabase();
      // Foreign keys are not looked at.
      const breakRows = async (statements: string): Promise<void> =>
        void (await ask(url, `set session_replication_role = replica; ${statements}`));
      return { catalog: await openPostgresCatalog({ url, clock }), breakRows };
    });
  });

  test('two open catalogs of one database see each other’s writes, counted ones too', async () => {
    const url = await aDatabase();
    await using writer = await openPostgresCatalog({ url, clock });
    await using reader = await openPostgresCatalog({ url, clock });
    const before = await reader.samples.summarize();

    await fill(writer, ['cat/1.jpg', 'dog/1.jpg']);

    expect(before.datasets).toEqual([]);
    expect((await reader.samples.summarize()).datasets).toMatchObject([{ samples: 2, sizeBytes: 200 }]);
    expect((await reader.samples.list({ class: 'cat', limit: 1, offset: 0 })).total).toBe(1);
  });

  test('many first starts at once all succeed', async () => {
    const url = await server.createDatabase();

    const catalogs = await Promise.all(Array.from({ length: 5 }, () => openPostgresCatalog({ url, clock })));
    await Promise.all(catalogs.map((catalog, i) => fill(catalog, [`c${i}/1.jpg`])));

    expect((await catalogs[0]?.samples.list({}))?.total).toBe(5);
    for (const catalog of catalogs) await catalog[Symbol.asyncDispose]();
  });

  test('versions that many processes publish at once have numbers of their own', async () => {
    const url = await aDatabase();
    const catalogs = await Promise.all(Array.from({ length: 4 }, () => openPostgresCatalog({ url, clock })));

    const published = await Promise.all(
      catalogs.flatMap((catalog) =>
        Array.from({ length: 5 }, () => catalog.registry.publish(aVersion('pets'), { by: 'ada' })),
      ),
    );

    const numbers = published.map(({ version }) => version).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const catalog of catalogs) await catalog[Symbol.asyncDispose]();
  });

  test('who reads does not wait for who writes, and who writes does', async () => {
    const url = await aDatabase();
    await using catalog = await openPostgresCatalog({ url, clock });
    const [id = ''] = await fill(catalog, ['cat/1.jpg']);
    const held = ask(url, holdWriting);
    await new Promise((resolve) => setTimeout(resolve, 150));

    let isWritten = false;
    const writing = catalog.samples.appendLabelEvents([aLabel('1', id, 'dog')]).then(() => (isWritten = true));
    const read = await catalog.samples.get(id);
    const wasWritten = isWritten;
    await Promise.all([held, writing]);

    expect([read.className, wasWritten]).toEqual(['cat', false]);
    expect((await catalog.samples.get(id)).className).toBe('dog');
  });

  test('texts are ordered by their bytes, whatever the language of the database', async () => {
    await using catalog = await openPostgresCatalog({ url: await aDatabase(), clock });
    await fill(catalog, ['b/1.jpg', 'a/1.jpg', 'B/1.jpg', 'ä/1.jpg', '_/1.jpg']);

    const { items } = await catalog.samples.list({ sort: 'path' });

    expect(items.map(({ path }) => path[0])).toEqual(['B', '_', 'a', 'b', 'ä']);
  });

  test('large numbers and sums come back as the numbers that they were', async () => {
    await using catalog = await openPostgresCatalog({ url: await aDatabase(), clock });
    const sizeBytes = 2 ** 51 + 1;
    await catalog.samples.recordIngest('pets', [aRow('cat/1.jpg', { sizeBytes }), aRow('cat/2.jpg')], by);

    const { datasets } = await catalog.samples.summarize();

    expect((await catalog.samples.get(idOf('cat/1.jpg'))).sizeBytes).toBe(sizeBytes);
    expect(datasets[0]?.sizeBytes).toBe(sizeBytes + 100);
  });

  test('the database itself refuses to change history', async () => {
    const url = await aDatabase();
    await using catalog = await openPostgresCatalog({ url, clock });
    await fill(catalog, ['cat/1.jpg']);
    await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), alias: 'champion', by: 'ada' });
    await catalog.samples.remove([idOf('cat/1.jpg')], by);

    for (const table of ['label_events', 'removal_events', 'alias_log', 'model_versions', 'evaluations'])
      await expect(ask(url, `delete from ${table}`)).rejects.toThrow(`${table} is append-only`);
    await expect(ask(url, 'truncate label_events')).rejects.toThrow('append-only');
    await expect(ask(url, "update model_versions set bundle_hash = 'x'")).rejects.toThrow('append-only');
  });

  test('a text that PostgreSQL cannot hold is refused as what it is', async () => {
    await using catalog = await openPostgresCatalog({ url: await aDatabase(), clock });
    await fill(catalog, ['cat/1.jpg']);

    await expect(catalog.samples.list({ text: 'a\u0000b' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });

    expect((await catalog.samples.list({ text: 'cat' })).total).toBe(1);
  });

  test('a batch that fails in its middle leaves nothing behind', async () => {
    await using catalog = await openPostgresCatalog({ url: await aDatabase(), clock });
    const good = aRow('cat/1.jpg');
    const bad = { ...aRow('cat/2.jpg'), origin: { ...aRow('cat/2.jpg').origin, sizeBytes: null as unknown as number } };

    await expect(catalog.samples.recordIngest('pets', [good, bad], by)).rejects.toThrow('not-null');

    expect(await catalog.samples.listDatasets()).toEqual([]);
    expect((await catalog.samples.list({})).total).toBe(0);
  });

  test('a machine whose clock is wrong takes the time of the database', async () => {
    const { db, writer } = await openPostgresDatabase({ url: await aDatabase() });
    let wrongBy = 3_600_000;

    const followed = await followClock(db, { ...clock, now: () => Date.now() + wrongBy }, { everyMs: 10 });
    const first = followed.now() - Date.now();
    wrongBy = -3_600_000;
    await expect.poll(() => Math.abs(followed.now() - Date.now())).toBeLessThan(1000);

    expect(Math.abs(first)).toBeLessThan(1000);
    await Promise.all([db.destroy(), writer.destroy()]);
  });

  test('a database that a newer version has migrated is refused', async () => {
    const url = await aDatabase();
    await ask(url, "insert into kysely_migration (name, timestamp) values ('9999-future', '2030-01-01')");

    const opening = openPostgresCatalog({ url, clock });

    await expect(opening).rejects.toMatchObject({ code: 'CATALOG_TOO_NEW', details: { found: '9999-future' } });
  });

  test('what keeps it from opening is said, and the password is not', async () => {
    const url = new URL(await aDatabase());
    const missing = `${url.origin === 'null' ? `${url.protocol}//ada:secret@${url.host}` : url.origin}/nowhere`;
    const latin = await server.createDatabase();
    await ask(latin, "create database latin encoding 'LATIN1' template template0");

    await expect(openPostgresCatalog({ url: missing.replace('ada:secret', 'tintype:secret'), clock })).rejects.toThrow(
      `postgres://tintype@${url.host}/nowhere cannot be opened: there is no database of this name.`,
    );
    await expect(openPostgresCatalog({ url: 'postgres://ada:secret@127.0.0.1:1/x', clock })).rejects.toThrow(
      'postgres://ada@127.0.0.1:1/x cannot be opened: no database answers there.',
    );
    await expect(openPostgresCatalog({ url: latin.replace(/[^/]+$/, 'latin'), clock })).rejects.toThrow('not UTF8');
  });

  test('a server that goes away is STORAGE_FAILED, ends no process, and is used again when it is back', async () => {
    const url = await aDatabase();
    await using catalog = await openPostgresCatalog({ url, clock });
    const [id = ''] = await fill(catalog, ['cat/1.jpg']);
    await catalog.samples.get(id);

    await server.kill();
    // Together: whichever fails first, somebody waits for it.
    const outcomes = await Promise.allSettled([
      catalog.samples.get(id),
      catalog.samples.appendLabelEvents([aLabel('1', id, 'dog')]),
    ]);
    const failed = { status: 'rejected', reason: expect.objectContaining({ code: 'STORAGE_FAILED' }) };
    expect(outcomes).toEqual([failed, failed]);
    await server.restart();
    await catalog.samples.appendLabelEvents([aLabel('1', id, 'dog')]);

    expect(await catalog.samples.get(id)).toMatchObject({ className: 'dog' });
    expect(await catalog.samples.listLabelEvents(id)).toHaveLength(2);
  });
});
