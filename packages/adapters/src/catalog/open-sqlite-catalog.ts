/** @file The catalog on one SQLite file: the default, for one machine and any number of its processes. */
import type { Catalog } from '@tintype/core/ports/catalog';
import type { Clock } from '@tintype/core/ports/clock';
import { createCatalog } from './create-catalog.ts';
import { openSqliteDatabase } from './sqlite-database.ts';
import { readChangeMark } from './sqlite-dialect.ts';

/** Made and migrated where needed. Throws WORKSPACE_UNREADABLE or CATALOG_TOO_NEW; later failures of the disk are STORAGE_FAILED. */
export async function openSqliteCatalog(options: { path: string; clock: Clock }): Promise<Catalog> {
  const db = await openSqliteDatabase(options);
  return createCatalog({ db, clock: options.clock, readMark: () => readChangeMark(db) });
}
