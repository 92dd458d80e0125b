/** @file The archive of a catalog over any database: what is the same for all of them. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import { type CatalogArchive, type CatalogView, UnreadableRows } from '@tintype/core/ports/catalog-archive';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely, Migration } from 'kysely';
import { type StoreContext, type Write, write } from '../context.ts';
import { sql } from '../kysely.ts';
import type { Tables } from '../schema.ts';
import { allTables, keptTables, keyOf, replaceableTables, type TableName } from './archived-tables.ts';
import { decodeRows, encodeRows, type Rows } from './rows-codec.ts';

/** One connection on which nothing changes. */
export interface FrozenDatabase extends AsyncDisposable {
  db: Kysely<Tables>;
  /** Rows of a statement, some at a time. No other statement may run until they have ended. */
  chunks: (text: string) => AsyncIterable<Pick<Rows, 'columns' | 'rows'>>;
}

/** What databases do in their own ways. */
export interface ArchiveDialect {
  openFrozen(): Promise<FrozenDatabase>;
  /** Names sort in the order of application. */
  migrations: Readonly<Record<string, Migration>>;
  /** Those of every database, which a backup names. */
  sharedMigrations: readonly string[];
  /** Before the first row: what a long transaction needs. */
  beginRestore(trx: Write): Promise<void>;
  insert(trx: Write, rows: Rows): Promise<void>;
  /** After the last row of these tables. */
  endRestore(trx: Write, tables: readonly TableName[]): Promise<void>;
}

const rowsAtOnce = 200;

export function createArchive(context: StoreContext, dialect: ArchiveDialect): CatalogArchive {
  return {
    migrations: dialect.sharedMigrations,
    async read(work) {
      await using frozen = await dialect.openFrozen();
      return await work(await createView(dialect, frozen));
    },
    findFilledTable: () => findFilledTable(context.db),
    restore: ({ migrations, parts }) =>
      write(context, async (trx) => {
        const filled = await findFilledTable(trx);
        if (filled !== undefined) throw new TintypeError('CATALOG_NOT_EMPTY', { table: filled });
        await dialect.beginRestore(trx);
        const later = await takeBack(trx, dialect, migrations);
        const tables = await readTables(trx);
        for (const table of replaceableTables) if (tables.has(table)) await trx.deleteFrom(table).execute();
        for await (const part of parts) await insertPart(trx, { dialect, tables, rows: await decodeRows(part) });
        crashPoint('restore.rows');
        for (const name of later) await dialect.migrations[name]?.up(trx);
        await dialect.endRestore(trx, allTables);
        crashPoint('restore.migrated');
      }),
  };
}

async function createView({ sharedMigrations }: ArchiveDialect, { db, chunks }: FrozenDatabase): Promise<CatalogView> {
  const there = await readTables(db);
  const applied = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  const tables = keptTables.filter((table) => there.has(table));
  return {
    migrations: applied.map(({ name }) => name).filter((name) => sharedMigrations.includes(name)),
    tables,
    async *parts() {
      for (const table of tables) {
        const order = keyOf(table).map((column) => `"${column}"`);
        yield* encodeRows(table, chunks(`select * from "${table}" order by ${order.join(', ')}`));
      }
    },
  };
}

async function findFilledTable(db: Kysely<Tables>): Promise<string | undefined> {
  const there = await readTables(db);
  for (const table of keptTables) {
    if (replaceableTables.includes(table) || !there.has(table)) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length > 0) return table;
  }
  return undefined;
}

/** Columns of each table. */
async function readTables(db: Kysely<Tables>): Promise<Map<string, ReadonlySet<string>>> {
  const tables = await db.introspection.getTables();
  return new Map(tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]));
}

/**
 * Takes an empty schema back to the one that the rows are of. Returns the migrations that must follow the rows; the list of those that
 * were applied is the same before and after. Throws CATALOG_TOO_NEW.
 */
async function takeBack(trx: Write, dialect: ArchiveDialect, wanted: readonly string[]): Promise<string[]> {
  const { migrations, sharedMigrations } = dialect;
  const unknown = wanted.find((name) => !sharedMigrations.includes(name));
  if (unknown !== undefined) throw new TintypeError('CATALOG_TOO_NEW', { found: unknown });
  if (wanted.length === sharedMigrations.length) return [];

  const there = await readTables(trx);
  for (const table of allTables.toReversed()) if (there.has(table)) await trx.schema.dropTable(table).execute();
  // A database's own migrations go with the shared one of their number.
  const numbers = new Set(wanted.map(numberOf));
  const names = Object.keys(migrations).toSorted();
  const isEarlier = (name: string): boolean => numbers.has(numberOf(name));
  for (const name of names.filter(isEarlier)) await migrations[name]?.up(trx);
  return names.filter((name) => !isEarlier(name));
}

const numberOf = (migration: string): string => migration.slice(0, 4);

interface InsertPart {
  dialect: ArchiveDialect;
  tables: ReadonlyMap<string, ReadonlySet<string>>;
  rows: Rows;
}

async function insertPart(trx: Write, { dialect, tables, rows: { table, columns, rows } }: InsertPart): Promise<void> {
  const known = tables.get(table);
  const isKept = (keptTables as readonly string[]).includes(table);
  if (!known || !isKept || columns.some((column) => !known.has(column)))
    throw new UnreadableRows(`The rows are of a table that is not known: ${table} (${columns.join(', ')}).`);
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await dialect.insert(trx, { table, columns, rows: rows.slice(start, start + rowsAtOnce) });
    await yieldToEvents();
  }
}
