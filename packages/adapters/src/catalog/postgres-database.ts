/** @file Opens a PostgreSQL database as the catalog: migrated under a lock, with bounds on every wait, and connections that come back after the server was away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely } from 'kysely';
import { Client, Pool, type PoolConfig, types } from 'pg';
import * as kysely from './kysely.ts';
import { migrate, readPendingMigrations } from './migrate.ts';
import { catalogMigrations } from './migrations.ts';
import { postgresDialect, postgresSchemaDialect } from './postgres-dialect.ts';
import { postgresCode, postgresReason, toPostgresStorageError } from './postgres-failure.ts';
import { postgresMigrations } from './postgres-migrations.ts';
import type { Tables } from './schema.ts';

const oldestServer = 15;
/** Of one process, beside the one that writes. */
const readers = 8;
/** How long another process may write, or stand still in the middle of it. */
const longestWaitMs = 30_000;
const longestPauseMs = 20_000;
const longestReadMs = 60_000;
const longestWriteMs = 600_000;
/** A server that is starting says so. */
const startMs = 30_000;

export interface PostgresDatabase {
  /** For what is read. */
  db: Kysely<Tables>;
  /** One connection, whose transactions follow one another over all processes; who waits for it keeps nobody from reading. */
  writer: Kysely<Tables>;
}

export interface OpenPostgres {
  url: string;
  /** Called before the schema of a database that has one is changed; what it throws keeps it as it is. */
  beforeUpgrade?: ((database: PostgresDatabase) => Promise<void>) | undefined;
}

/**
 * Throws WORKSPACE_UNREADABLE when it cannot be opened, CATALOG_TOO_NEW when a newer version has migrated it.
 * `url`: `postgres://USER:PASSWORD@HOST/DATABASE`; what it leaves out is looked for as psql does (PGHOST, PGPASSWORD, ~/.pgpass, ...).
 */
export async function openPostgresDatabase({ url, beforeUpgrade }: OpenPostgres): Promise<PostgresDatabase> {
  try {
    const db = connect(url, { isWriter: false });
    const writer = connect(url, { isWriter: true });
    try {
      await waitForStart(db);
      await assertUsable(db);
      if ((await readPending(db)).length > 0) await underLock(url, () => upgrade({ db, writer }, beforeUpgrade));
      return { db, writer };
    } catch (error) {
      await Promise.all([db.destroy(), writer.destroy()]);
      throw error;
    }
  } catch (error) {
    throw toOpenError(error, url);
  }
}

/** Never shows the password. */
export function describeUrl(url: string): string {
  if (!URL.canParse(url)) return 'postgres://';
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
}

function connect(url: string, { isWriter }: { isWriter: boolean }): Kysely<Tables> {
  const plugin = new kysely.HandleEmptyInListsPlugin({ strategy: kysely.replaceWithNoncontingentExpression });
  return new kysely.Kysely<Tables>({
    dialect: postgresDialect(openPool(url, { isWriter }), { isWriter }),
    plugins: [plugin],
  });
}

function openPool(url: string, { isWriter }: { isWriter: boolean }): Pool {
  const pool = new Pool({
    ...clientSettings(url),
    max: isWriter ? 1 : readers,
    connectionTimeoutMillis: longestWaitMs,
    statement_timeout: isWriter ? longestWriteMs : longestReadMs,
  });
  ignoreLosses(pool);
  return pool;
}

/** A connection that breaks while nobody uses it, or beside the statement that fails of it, is replaced and no more. */
function ignoreLosses(pool: Pool): void {
  const ignore = (): void => {};
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    client.on('error', ignore);
  });
}

/** A connection of its own, with the settings of all others; whoever opens it ends it. */
export async function openPostgresClient(url: string): Promise<Client> {
  const client = new Client(clientSettings(url));
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw toPostgresStorageError(error, 'Catalog connection');
  }
}

function clientSettings(url: string): PoolConfig {
  return {
    connectionString: url,
    application_name: 'tintype',
    // Compiling a statement costs more than the statements here do.
    options: '-c jit=off',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    lock_timeout: longestWaitMs,
    idle_in_transaction_session_timeout: longestPauseMs,
    types: { getTypeParser: numbersOfJavaScript },
  };
}

const int8 = 20;
const numeric = 1700;

/** bigint and the sums of it would come as texts; on SQLite they are numbers. */
function numbersOfJavaScript(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8 || oid === numeric) return Number;
  return types.getTypeParser(oid, format as 'text');
}

async function waitForStart(db: Kysely<Tables>): Promise<void> {
  const deadline = performance.now() + startMs;
  while (true) {
    try {
      await kysely.sql`select 1`.execute(db);
      return;
    } catch (error) {
      const isStarting = postgresCode((error as Error).cause) === '57P03';
      if (!isStarting || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

async function assertUsable(db: Kysely<Tables>): Promise<void> {
  const { rows } = await kysely.sql<{ version: string; encoding: string }>`select
    current_setting('server_version') as version, current_setting('server_encoding') as encoding`.execute(db);
  const { version = '', encoding = '' } = rows[0] ?? {};
  if (Number.parseInt(version, 10) < oldestServer)
    throw unusable(`PostgreSQL ${version} is older than ${oldestServer}`);
  if (encoding !== 'UTF8') throw unusable(`the encoding of the database is ${encoding}, not UTF8`);
}

const unusable = (reason: string): TintypeError<'STORAGE_FAILED'> =>
  new TintypeError('STORAGE_FAILED', { operation: 'Opening', reason });

const migrations = { ...catalogMigrations(postgresSchemaDialect), ...postgresMigrations };

async function readPending(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await kysely.sql<{
    there: boolean;
  }>`select to_regclass('kysely_migration') is not null as there`.execute(db);
  return rows[0]?.there ? readPendingMigrations(db, migrations) : Object.keys(migrations);
}

async function upgrade(database: PostgresDatabase, beforeUpgrade: OpenPostgres['beforeUpgrade']): Promise<void> {
  const pending = await readPending(database.db);
  // Another process may have been quicker.
  if (pending.length === 0) return;
  if (pending.length < Object.keys(migrations).length) await beforeUpgrade?.(database);
  crashPoint('migrate.copied');
  await migrate(database.writer, migrations);
}

/** `tintype` turned around: whoever migrates is alone, also while the migrator makes its own tables. */
const migrationLock = 0x74_6e_69_74;

async function underLock(url: string, run: () => Promise<void>): Promise<void> {
  const client = new Client({ ...clientSettings(url), lock_timeout: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`select pg_advisory_lock(${migrationLock})`);
    await run();
  } finally {
    // The lock ends with the connection.
    await client.end().catch(() => {});
  }
}

function toOpenError(error: unknown, url: string): unknown {
  if (error instanceof TintypeError && error.code !== 'STORAGE_FAILED') return error;
  const reason = error instanceof TintypeError ? (error.details as { reason: string }).reason : postgresReason(error);
  if (!reason) return error;
  return new TintypeError('WORKSPACE_UNREADABLE', { path: describeUrl(url), reason }, { cause: error });
}
