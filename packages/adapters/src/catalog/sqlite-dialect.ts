/** @file The only place that knows SQLite: driver, statements it spells its own way, and its error codes. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Database, Statement } from 'better-sqlite3';
import type {
  CompiledQuery,
  CreateTableBuilder,
  DatabaseConnection,
  Dialect,
  Driver,
  Kysely,
  QueryResult,
} from 'kysely';
import * as kysely from './kysely.ts';
import type { SchemaDialect } from './migrations.ts';
import type { Tables } from './schema.ts';

/** One connection per process. Every transaction is BEGIN IMMEDIATE: a deferred one that reads first cannot always write. */
export function sqliteDialect(database: Database): Dialect {
  return {
    createAdapter: () => new TransactionalDdlAdapter(),
    createDriver: () => new ImmediateDriver(database),
    createIntrospector: (db) => new kysely.SqliteIntrospector(db),
    createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
  };
}

export const sqliteSchemaDialect: SchemaDialect = {
  addSequence: <T extends string>(table: CreateTableBuilder<T>) =>
    table.addColumn('sequence', 'integer', (c) => c.primaryKey().autoIncrement().notNull()),
  async forbidChanges(db: Kysely<unknown>, table: string) {
    for (const change of ['update', 'delete'] as const) {
      const trigger = kysely.sql.id(`${table}_no_${change}`);
      await kysely.sql`create trigger ${trigger} before ${kysely.sql.raw(change)} on ${kysely.sql.table(table)}
        begin select raise(abort, ${kysely.sql.lit(`${table} is append-only`)}); end`.execute(db);
    }
  },
};

/** Changes of this connection, and a number that changes with those of all others. */
export async function readChangeMark(db: Kysely<Tables>): Promise<string> {
  const { rows } = await kysely.sql<{ mark: string }>`select total_changes() || ' ' || data_version as mark
    from pragma_data_version`.execute(db);
  return rows[0]?.mark ?? '';
}

/** SQLite changes schemas inside transactions, so a migration cut off half-way leaves nothing. */
class TransactionalDdlAdapter extends kysely.SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver implements Driver {
  readonly #database: Database;
  readonly #connection: SqliteConnection;
  #queue: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#queue;
    let release = (): void => {};
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release?.();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(kysely.CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(kysely.CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk ends the transaction by itself.
    if (this.#database.inTransaction) await connection.executeQuery(kysely.CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    this.#database.close();
  }
}

const cachedStatements = 200;

class SqliteConnection implements DatabaseConnection {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement<unknown[]>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const statement = this.#prepare(query.sql);
      if (statement.reader) return { rows: statement.all(...query.parameters) as R[] };
      const { changes } = statement.run(...query.parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw toStorageError(error, `Catalog ${query.sql.split(' ', 1)[0] ?? 'access'}`);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('An open cursor would lock the only connection; read in pages instead.');
  }

  #prepare(text: string): Statement<unknown[]> {
    const known = this.#statements.get(text);
    if (known) {
      this.#statements.delete(text);
      this.#statements.set(text, known);
      return known;
    }
    const statement = this.#database.prepare<unknown[]>(text);
    // SQLite obeys some of them when they are prepared, and only then (https://sqlite.org/pragma.html).
    if (text.startsWith('pragma')) return statement;
    this.#statements.set(text, statement);
    if (this.#statements.size > cachedStatements) {
      const oldest = this.#statements.keys().next().value;
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    return statement;
  }
}

/** SQLite's result code such as `SQLITE_FULL`, or undefined for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** Codes that speak of the disk, the file or another process, as sentences. Others are faults of ours. */
const storageReasons: Record<string, string> = {
  SQLITE_FULL: 'the disk is full',
  SQLITE_IOERR: 'the disk reports an error',
  SQLITE_READONLY: 'the catalog is read-only',
  SQLITE_BUSY: 'another process has held the catalog for too long',
  SQLITE_LOCKED: 'another process has held the catalog for too long',
  SQLITE_CANTOPEN: 'the catalog file cannot be opened',
  SQLITE_CORRUPT: 'the catalog file is damaged',
  SQLITE_NOTADB: 'the catalog file is not a database',
  SQLITE_PERM: 'the catalog may not be accessed',
  SQLITE_NOLFS: 'the disk cannot hold a file this large',
};

export function storageReason(error: unknown): string | undefined {
  const code = sqliteCode(error);
  if (!code) return undefined;
  const base = code.split('_').slice(0, 2).join('_');
  return storageReasons[base];
}

function toStorageError(error: unknown, operation: string): unknown {
  const reason = storageReason(error);
  return reason ? new TintypeError('STORAGE_FAILED', { operation, reason }, { cause: error }) : error;
}
