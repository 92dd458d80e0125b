/** @file The integrity store: contradictions between rows, a page at a time, and the way back to agreement. */
import { TintypeError } from '@tintype/contracts/errors';
import type { IntegrityStore, KnownPicture, RowFault } from '@tintype/core/ports/integrity-store';
import type { Kysely, RawBuilder } from 'kysely';
import { type StoreContext, write } from './context.ts';
import { rowChecks } from './integrity-checks.ts';
import { sql } from './kysely.ts';
import { putAlias } from './registry.ts';
import type { Tables } from './schema.ts';
import { sqliteCode } from './sqlite-dialect.ts';

const pageRows = 500;
const chunkOfIds = 500;
/** Read at once: of an unordered table, parts of about this many rows cost a walk over it each. */
const partRows = 20_000;
/** What no file has, so that it is read again. */
const unknownSize = -1;

export function createIntegrityStore(context: StoreContext): IntegrityStore {
  const { db } = context;
  return {
    async *findFaults({ at }) {
      yield* findDamage(context);
      for (const check of rowChecks)
        for await (const row of pages(db, check.find(at))) {
          const detail = check.describe(row, at);
          if (detail !== undefined) yield { kind: check.kind, subject: row.subject, detail };
        }
    },
    async mend(fault, { at }) {
      const check = rowChecks.find(({ kind }) => kind === fault.kind);
      const mend = check?.mend;
      return mend ? write(context, (trx) => mend(trx, fault.subject, at)) : undefined;
    },
    pictures: (of) => readPictures(db, of),
    async *removedBy(by) {
      const last = sql`(select max(later.sequence) from removal_events later where later.sample_id = s.id)`;
      const query = sql`select s.id as subject, s.content_hash as hash from samples s
        join removal_events e on e.sequence = ${last} where s.removed = 1 and e.annotator = ${by}`;
      for await (const row of pages(db, query)) yield { sampleId: row.subject, contentHash: String(row.hash) };
    },
    async forgetOrigins(sampleIds) {
      if (sampleIds.length === 0) return [];
      return write(context, (trx) =>
        trx
          .updateTable('origins')
          .set({ size_bytes: unknownSize, etag: null })
          .where('sample_id', 'in', sampleIds.slice(0, chunkOfIds))
          .returning(['location', 'path'])
          .execute(),
      );
    },
    forgetPredictionPicture: (contentHash) =>
      write(context, async (trx) => {
        const forgotten = await trx
          .updateTable('predictions')
          .set({ has_picture: 0 })
          .where('content_hash', '=', contentHash)
          .where('has_picture', '=', 1)
          .returning('id')
          .execute();
        return forgotten.length;
      }),
    setAlias: (move) => write(context, (trx) => putAlias(trx, move)),
  };
}

export interface FaultRow {
  subject: string;
  [column: string]: unknown;
}

/** Rows of a query that has a `subject`, in the order of it. */
async function* pages(db: Kysely<Tables>, query: RawBuilder<unknown>): AsyncGenerator<FaultRow> {
  for (let after = ''; ; ) {
    const { rows } = await sql<FaultRow>`select * from (${query}) as found where subject > ${after}
      order by subject limit ${pageRows}`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    after = last.subject;
  }
}

/** What SQLite says of its own file; a server looks after its files itself. */
async function* findDamage({ db, writer }: StoreContext): AsyncGenerator<RowFault> {
  if (writer) return;
  for (const text of await quickCheck(db))
    if (text !== 'ok') yield { kind: 'database-damaged', subject: 'catalog.sqlite', detail: `SQLite says: ${text}.` };
}

/** A table that cannot be opened ends the look at the file, and all that it had found. */
async function quickCheck(db: Kysely<Tables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(20)`.execute(db);
    return rows.map(({ quick_check: text }) => text);
  } catch (error) {
    const cause = error instanceof TintypeError ? error.cause : undefined;
    if (sqliteCode(cause)?.startsWith('SQLITE_CORRUPT') !== true) throw error;
    return [(cause as Error).message];
  }
}

async function* readPictures(db: Kysely<Tables>, of: 'samples' | 'predictions'): AsyncGenerator<KnownPicture> {
  const from = of === 'samples' ? sql`samples where true` : sql`predictions where has_picture = 1`;
  const counted = await sql<{ total: number }>`select count(*) as total from ${from}`.execute(db);
  const parts = Math.ceil((counted.rows[0]?.total ?? 0) / partRows);
  for (let part = 0; part < parts; part += 1) {
    const [low, high] = [boundOf(part / parts), boundOf((part + 1) / parts)];
    const { rows } = await sql<{ hash: string; size: number }>`select content_hash as hash, max(size_bytes) as size
      from ${from} and content_hash >= ${low} and content_hash < ${high}
      group by content_hash order by content_hash`.execute(db);
    for (const { hash, size } of rows) yield { contentHash: hash, sizeBytes: size };
  }
}

/** Of all hashes, this share is below. */
const boundOf = (share: number): string =>
  share >= 1
    ? 'g'
    : Math.floor(share * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
