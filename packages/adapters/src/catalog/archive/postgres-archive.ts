/** @file The archive of a catalog on PostgreSQL: read in one repeatable-read transaction, restored a list of rows a statement. */
import type { CatalogArchive } from '@tintype/core/ports/catalog-archive';
import type { Client, PoolClient } from 'pg';
import type { StoreContext, Write } from '../context.ts';
import * as kysely from '../kysely.ts';
import { catalogMigrations } from '../migrations.ts';
import { openPostgresClient } from '../postgres-database.ts';
import { postgresDialect, postgresSchemaDialect } from '../postgres-dialect.ts';
import { toPostgresStorageError } from '../postgres-failure.ts';
import { postgresMigrations } from '../postgres-migrations.ts';
import type { Tables } from '../schema.ts';
import type { TableName } from './archived-tables.ts';
import { type ArchiveDialect, createArchive, type FrozenDatabase } from './create-archive.ts';
import type { Rows, Value } from './rows-codec.ts';

const rowsAtOnce = 1000;

export function createPostgresArchive(context: StoreContext, { url }: { url: string }): CatalogArchive {
  const shared = catalogMigrations(postgresSchemaDialect);
  const dialect: ArchiveDialect = {
    openFrozen: () => openFrozen(url),
    migrations: { ...shared, ...postgresMigrations },
    sharedMigrations: Object.keys(shared),
    beginRestore: liftLimits,
    insert,
    endRestore: setSequences,
  };
  return createArchive(context, dialect);
}

async function openFrozen(url: string): Promise<FrozenDatabase> {
  const client = await openPostgresClient(url);
  await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
  await client.query('begin isolation level repeatable read read only');
  return {
    db: new kysely.Kysely<Tables>({ dialect: postgresDialect(oneClient(client), { isWriter: false }) }),
    chunks: (text) => readChunks(client, text),
    async [Symbol.asyncDispose]() {
      // The transaction ends with its connection.
      await client.end().catch(() => {});
    },
  };
}

/** The same connection for every statement; one that is lost is not replaced, since another would see another moment. */
function oneClient(client: Client): Parameters<typeof postgresDialect>[0] {
  const kept = Object.assign(client, { release() {} }) as unknown as PoolClient;
  return { connect: async () => kept, end: async () => {} };
}

async function* readChunks(client: Client, text: string): AsyncGenerator<Pick<Rows, 'columns' | 'rows'>> {
  try {
    await client.query(`declare rows no scroll cursor for ${text}`);
    while (true) {
      const fetched = await client.query<Value[]>({ text: `fetch ${rowsAtOnce} from rows`, rowMode: 'array' });
      if (fetched.rows.length === 0) break;
      yield { columns: fetched.fields.map(({ name }) => name), rows: fetched.rows };
    }
    await client.query('close rows');
  } catch (error) {
    throw toPostgresStorageError(error, 'Catalog select');
  }
}

/** Rows may come slowly from where they are kept. */
async function liftLimits(trx: Write): Promise<void> {
  for (const setting of ['statement_timeout', 'idle_in_transaction_session_timeout'])
    await kysely.sql`set local ${kysely.sql.raw(setting)} = 0`.execute(trx);
}

async function insert(trx: Write, { table, columns, rows }: Rows): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  const text = `insert into "${table}" (${names}) select ${names} from json_populate_recordset(null::"${table}", $1::json)`;
  await trx.executeQuery(kysely.CompiledQuery.raw(text, [JSON.stringify(objects)]));
}

/** New rows come after those that were restored. */
async function setSequences(trx: Write, tables: readonly TableName[]): Promise<void> {
  const described = await trx.introspection.getTables();
  for (const { name, columns } of described) {
    const isOurs = (tables as readonly string[]).includes(name);
    if (!isOurs || !columns.some((column) => column.name === 'sequence')) continue;
    await kysely.sql`select setval(pg_get_serial_sequence(${name}, 'sequence'),
      (select coalesce(max(sequence), 0) + 1 from ${kysely.sql.table(name)}), false)`.execute(trx);
  }
}
