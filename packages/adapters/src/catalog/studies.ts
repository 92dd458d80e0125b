/** @file The study store: studies, and the trials that a search makes and makes again after it was cut. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Study, Trial } from '@tintype/contracts/tune';
import type { StudyStore } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { fromJson, type StoreContext, type Write, write } from './context.ts';
import type { StudyTable, TrialTable } from './schema.ts';

export function createStudyStore(context: StoreContext): StudyStore {
  const { db } = context;
  return {
    create: (study) =>
      write(context, async (trx) => {
        const row = await trx
          .insertInto('studies')
          .values(fromStudy(study))
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('name')
          .executeTakeFirst();
        if (!row) throw new TintypeError('STUDY_EXISTS', { study: study.name });
      }),
    async get(name) {
      const row = await db.selectFrom('studies').selectAll().where('name', '=', name).executeTakeFirst();
      if (!row) throw await missingStudy(context.db, name);
      return toStudy(row);
    },
    async list() {
      const rows = await db.selectFrom('studies').selectAll().orderBy('created_at', 'desc').orderBy('name').execute();
      return rows.map(toStudy);
    },
    update: (name, change) =>
      write(context, async (trx) => {
        const { budgetMs, spentMs, heartbeatAt, endedBecause } = change;
        const columns = {
          ...(budgetMs === undefined ? {} : { budget_ms: budgetMs }),
          ...(spentMs === undefined ? {} : { spent_ms: spentMs }),
          ...(heartbeatAt === undefined ? {} : { heartbeat_at: heartbeatAt }),
          ...(endedBecause === undefined ? {} : { ended_because: endedBecause }),
        };
        const row = await trx
          .updateTable('studies')
          .set(columns)
          .where('name', '=', name)
          .returning('name')
          .executeTakeFirst();
        if (!row) throw await missingStudy(trx, name);
      }),
    putTrial: (trial) => write(context, (trx) => putTrial(trx, trial)),
    async listTrials(study) {
      const rows = await db.selectFrom('trials').selectAll().where('study', '=', study).orderBy('number').execute();
      return rows.map(toTrial);
    },
  };
}

async function putTrial(trx: Write, trial: Trial): Promise<void> {
  const study = await trx.selectFrom('studies').select('name').where('name', '=', trial.study).executeTakeFirst();
  if (!study) throw await missingStudy(trx, trial.study);
  const row = fromTrial(trial);
  await trx
    .insertInto('trials')
    .values(row)
    .onConflict((conflict) => conflict.columns(['study', 'number']).doUpdateSet(row))
    .execute();
}

async function missingStudy(db: StoreContext['db'], study: string): Promise<TintypeError> {
  const rows = await db.selectFrom('studies').select('name').orderBy('name').execute();
  return new TintypeError('STUDY_NOT_FOUND', { study, known: rows.map((row) => row.name) });
}

function fromStudy(study: Study): Selectable<StudyTable> {
  const { name, budgetMs, spentMs, createdAt, heartbeatAt, endedBecause, ...rest } = study;
  return {
    name,
    body: JSON.stringify(rest),
    budget_ms: budgetMs,
    spent_ms: spentMs,
    created_at: createdAt,
    heartbeat_at: heartbeatAt,
    ended_because: endedBecause,
  };
}

function toStudy(row: Selectable<StudyTable>): Study {
  return {
    ...fromJson<Omit<Study, 'name'>>(row.body),
    name: row.name,
    budgetMs: row.budget_ms,
    spentMs: row.spent_ms,
    createdAt: row.created_at,
    heartbeatAt: row.heartbeat_at,
    endedBecause: row.ended_because as Study['endedBecause'],
  };
}

function fromTrial(trial: Trial): Selectable<TrialTable> {
  return {
    study: trial.study,
    number: trial.number,
    settings: JSON.stringify(trial.settings),
    status: trial.status,
    value: trial.value,
    interval_lower: trial.interval?.[0] ?? null,
    interval_upper: trial.interval?.[1] ?? null,
    intermediate_values: JSON.stringify(trial.intermediateValues),
    note: trial.note,
    error_code: trial.errorCode,
    started_at: trial.startedAt,
    ended_at: trial.endedAt,
  };
}

function toTrial(row: Selectable<TrialTable>): Trial {
  const { interval_lower: lower, interval_upper: upper } = row;
  return {
    study: row.study,
    number: row.number,
    settings: fromJson(row.settings),
    status: row.status as Trial['status'],
    value: row.value,
    interval: lower === null || upper === null ? null : [lower, upper],
    intermediateValues: fromJson(row.intermediate_values),
    note: row.note,
    errorCode: row.error_code,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
