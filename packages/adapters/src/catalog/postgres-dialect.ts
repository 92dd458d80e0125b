/** @file The only place that knows PostgreSQL: driver and statements it spells its own way. */
import type {
  ColumnDefinitionNode,
  CompiledQuery,
  CreateTableBuilder,
  DatabaseConnection,
  Dialect,
  Driver,
  Kysely,
  OperationNode,
  QueryResult,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import * as kysely from './kysely.ts';
import type { SchemaDialect } from './migrations.ts';
import { isConnectionLost, toPostgresStorageError } from './postgres-failure.ts';
import type { Tables } from './schema.ts';

/** `tintype` as a number: the advisory lock of who writes, one in each database. */
const writeLock = 0x74_69_6e_74;

/** A pool, or who gives connections as one does. */
export type Connections = Pick<Pool, 'end'> & { connect(): Promise<PoolClient> };

/**
 * `isWriter`: its transactions follow one another over all processes, as on SQLite. What a transaction has read stays so until it is
 * committed, and sequences grow in the order of commits.
 */
export function postgresDialect(pool: Connections, { isWriter }: { isWriter: boolean }): Dialect {
  return {
    createAdapter: () => new kysely.PostgresAdapter(),
    createDriver: () => new PostgresDriver(pool, isWriter),
    createIntrospector: (db) => new kysely.PostgresIntrospector(db),
    createQueryCompiler: () => new ByteOrderCompiler(),
  };
}

export const postgresSchemaDialect: SchemaDialect = {
  addSequence: <T extends string>(table: CreateTableBuilder<T>) =>
    table.addColumn('sequence', 'bigint', (c) => c.generatedByDefaultAsIdentity().primaryKey().notNull()),
  async forbidChanges(db: Kysely<unknown>, table: string) {
    await kysely.sql`create or replace function forbid_change() returns trigger language plpgsql as $$
      begin raise exception '% is append-only', tg_table_name; end $$`.execute(db);
    for (const [change, each] of [
      ['update or delete', 'row'],
      ['truncate', 'statement'],
    ] as const) {
      const trigger = kysely.sql.id(`${table}_no_${change.replaceAll(' ', '_')}`);
      await kysely.sql`create trigger ${trigger} before ${kysely.sql.raw(change)} on ${kysely.sql.table(table)}
        for each ${kysely.sql.raw(each)} execute function forbid_change()`.execute(db);
    }
  },
};

/** Which transactions have ended: another text after every commit of the server, by whichever process. */
export async function readPostgresMark(db: Kysely<Tables>): Promise<string> {
  const { rows } = await kysely.sql<{ mark: string }>`select pg_current_snapshot()::text as mark`.execute(db);
  return rows[0]?.mark ?? '';
}

/** Texts are compared by their bytes, as SQLite does, whatever the language of the database. */
class ByteOrderCompiler extends kysely.PostgresQueryCompiler {
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    super.visitColumnDefinition(isText(node.dataType) ? { ...node, dataType: byteOrderedText } : node);
  }
}

const byteOrderedText = kysely.sql`text collate "C"`.toOperationNode();

const isText = (node: OperationNode): boolean => (node as { dataType?: unknown }).dataType === 'text';

class PostgresDriver implements Driver {
  readonly #pool: Connections;
  readonly #isWriter: boolean;

  constructor(pool: Connections, isWriter: boolean) {
    this.#pool = pool;
    this.#isWriter = isWriter;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.#pool.connect());
    } catch (error) {
      throw toPostgresStorageError(error, 'Catalog connection');
    }
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
  }

  async beginTransaction(connection: PostgresConnection): Promise<void> {
    // Every statement sees what was committed before it: what others wrote before the lock was had, too.
    const begin = 'begin isolation level read committed';
    await connection.run(this.#isWriter ? `${begin}; select pg_advisory_xact_lock(${writeLock})` : begin);
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    await connection.run('commit');
  }

  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    // The server takes back by itself what a lost connection left.
    if (!connection.isLost) await connection.run('rollback');
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }
}

const changes = new Set(['INSERT', 'UPDATE', 'DELETE']);

class PostgresConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  #isLost = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  run(text: string): Promise<unknown> {
    return this.executeQuery(kysely.CompiledQuery.raw(text));
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { command, rowCount, rows } = await this.#client.query(query.sql, [...query.parameters]);
      return changes.has(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
    } catch (error) {
      this.#isLost ||= isConnectionLost(error);
      throw toPostgresStorageError(error, `Catalog ${query.sql.split(' ', 1)[0] ?? 'access'}`);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Read in pages instead, as every database here can.');
  }

  release(): void {
    this.#client.release(this.#isLost);
  }
}
