/** @file What every store works with, and the few shapes of statements they share. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Clock } from '@tintype/core/ports/clock';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema.ts';

export interface StoreContext {
  db: Kysely<Tables>;
  clock: Clock;
  /** A text that changes with every change of the database, by whichever process. Where there is none, nothing is remembered. */
  readMark?: (() => Promise<string>) | undefined;
  /** Where a server has many connections, the one that writes; without it `db` does. */
  writer?: Kysely<Tables> | undefined;
  /** Whether the database knows how frequent values are and chooses among indexes by that. Default false: it is led to one. */
  hasStatistics?: boolean | undefined;
}

export type Write = Transaction<Tables>;

/** One transaction, durable when it resolves, and after every other one. Everything inside must go through `trx`: there is one connection. */
export async function write<T>({ db, writer = db }: StoreContext, change: (trx: Write) => Promise<T>): Promise<T> {
  const result = await writer.transaction().execute(async (trx) => {
    crashPoint('catalog.begun');
    const changed = await change(trx);
    crashPoint('catalog.changed');
    return changed;
  });
  crashPoint('catalog.committed');
  return result;
}

/** Calls with at most `size` rows at a time: databases limit the parameters of a statement. Lets events in between. */
export async function inChunks<T>(
  rows: readonly T[],
  size: number,
  run: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += size) {
    if (start > 0) await yieldToEvents();
    await run(rows.slice(start, start + size));
  }
}

/** Takes a JSON column back to the value it was written from. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T;
