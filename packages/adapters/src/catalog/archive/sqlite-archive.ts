/** @file The archive of a catalog on SQLite: read on a connection of its own, in one transaction of the write-ahead log. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { CatalogArchive } from '@tintype/core/ports/catalog-archive';
import Sqlite, { type Database } from 'better-sqlite3';
import type { StoreContext, Write } from '../context.ts';
import * as kysely from '../kysely.ts';
import { catalogMigrations } from '../migrations.ts';
import type { Tables } from '../schema.ts';
import { sqliteDialect, sqliteSchemaDialect } from '../sqlite-dialect.ts';
import { type ArchiveDialect, createArchive, type FrozenDatabase } from './create-archive.ts';
import type { Rows, Value } from './rows-codec.ts';

const rowsAtOnce = 1000;
const busyTimeoutMs = 10_000;

/** `path`: the file of the open database. */
export function createSqliteArchive(context: StoreContext, { path }: { path: string }): CatalogArchive {
  const migrations = catalogMigrations(sqliteSchemaDialect);
  const dialect: ArchiveDialect = {
    openFrozen: async () => openFrozen(path),
    migrations,
    sharedMigrations: Object.keys(migrations),
    async beginRestore() {},
    insert,
    async endRestore() {},
  };
  return createArchive(context, dialect);
}

function openFrozen(path: string): FrozenDatabase {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  database.exec('begin');
  // The moment is that of the first statement that reads.
  database.prepare('select 1 from kysely_migration').get();
  return {
    db: new kysely.Kysely<Tables>({ dialect: sqliteDialect(database) }),
    chunks: (text) => readChunks(database, text),
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

async function* readChunks(database: Database, text: string): AsyncGenerator<Pick<Rows, 'columns' | 'rows'>> {
  const statement = database.prepare<[], Value[]>(text).raw(true);
  const columns = statement.columns().map(({ name }) => name);
  let rows: Value[][] = [];
  for (const row of statement.iterate()) {
    rows.push(row);
    if (rows.length < rowsAtOnce) continue;
    yield { columns, rows };
    rows = [];
    await yieldToEvents();
  }
  if (rows.length > 0) yield { columns, rows };
}

async function insert(trx: Write, { table, columns, rows }: Rows): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const places = `(${columns.map(() => '?').join(', ')})`;
  const text = `insert into "${table}" (${names}) values ${rows.map(() => places).join(', ')}`;
  await trx.executeQuery(kysely.CompiledQuery.raw(text, rows.flat()));
}
