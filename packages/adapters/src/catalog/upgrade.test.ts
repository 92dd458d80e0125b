/** @file A change of the schema: a copy comes first, and a change that is killed at any point leaves what was there, or all of it done. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { migrate } from './migrate.ts';
import { catalogMigrations } from './migrations.ts';
import { openSqliteCatalog } from './open-sqlite-catalog.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect, sqliteSchemaDialect } from './sqlite-dialect.ts';

const all = Object.entries(catalogMigrations(sqliteSchemaDialect));
const older = all.filter(([name]) => name < '0009');
const later = all.filter(([name]) => name >= '0009').map(([name]) => name);

/** A catalog as an older version left it, with a picture in it. */
async function anOldCatalog(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-upgrade-')), 'catalog.sqlite');
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  const db = new Kysely<Tables>({ dialect: sqliteDialect(database) });
  await migrate(db, Object.fromEntries(older));
  database.exec(`insert into datasets (name, created_at) values ('pets', 1);
    insert into classes (name, position) values ('cat', 0);
    insert into samples (id, dataset, content_hash, path, format, width_px, height_px, size_bytes, perceptual_hash, class_name, created_at)
      values ('s_0123456789abcdef0123', 'pets', '${'a'.repeat(64)}', 'cat/1.jpg', 'jpeg', 4, 3, 10, '00ff00ff00ff00ff', 'cat', 1)`);
  await db.destroy();
  return path;
}

function readState(path: string): { migrations: string[]; samples: number } {
  const database = new Sqlite(path, { readonly: true });
  const migrations = database.prepare('select name from kysely_migration order by name').pluck().all() as string[];
  const samples = database.prepare('select count(*) from samples').pluck().get() as number;
  database.close();
  return { migrations, samples };
}

async function openAndDie(path: string, crashAt: string): Promise<unknown[]> {
  const built = (file: string): string => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url));
  const program = `
    import { openSqliteCatalog } from ${built('catalog/open-sqlite-catalog.js')};
    import { systemClock as clock } from ${built('clock.js')};
    await openSqliteCatalog({ path: process.argv[1], clock });`;
  const env = { ...process.env, NODE_OPTIONS: '', TINTYPE_CRASH_AT: crashAt };
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], { stdio: 'ignore', env });
  return once(child, 'close');
}

test('an upgrade keeps a copy that the older version can read, for its owner alone', async () => {
  const path = await anOldCatalog();

  await using catalog = await openSqliteCatalog({ path, clock });

  const copy = join(path, '..', 'backups', `catalog-before-${later[0]}.sqlite`);
  expect(readState(copy)).toEqual({ migrations: older.map(([name]) => name), samples: 1 });
  expect((await stat(copy)).mode & 0o777).toBe(0o600);
  expect((await catalog.samples.list({})).total).toBe(1);
});

test('a new catalog and one that is as it should be are not copied', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-upgrade-')), 'catalog.sqlite');

  await (await openSqliteCatalog({ path, clock }))[Symbol.asyncDispose]();
  await (await openSqliteCatalog({ path, clock }))[Symbol.asyncDispose]();

  expect(await readdir(join(path, '..'))).not.toContain('backups');
});

test('an upgrade that is killed at any point leaves the old catalog or the new one, and the next open ends it', {
  timeout: 60_000,
}, async () => {
  const path = await anOldCatalog();
  const before = readState(path);

  for (const crashAt of ['migrate.copied', 'migrate.step', `migrate.step:${later.length}`]) {
    expect(await openAndDie(path, crashAt)).toEqual([null, 'SIGKILL']);
    expect(readState(path)).toEqual(before);
  }
  expect(await openAndDie(path, 'migrate.ended')).toEqual([null, 'SIGKILL']);

  expect(readState(path)).toEqual({ migrations: all.map(([name]) => name), samples: 1 });
  await using catalog = await openSqliteCatalog({ path, clock });
  expect((await catalog.samples.get('s_0123456789abcdef0123')).className).toBe('cat');
  const copies = await readdir(join(path, '..', 'backups'));
  expect(copies).toEqual([`catalog-before-${later[0]}.sqlite`]);
});
