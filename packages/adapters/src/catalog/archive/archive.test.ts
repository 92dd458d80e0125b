/** @file The archives of both databases keep their contract, and what one has written the other restores. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { parseManifest } from '@tintype/core/ports/backup-format';
import {
  type ArchivedCatalog,
  catalogArchiveContract,
  crossArchiveContract,
} from '@tintype/core/ports/catalog-archive.contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../../clock.ts';
import { ask, type PostgresServer, startPostgres } from '../../testing/start-postgres.ts';
import { createCatalog } from '../create-catalog.ts';
import { createPostgresCatalog } from '../open-postgres-catalog.ts';
import { openPostgresDatabase, type PostgresDatabase } from '../postgres-database.ts';
import { openSqliteDatabase } from '../sqlite-database.ts';
import { keepRows } from './keep-rows.ts';
import { createPostgresArchive } from './postgres-archive.ts';
import { createSqliteArchive } from './sqlite-archive.ts';

async function openSqlite(): Promise<ArchivedCatalog> {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-archive-')), 'catalog.sqlite');
  const db = await openSqliteDatabase({ path });
  const catalog = createCatalog({ db, clock });
  const dispose = () => catalog[Symbol.asyncDispose]();
  return { catalog, archive: createSqliteArchive({ db, clock }, { path }), [Symbol.asyncDispose]: dispose };
}

catalogArchiveContract('SQLite', openSqlite);

const started = await startPostgres();
if (typeof started === 'string') console.warn(`Tests of the PostgreSQL archive are skipped: ${started}.`);

describe.skipIf(typeof started === 'string')('on a PostgreSQL server', () => {
  const server = started as PostgresServer;
  let migrated: string;
  beforeAll(async () => {
    migrated = await server.createDatabase();
    const { db, writer } = await openPostgresDatabase({ url: migrated });
    await Promise.all([db.destroy(), writer.destroy()]);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function openPostgres(): Promise<ArchivedCatalog> {
    const url = await server.createDatabase(migrated);
    const context = { ...(await openPostgresDatabase({ url })), clock };
    const catalog = createPostgresCatalog(context);
    const dispose = () => catalog[Symbol.asyncDispose]();
    return { catalog, archive: createPostgresArchive(context, { url }), [Symbol.asyncDispose]: dispose };
  }

  catalogArchiveContract('PostgreSQL', openPostgres);
  crossArchiveContract('from SQLite to PostgreSQL', { from: openSqlite, to: openPostgres });
  crossArchiveContract('from PostgreSQL to SQLite', { from: openPostgres, to: openSqlite });

  test('before the schema of a database is changed its rows are kept, and where that fails it stays as it is', async () => {
    const url = await server.createDatabase(migrated);
    const last = 'select name from kysely_migration order by name desc limit 1';
    const [newest] = await ask<{ name: string }>(url, last);
    await ask(url, `delete from kysely_migration where name = '${newest?.name}'`);
    await ask(url, "insert into datasets (name, created_at) values ('pets', 1)");
    const folder = await mkdtemp(join(tmpdir(), 'tintype-archive-'));
    const keep = async (database: PostgresDatabase): Promise<void> => {
      await keepRows({ archive: createPostgresArchive({ ...database, clock }, { url }), clock }, { folder });
      throw new TintypeError('STORAGE_FAILED', { operation: 'Keeping', reason: 'the disk is full' });
    };

    await expect(openPostgresDatabase({ url, beforeUpgrade: keep })).rejects.toMatchObject({
      code: 'WORKSPACE_UNREADABLE',
    });

    expect(await ask<{ name: string }>(url, last)).not.toEqual([newest]);
    const [id = ''] = await readdir(join(folder, 'backups'));
    const manifest = parseManifest(await readFile(join(folder, 'backups', id, 'manifest.json')), id);
    expect(manifest).toMatchObject({ because: 'upgrade', objects: [], rowCounts: { datasets: 1, samples: 0 } });
    expect(manifest.migrations).not.toContain(newest?.name);
  });
});
