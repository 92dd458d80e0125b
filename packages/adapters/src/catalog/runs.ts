/** @file The run store: what was trained, on which snapshot, and how it ended. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Run } from '@tintype/contracts/train';
import type { RunStore } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { fromJson, type StoreContext, write } from './context.ts';
import type { RunTable } from './schema.ts';

export function createRunStore(context: StoreContext): RunStore {
  const { db } = context;
  return {
    create: (run) =>
      write(context, async (trx) => {
        await trx.insertInto('runs').values(fromRun(run)).execute();
      }),
    finish: (runId, end) =>
      write(context, async (trx) => {
        const error = end.error && JSON.stringify(end.error);
        const change = { status: end.status, ended_at: end.endedAt, error };
        const row = await trx
          .updateTable('runs')
          .set(change)
          .where('id', '=', runId)
          .returning('id')
          .executeTakeFirst();
        if (!row) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
      }),
    async get(runId) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirst();
      if (!row) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
      return toRun(row);
    },
    async list() {
      const rows = await db.selectFrom('runs').selectAll().orderBy('started_at', 'desc').orderBy('id').execute();
      return rows.map(toRun);
    },
  };
}

function fromRun(run: Run): Selectable<RunTable> {
  return {
    id: run.id,
    snapshot: run.snapshot,
    status: run.status,
    options: JSON.stringify(run.options),
    started_at: run.startedAt,
    ended_at: run.endedAt,
    error: run.error && JSON.stringify(run.error),
  };
}

function toRun(row: Selectable<RunTable>): Run {
  return {
    id: row.id,
    snapshot: row.snapshot,
    status: row.status as Run['status'],
    options: fromJson(row.options),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error === null ? null : fromJson(row.error),
  };
}
