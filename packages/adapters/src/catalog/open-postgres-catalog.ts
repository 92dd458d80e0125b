/** @file The catalog on PostgreSQL: for many machines. */
import type { Catalog } from '@tintype/core/ports/catalog';
import type { Clock } from '@tintype/core/ports/clock';
import type { StoreContext } from './context.ts';
import { createCatalog } from './create-catalog.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { readPostgresMark } from './postgres-dialect.ts';

/** Migrated where needed. Throws WORKSPACE_UNREADABLE or CATALOG_TOO_NEW; later failures of the server are STORAGE_FAILED. */
export async function openPostgresCatalog({ url, clock }: { url: string; clock: Clock }): Promise<Catalog> {
  return createPostgresCatalog({ ...(await openPostgresDatabase({ url })), clock });
}

/** The catalog over an open database; disposing it closes that. */
export function createPostgresCatalog(context: Required<Pick<StoreContext, 'db' | 'writer' | 'clock'>>): Catalog {
  return createCatalog({ ...context, hasStatistics: true, readMark: () => readPostgresMark(context.db) });
}
