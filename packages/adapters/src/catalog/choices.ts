/** @file What there is to filter by, and where a sample was used. */
import type { DataIssueKind } from '@tintype/contracts/catalog';
import { measureNames } from '@tintype/contracts/catalog';
import type { FilterChoices, SampleUse } from '@tintype/contracts/curation';
import type { Split } from '@tintype/contracts/ids';
import type { LabelSource } from '@tintype/contracts/label';
import type { Kysely } from 'kysely';
import { sql } from './kysely.ts';
import type { Tables } from './schema.ts';

export async function listChoices(db: Kysely<Tables>): Promise<Omit<FilterChoices, 'tags'>> {
  const issues = await db
    .selectFrom('data_issues')
    .where('sample_id', 'is not', null)
    .select((eb) => ['kind as name', eb.fn.count<number>('sample_id').distinct().as('samples')])
    .groupBy('kind')
    .orderBy('kind')
    .execute();
  return {
    groups: await countBy(db, 'group_name'),
    annotators: await countBy(db, 'labeled_by'),
    sources: (await countBy(db, 'label_source')) as { name: LabelSource; samples: number }[],
    issues: issues as { name: DataIssueKind; samples: number }[],
    versions: await listVersions(db),
    measures: await listMeasures(db),
  };
}

/** Read in the index of the column: one that begins with `removed`, which nearly all have alike, would have to be sorted. */
async function countBy(db: Kysely<Tables>, column: 'group_name' | 'labeled_by' | 'label_source') {
  const rows = await db
    .selectFrom('samples')
    .where(column, 'is not', null)
    .where(sql<boolean>`removed + 0 = 0`)
    .select((eb) => [`${column} as name`, eb.fn.countAll<number>().as('samples')])
    .groupBy(column)
    .orderBy(column)
    .execute();
  return rows.map(({ name, samples }) => ({ name: name as string, samples }));
}

/** Counted before their dates are looked up, which there are few of. */
function listVersions(db: Kysely<Tables>) {
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom('sample_predictions')
        .select((one) => ['model', 'version', one.fn.countAll<number>().as('samples')])
        .groupBy(['model', 'version'])
        .as('p'),
    )
    .leftJoin('model_versions as v', (join) =>
      join.onRef('v.model', '=', 'p.model').onRef('v.version', '=', 'p.version'),
    )
    .select(['p.model', 'p.version', 'p.samples'])
    .orderBy('v.created_at', (order) => order.desc().nullsLast())
    .orderBy('p.model')
    .orderBy('p.version', 'desc')
    .execute();
}

/** Least and most of each, each read from an end of its index. */
async function listMeasures(db: Kysely<Tables>): Promise<FilterChoices['measures']> {
  const measures: FilterChoices['measures'] = [];
  for (const name of measureNames) {
    const end = (direction: 'asc' | 'desc') =>
      db
        .selectFrom('sample_measures')
        .select(`${name} as value`)
        .where(name, 'is not', null)
        .orderBy(name, direction)
        .limit(1)
        .executeTakeFirst();
    const [least, most] = [await end('asc'), await end('desc')];
    if (least && most) measures.push({ name, least: least.value as number, most: most.value as number });
  }
  return measures;
}

/** Newest first. */
export async function listUses(db: Kysely<Tables>, sampleId: string): Promise<SampleUse[]> {
  const snapshots = await db
    .selectFrom('snapshot_entries as e')
    .innerJoin('snapshots as s', 's.id', 'e.snapshot_id')
    .select(['s.id', 's.created_at', 'e.split', 'e.class_name'])
    .where('e.sample_id', '=', sampleId)
    .orderBy('s.created_at', 'desc')
    .orderBy('s.id')
    .execute();
  if (snapshots.length === 0) return [];
  const ids = snapshots.map(({ id }) => id);
  const runs = await db
    .selectFrom('runs')
    .select(['id', 'snapshot'])
    .where('snapshot', 'in', ids)
    .orderBy('started_at', 'desc')
    .execute();
  const versions = await db
    .selectFrom('model_versions')
    .select(['model', 'version', 'snapshot'])
    .where('snapshot', 'in', ids)
    .orderBy('created_at', 'desc')
    .execute();
  return snapshots.map(({ id, created_at, split, class_name }) => ({
    snapshot: id,
    createdAt: created_at,
    split: split as Split,
    className: class_name,
    runs: runs.filter((run) => run.snapshot === id).map((run) => run.id),
    versions: versions.filter((one) => one.snapshot === id).map(({ model, version }) => ({ model, version })),
  }));
}
