/** @file The table of contradictions: how each is found, said and mended. Labels, reviews and logs are never changed. */
import type { FindingKind } from '@tintype/contracts/verify';
import type { RawBuilder } from 'kysely';
import type { Write } from './context.ts';
import type { FaultRow } from './integrity.ts';
import { sql } from './kysely.ts';
import { ensureClasses } from './label-events.ts';
import { putAlias } from './registry.ts';

interface RowCheck {
  kind: FindingKind;
  /** Rows with a `subject`, each once. */
  find: (at: number) => RawBuilder<unknown>;
  /** One sentence; undefined where it is no fault after all. */
  describe: (row: FaultRow, at: number) => string | undefined;
  /** Says what it did; undefined where nothing could be done. */
  mend?: (trx: Write, subject: string, at: number) => Promise<string | undefined>;
}

const stuckAfterMs = 600_000;
const silentAfterMs = 3_600_000;
const mender = 'verify';

const said = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : 'nothing');

/** The last label of a sample; opinions are none. */
const lastLabel = sql`(select max(later.sequence) from label_events later
  where later.sample_id = s.id and later.source <> 'opinion')`;
const lastMove = sql`(select max(later.sequence) from removal_events later where later.sample_id = s.id)`;
const lastLogged = sql`(select max(later.sequence) from alias_log later
  where later.model = a.model and later.alias = a.alias)`;

/** Tables with rows of samples. What is computed may go; what people did stays. */
const ofSamples = {
  sample_predictions: 'computed',
  sample_measures: 'computed',
  label_leases: 'computed',
  view_samples: 'computed',
  sample_tags: 'kept',
  label_asks: 'kept',
  gold_questions: 'kept',
  reviews: 'kept',
  removal_events: 'kept',
  snapshot_entries: 'kept',
} as const;
type OfSamples = keyof typeof ofSamples;

const strays = (
  table: string,
): RawBuilder<unknown> => sql`select distinct ${sql.lit(`${table} `)} || t.sample_id as subject
  from ${sql.table(table)} t left join samples s on s.id = t.sample_id where s.id is null`;

export const rowChecks: readonly RowCheck[] = [
  {
    kind: 'label-dangling',
    find: () => sql`select e.sample_id as subject, count(*) as events from label_events e
      left join samples s on s.id = e.sample_id where s.id is null group by e.sample_id`,
    describe: ({ subject, events }) => `${String(events)} labels are of ${subject}, which is not there.`,
  },
  {
    kind: 'label-mismatch',
    find: () => sql`select s.id as subject, s.class_name as found, e.class_name as wanted from samples s
      left join label_events e on e.sequence = ${lastLabel} where s.class_name is distinct from e.class_name`,
    describe: ({ subject, found, wanted }) =>
      `${subject} has the class ${said(found)}; its last label says ${said(wanted)}.`,
    async mend(trx, subject) {
      const value = (column: string): RawBuilder<unknown> =>
        sql`(select ${sql.ref(column)} from label_events e where e.sequence = (select max(later.sequence)
          from label_events later where later.sample_id = samples.id and later.source <> 'opinion'))`;
      const who = (column: string): RawBuilder<unknown> =>
        sql`case when ${value('class_name')} is null then null else ${value(column)} end`;
      await sql`update samples set class_name = ${value('class_name')}, labeled_by = ${who('annotator')},
        label_source = ${who('source')}, labeled_at = ${who('at')} where id = ${subject}`.execute(trx);
      return 'It has the class of its last label again.';
    },
  },
  {
    kind: 'class-missing',
    find: () => sql`select distinct s.class_name as subject from samples s left join classes c on c.name = s.class_name
      where s.class_name is not null and c.name is null`,
    describe: ({ subject }) => `Samples are ${said(subject)}, which is not in the list of classes.`,
    async mend(trx, subject) {
      await ensureClasses(trx, [subject]);
      return 'It is in the list again, at its end.';
    },
  },
  {
    kind: 'trash-mismatch',
    find: () => sql`select s.id as subject, s.removed as found from samples s
      left join removal_events e on e.sequence = ${lastMove} where s.removed <> coalesce(e.removed, 0)`,
    describe: ({ subject, found }) =>
      found === 1
        ? `${subject} is in the trash, and nobody moved it there.`
        : `${subject} was moved to the trash, and is not in it.`,
    async mend(trx, subject) {
      const last = (column: string): RawBuilder<unknown> =>
        sql`(select ${sql.ref(column)} from removal_events e where e.sequence = (select max(later.sequence)
          from removal_events later where later.sample_id = samples.id))`;
      await sql`update samples set removed = coalesce(${last('removed')}, 0),
        removed_at = case when coalesce(${last('removed')}, 0) = 1 then ${last('at')} end where id = ${subject}`.execute(
        trx,
      );
      return 'It is where its history says.';
    },
  },
  {
    kind: 'snapshot-dangling',
    find: () => sql`select d.name as subject, d.latest_snapshot as found from datasets d
      left join snapshots p on p.id = d.latest_snapshot where d.latest_snapshot is not null and p.id is null`,
    describe: ({ subject, found }) => `The latest snapshot of ${said(subject)} is ${said(found)}, which is not there.`,
    async mend(trx, subject) {
      await sql`update datasets set latest_snapshot = (select p.id from snapshots p where p.dataset = datasets.name
        order by p.created_at desc, p.id limit 1) where name = ${subject}`.execute(trx);
      return 'The newest that is there is the latest.';
    },
  },
  {
    kind: 'split-mismatch',
    find: () => sql`select s.id as subject, s.split as found, e.split as wanted from samples s
      join datasets d on d.name = s.dataset
      left join snapshot_entries e on e.snapshot_id = d.latest_snapshot and e.sample_id = s.id
      where s.split is distinct from e.split`,
    describe: ({ subject, found, wanted }) =>
      `${subject} has the split ${said(found)}; the latest snapshot says ${said(wanted)}.`,
    async mend(trx, subject) {
      await sql`update samples set split = (select e.split from snapshot_entries e join datasets d on d.name = samples.dataset
        where e.snapshot_id = d.latest_snapshot and e.sample_id = samples.id) where id = ${subject}`.execute(trx);
      return 'It has the split of the latest snapshot again.';
    },
  },
  {
    kind: 'origin-dangling',
    find: () => sql`select o.dataset || ' ' || o.location || ' ' || o.path as subject, o.sample_id as found
      from origins o left join samples s on s.id = o.sample_id where o.sample_id is not null and s.id is null`,
    describe: ({ subject, found }) => `${subject} is known as ${String(found)}, which is not there.`,
    async mend(trx, subject) {
      await sql`update origins set sample_id = null, size_bytes = -1, etag = null
        where dataset || ' ' || location || ' ' || path = ${subject}`.execute(trx);
      return 'It is forgotten; the next ingest reads it again.';
    },
  },
  {
    kind: 'row-dangling',
    find: () => sql.join(Object.keys(ofSamples).map(strays), sql` union all `),
    describe: ({ subject }) => `A row of ${subject.replace(' ', ' is of ')}, which is not there.`,
    async mend(trx, subject) {
      const [table, sampleId] = subject.split(' ') as [OfSamples, string];
      if (ofSamples[table] !== 'computed') return undefined;
      await sql`delete from ${sql.table(table)} where sample_id = ${sampleId}`.execute(trx);
      return 'It was computed, and is removed.';
    },
  },
  {
    kind: 'alias-dangling',
    find: () => sql`select a.model || '@' || a.alias as subject, a.version as found from aliases a
      left join model_versions v on v.model = a.model and v.version = a.version where v.model is null`,
    describe: ({ subject, found }) => `${subject} is version ${String(found)}, which is not there.`,
    mend: (trx, subject, at) => moveBack(trx, subject, at),
  },
  {
    kind: 'alias-mismatch',
    find: () => sql`select a.model || '@' || a.alias as subject, a.version as found, l.version as wanted from aliases a
      left join alias_log l on l.sequence = ${lastLogged} where a.version is distinct from l.version`,
    describe: ({ subject, found, wanted }) =>
      `${subject} is version ${String(found)}; its log says ${typeof wanted === 'number' ? wanted : 'none'}.`,
    mend: (trx, subject, at) => moveBack(trx, subject, at),
  },
  {
    kind: 'lease-stuck',
    find: (at) => sql`select j.id as subject, j.worker as worker from jobs j
      where j.status = 'running' and j.lease_expires_at <= ${at - stuckAfterMs}`,
    describe: ({ subject, worker }) =>
      `${subject} is held by ${String(worker)}, which gave no sign of life for ten minutes.`,
    async mend(trx, subject, at) {
      // Of queued jobs with one key there is one.
      const { rows } = await sql`update jobs set status = 'queued', lease = null, lease_expires_at = null, worker = null
        where id = ${subject} and status = 'running' and lease_expires_at <= ${at} and not exists (select 1 from jobs other
          where other.status = 'queued' and other.singleton_key = jobs.singleton_key) returning id`.execute(trx);
      return rows.length > 0 ? 'The next worker takes it.' : undefined;
    },
  },
  {
    kind: 'run-stuck',
    find: (at) => sql`select r.id as subject, r.progress as progress from runs r
      where r.status = 'running' and r.started_at <= ${at - silentAfterMs}`,
    describe({ subject, progress }, at) {
      const { at: lastAt = 0 } = JSON.parse(typeof progress === 'string' ? progress : '{}') as { at?: number };
      return lastAt > at - silentAfterMs
        ? undefined
        : `${subject} is said to run, and gave no sign of life for an hour.`;
    },
    async mend(trx, subject, at) {
      const error = JSON.stringify({ code: 'CANCELLED', detail: 'It gave no sign of life for an hour.' });
      await trx
        .updateTable('runs')
        .set({ status: 'failed', ended_at: at, error })
        .where('id', '=', subject)
        .where('status', '=', 'running')
        .execute();
      return 'It is recorded as failed.';
    },
  },
];

/** To the last version of its log that is there; where there is none, it is taken away. */
async function moveBack(trx: Write, subject: string, at: number): Promise<string> {
  const [model = '', alias = ''] = subject.split('@');
  const known = await trx
    .selectFrom('alias_log')
    .innerJoin('model_versions', (join) =>
      join
        .onRef('model_versions.model', '=', 'alias_log.model')
        .onRef('model_versions.version', '=', 'alias_log.version'),
    )
    .where('alias_log.model', '=', model)
    .where('alias_log.alias', '=', alias)
    .orderBy('alias_log.sequence', 'desc')
    .select('alias_log.version')
    .limit(1)
    .executeTakeFirst();
  const version = known?.version ?? null;
  await putAlias(trx, { model, alias, version, by: mender, at });
  return version === null ? 'It is taken away.' : `It is version ${version} again.`;
}
