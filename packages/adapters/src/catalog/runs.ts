/** @file The run store: what was trained, on which snapshot, how far it is, epoch by epoch, and how it ended. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Run } from '@tintype/contracts/train';
import type { Artifact } from '@tintype/contracts/train-events';
import type { RunStore } from '@tintype/core/ports/catalog';
import type { Selectable, Updateable } from 'kysely';
import { fromJson, type StoreContext, type Write, write } from './context.ts';
import type { RunTable } from './schema.ts';

export function createRunStore(context: StoreContext): RunStore {
  const { db } = context;
  const change = (runId: string, values: Updateable<RunTable>): Promise<void> =>
    write(context, (trx) => changeRun(trx, runId, values));
  return {
    create: (run) =>
      write(context, async (trx) => {
        await trx.insertInto('runs').values(fromRun(run)).execute();
      }),
    finish: (runId, { status, endedAt, error }) =>
      change(runId, { status, ended_at: endedAt, error: error && JSON.stringify(error) }),
    reopen: (runId) => change(runId, { status: 'running', ended_at: null, error: null }),
    async get(runId) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirst();
      if (!row) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
      return toRun(row);
    },
    async list() {
      const rows = await db.selectFrom('runs').selectAll().orderBy('started_at', 'desc').orderBy('id').execute();
      return rows.map(toRun);
    },
    report: (runId, progress) => change(runId, { progress: JSON.stringify(progress) }),
    async findProgress(runId) {
      const row = await db.selectFrom('runs').select('progress').where('id', '=', runId).executeTakeFirst();
      return row?.progress ? fromJson(row.progress) : undefined;
    },
    ...createMetricStore(context),
  };
}

type MetricStore = Pick<RunStore, 'recordEpoch' | 'epochs' | 'recordArtifact' | 'artifacts'>;

function createMetricStore(context: StoreContext): MetricStore {
  const { db } = context;
  return {
    recordEpoch: (runId, metrics) =>
      write(context, async (trx) => {
        await assertRun(trx, runId);
        const body = { metrics: JSON.stringify(metrics) };
        await trx
          .insertInto('run_epochs')
          .values({ run: runId, epoch: metrics.epoch, ...body })
          .onConflict((conflict) => conflict.columns(['run', 'epoch']).doUpdateSet(body))
          .execute();
      }),
    async epochs(runId) {
      const rows = db.selectFrom('run_epochs').select('metrics').where('run', '=', runId).orderBy('epoch');
      return (await rows.execute()).map(({ metrics }) => fromJson(metrics));
    },
    recordArtifact: (runId, { name, kind, mediaType, path }) =>
      write(context, async (trx) => {
        await assertRun(trx, runId);
        const body = { kind, media_type: mediaType, path };
        await trx
          .insertInto('run_artifacts')
          .values({ run: runId, name, ...body })
          .onConflict((conflict) => conflict.columns(['run', 'name']).doUpdateSet(body))
          .execute();
      }),
    async artifacts(runId) {
      const rows = db.selectFrom('run_artifacts').selectAll().where('run', '=', runId).orderBy('name');
      return (await rows.execute()).map(({ name, kind, media_type, path }) => ({
        name,
        kind: kind as Artifact['kind'],
        mediaType: media_type,
        path,
      }));
    },
  };
}

async function changeRun(trx: Write, runId: string, values: Updateable<RunTable>): Promise<void> {
  const row = await trx.updateTable('runs').set(values).where('id', '=', runId).returning('id').executeTakeFirst();
  if (!row) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
}

async function assertRun(trx: Write, runId: string): Promise<void> {
  const row = await trx.selectFrom('runs').select('id').where('id', '=', runId).executeTakeFirst();
  if (!row) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
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
    progress: null,
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
