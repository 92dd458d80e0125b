/** @file The catalog on PostgreSQL: for many machines. */
import type { Catalog } from '@tintype/core/ports/catalog';
import type { Clock } from '@tintype/core/ports/clock';
import { createCatalog } from './create-catalog.ts';
import type { StoreContext } from './context.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { readPostgresMark } from './postgres-dialect.ts';

/** Migrated where needed. Throws WORKSPACE_UNREADABLE or CATALOG_TOO_NEW; later failures of the server are STORAGE_FAILED. */
export async function openPostgresCatalog(options: { url: string; clock: Clock }): Promise<Catalog> {
  return createCatalog(await openPostgresContext(options));
}

/** What stores and queue over the database work with. */
export async function openPostgresContext({ url, clock }: { url: string; clock: Clock }): Promise<StoreContext> {
  const { db, writer } = await openPostgresDatabase({ url });
  return { db, writer, clock, readMark: () => readPostgresMark(db) };
}
