/** @file The time of the database's machine: leases mean the same to all machines, whatever their own clocks say. */
import type { Clock } from '@tintype/core/ports/clock';
import type { Kysely } from 'kysely';
import { sql } from './kysely.ts';
import type { Tables } from './schema.ts';

/** `clock`, set to the database's time now and again each minute it is asked in. */
export async function followClock(
  db: Kysely<Tables>,
  clock: Clock,
  { everyMs = 60_000 }: { everyMs?: number } = {},
): Promise<Clock> {
  let aheadMs = await measureAhead(db, clock);
  let measuredAt = performance.now();
  const measure = async (): Promise<void> => {
    aheadMs = await measureAhead(db, clock);
  };
  return {
    now() {
      if (performance.now() - measuredAt > everyMs) {
        measuredAt = performance.now();
        // A database that is away is told of by who works with it.
        measure().catch(() => {});
      }
      return clock.now() + aheadMs;
    },
    newId: (prefix) => clock.newId(prefix),
  };
}

async function measureAhead(db: Kysely<Tables>, clock: Clock): Promise<number> {
  const askedAt = clock.now();
  const { rows } = await sql<{
    now: number;
  }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  const answeredAt = clock.now();
  return Math.round((rows[0]?.now ?? answeredAt) - (askedAt + answeredAt) / 2);
}
