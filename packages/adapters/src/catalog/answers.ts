/** @file The answer store: kept predictions beside the pictures they are of, and who labeled what a snapshot froze. */
import type { LabelSource } from '@tintype/contracts/label';
import type { AnswerStore, JudgedPicture } from '@tintype/core/ports/answer-store';
import { fromJson, type StoreContext } from './context.ts';
import { sql } from './kysely.ts';

interface AnswerRow {
  sample_id: string;
  truth: string;
  predicted: string;
  confidence: number;
  probabilities: string | null;
  dataset: string;
  width_px: number;
  height_px: number;
  brightness: number | null;
}

interface LabelerRow {
  annotator: string;
  source: string;
  labels: number;
  first_at: number;
  last_at: number;
}

export function createAnswerStore({ db }: StoreContext): AnswerStore {
  return {
    async list({ model, version, snapshot, on, after = '', limit }) {
      const isAskedFor = on === 'test' ? sql`e.split = 'test'` : sql`coalesce(e.split, 'test') = 'test'`;
      const { rows } = await sql<AnswerRow>`
        select p.sample_id, coalesce(e.class_name, s.class_name) as truth, p.predicted, p.confidence, p.probabilities,
          s.dataset, s.width_px, s.height_px, m.brightness
        from sample_predictions p
        join samples s on s.id = p.sample_id and s.removed = 0
        left join snapshot_entries e on e.snapshot_id = ${snapshot ?? ''} and e.sample_id = p.sample_id
        left join sample_measures m on m.sample_id = p.sample_id
        where p.model = ${model} and p.version = ${version} and p.sample_id > ${after}
          and ${isAskedFor} and coalesce(e.class_name, s.class_name) is not null
        order by p.sample_id limit ${limit}`.execute(db);
      const tags = await readTags(rows.map(({ sample_id }) => sample_id));
      return rows.map((row) => toJudged(row, tags.get(row.sample_id) ?? []));
    },
    async sampleIds({ model, version }) {
      const { rows } = await sql<{ sample_id: string }>`
        select sample_id from sample_predictions where model = ${model} and version = ${version}`.execute(db);
      return new Set(rows.map(({ sample_id }) => sample_id));
    },
    async labelers(snapshotId) {
      const { rows } = await sql<LabelerRow>`
        select annotator, source, count(*) as labels, min(at) as first_at, max(at) as last_at
        from (
          select l.annotator, l.source, l.at, row_number() over (partition by l.sample_id order by l.sequence desc) as place
          from snapshot_entries e
          join snapshots n on n.id = e.snapshot_id
          join label_events l on l.sample_id = e.sample_id and l.at <= n.created_at and l.source not in ('opinion', 'rename')
          where e.snapshot_id = ${snapshotId}
        ) as latest
        where place = 1
        group by annotator, source
        order by labels desc, annotator, source`.execute(db);
      return rows.map(({ annotator, source, labels, first_at, last_at }) => ({
        annotator,
        source: source as LabelSource,
        labels,
        firstAt: first_at,
        lastAt: last_at,
      }));
    },
  };

  async function readTags(ids: readonly string[]): Promise<Map<string, string[]>> {
    const [first, last] = [ids[0], ids.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    const { rows } = await sql<{ sample_id: string; tag: string }>`
      select sample_id, tag from sample_tags where sample_id between ${first} and ${last} order by tag`.execute(db);
    const bySample = new Map<string, string[]>();
    for (const { sample_id, tag } of rows) {
      const tags = bySample.get(sample_id) ?? [];
      bySample.set(sample_id, tags);
      tags.push(tag);
    }
    return bySample;
  }
}

const toJudged = (row: AnswerRow, tags: readonly string[]): JudgedPicture => ({
  sampleId: row.sample_id,
  className: row.truth,
  predicted: row.predicted,
  confidence: row.confidence,
  probabilities: row.probabilities === null ? null : fromJson(row.probabilities),
  dataset: row.dataset,
  widthPx: row.width_px,
  heightPx: row.height_px,
  brightness: row.brightness,
  tags,
});
