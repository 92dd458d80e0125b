/** @file A change that is not worth waiting for: SQLite waits for other processes on the thread that answers requests. */
import type { Kysely } from 'kysely';
import type { StoreContext } from './context.ts';
import * as kysely from './kysely.ts';
import type { Tables } from './schema.ts';
import { sqliteCode } from './sqlite-dialect.ts';

/** Left out where another process is writing at this moment. */
export async function writeUnlessBusy(
  { db, writer }: StoreContext,
  change: (connection: Kysely<Tables>) => Promise<unknown>,
): Promise<void> {
  // A server waits by itself, and for the row alone.
  if (writer) return void (await change(db));
  await db.connection().execute(async (connection) => {
    const before = await kysely.sql<{ timeout: number }>`pragma busy_timeout`.execute(connection);
    await kysely.sql`pragma busy_timeout = 0`.execute(connection);
    try {
      await change(connection);
    } catch (error) {
      if (!sqliteCode((error as Error).cause)?.startsWith('SQLITE_BUSY')) throw error;
    } finally {
      await kysely.sql`pragma busy_timeout = ${kysely.sql.lit(before.rows[0]?.timeout ?? 0)}`.execute(connection);
    }
  });
}
