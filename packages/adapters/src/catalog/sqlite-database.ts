/** @file Opens the one SQLite file of a workspace: made whole under a lock, migrated, with the settings that keep it safe. */
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '@tintype/core/ports/crash-point';
import Sqlite, { type Database } from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { keepCopy, syncPath } from './keep-copy.ts';
import * as kysely from './kysely.ts';
import { migrate, readPendingMigrations } from './migrate.ts';
import { catalogMigrations } from './migrations.ts';
import type { Tables } from './schema.ts';
import { sqliteCode, sqliteDialect, sqliteSchemaDialect, storageReason } from './sqlite-dialect.ts';

/** 3.51.3 fixes a race that could lose committed pages when a WAL was reset (fixed upstream in that release). */
const oldestSqlite = [3, 51, 3] as const;
const busyTimeoutMs = 10_000;
const lockTimeoutMs = 60_000;
/** An index of 100,000 samples is read from memory. */
const usualCacheBytes = 64 * 2 ** 20;

export interface OpenSqliteOptions {
  path: string;
  /** Of the file's pages, held in memory; default 64 MiB. */
  cacheBytes?: number;
}

/**
 * The database of a workspace, created where it is missing.
 * Throws WORKSPACE_UNREADABLE when it cannot be opened, CATALOG_TOO_NEW when a newer version has migrated it.
 */
export async function openSqliteDatabase(options: OpenSqliteOptions): Promise<Kysely<Tables>> {
  const { path } = options;
  try {
    if (!existsSync(path)) await underLock(path, () => createFile(path));
    return await openAndMigrate(options);
  } catch (error) {
    throw toOpenError(error, path);
  }
}

async function openAndMigrate({ path, cacheBytes }: OpenSqliteOptions): Promise<Kysely<Tables>> {
  const db = connect(path, cacheBytes);
  try {
    if ((await readPending(db)).length > 0) await underLock(path, () => upgrade(db, path));
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** A copy comes first; an upgrade that is cut off leaves the catalog as it was. */
async function upgrade(db: Kysely<Tables>, path: string): Promise<void> {
  const [first] = await readPending(db);
  // Another process may have been quicker.
  if (first === undefined) return;
  await keepCopy(db, { path, name: first });
  crashPoint('migrate.copied');
  await migrate(db, migrations);
}

function connect(path: string, cacheBytes = usualCacheBytes): Kysely<Tables> {
  const database = new Sqlite(path, { fileMustExist: true, timeout: busyTimeoutMs });
  try {
    configure(database, cacheBytes);
  } catch (error) {
    database.close();
    throw error;
  }
  return new kysely.Kysely<Tables>({ dialect: sqliteDialect(database) });
}

function configure(database: Database, cacheBytes: number): void {
  assertSqliteVersion(database);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('mmap_size = 0');
  // Less than nothing: KiB instead of pages.
  database.pragma(`cache_size = ${-Math.ceil(cacheBytes / 1024)}`);
}

function assertSqliteVersion(database: Database): void {
  const version = String(database.prepare('select sqlite_version()').pluck().get());
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [a, b, c] = oldestSqlite;
  const isOldEnough = major - a || minor - b || patch - c;
  if (isOldEnough < 0) throw new Error(`SQLite ${version} is older than ${oldestSqlite.join('.')}`);
}

/**
 * Makes the file beside its place and renames it: whoever sees it sees it migrated and in WAL mode. Switching a fresh file to
 * WAL from two processes at once fails with SQLITE_BUSY whatever the timeout.
 */
async function createFile(path: string): Promise<void> {
  if (existsSync(path)) return;
  const draft = `${path}.new`;
  for (const left of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(left, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));

  const db = connect(draft);
  try {
    await migrate(db, migrations);
  } finally {
    await db.destroy();
  }

  syncPath(draft);
  crashPoint('database.drafted');
  renameSync(draft, path);
  syncPath(dirname(path));
  crashPoint('database.placed');
}

const migrations = catalogMigrations(sqliteSchemaDialect);

async function readPending(db: Kysely<Tables>): Promise<string[]> {
  try {
    return await readPendingMigrations(db, migrations);
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_ERROR') throw error;
    throw new TintypeError(
      'STORAGE_FAILED',
      { operation: 'Opening', reason: 'the file is not a catalog' },
      { cause: error },
    );
  }
}

/** Runs alone among all processes. The lock is SQLite's own on an empty file, so the system frees it when its holder dies. */
async function underLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  const lockPath = `${path}.lock`;
  closeSync(openSync(lockPath, 'a', 0o600));
  // No timeout of SQLite's: it would block the event loop on which the holder may run.
  const lock = new Sqlite(lockPath, { timeout: 0 });
  try {
    const deadline = performance.now() + lockTimeoutMs;
    while (!tryLock(lock)) {
      if (performance.now() > deadline) {
        throw new TintypeError('WORKSPACE_UNREADABLE', {
          path,
          reason: 'another process is still preparing the catalog',
        });
      }
      await sleep(20);
    }
    return await run();
  } finally {
    lock.close();
  }
}

function tryLock(lock: Database): boolean {
  try {
    lock.exec('begin exclusive');
    return true;
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

function toOpenError(error: unknown, path: string): unknown {
  if (error instanceof TintypeError && error.code !== 'STORAGE_FAILED') return error;
  const reason =
    error instanceof TintypeError
      ? (error.details as { reason: string }).reason
      : (storageReason(error) ?? systemReason(error));
  if (!reason) return error;
  return new TintypeError('WORKSPACE_UNREADABLE', { path, reason }, { cause: error });
}

const systemReasons: Record<string, string> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'there is a folder in the place of the catalog',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EROFS: 'its disk is read-only',
  ENOSPC: 'the disk is full',
  EIO: 'the disk reports an error',
};

function systemReason(error: unknown): string | undefined {
  return systemReasons[String((error as { code?: unknown } | null)?.code)];
}
