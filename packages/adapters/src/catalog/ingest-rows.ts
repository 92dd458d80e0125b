/** @file Records finished files of an ingest: all of a batch or none of it. */
import { createHash } from 'node:crypto';
import type { DataIssue } from '@tintype/contracts/catalog';
import type { LabelEvent } from '@tintype/contracts/label';
import type { IngestOutcome, IngestRow, Origin } from '@tintype/core/ports/catalog';
import type { Clock } from '@tintype/core/ports/clock';
import type { Selectable } from 'kysely';
import { inChunks, type Write } from './context.ts';
import { ensureDataset } from './datasets.ts';
import { recordIssues } from './issues.ts';
import { appendLabelEvents, readRenames } from './label-events.ts';
import type { SampleTable } from './schema.ts';

const chunkSize = 500;

interface Batch {
  dataset: string;
  rows: readonly IngestRow[];
  by: { annotator: string; at: number };
}

type PictureRow = Extract<IngestRow, { sample: unknown }>;

/** What a batch adds, in row order, computed before anything is written. */
interface Changes {
  outcomes: IngestOutcome['outcomes'];
  samples: Selectable<SampleTable>[];
  events: LabelEvent[];
  issues: DataIssue[];
}

export async function recordIngest(trx: Write, clock: Clock, asked: Batch): Promise<IngestOutcome> {
  await ensureDataset(trx, asked.dataset, asked.by.at);
  const batch = { ...asked, rows: underNamesOfNow(asked.rows, await readRenames(trx)) };
  const changes = computeChanges(await readClasses(trx, batch.rows), clock, batch);

  await inChunks(changes.samples, chunkSize, (chunk) =>
    trx
      .insertInto('samples')
      .values([...chunk])
      .execute(),
  );
  await appendLabelEvents(trx, changes.events);
  await settleIssues(trx, batch);
  await recordIssues(trx, changes.issues);
  await upsertOrigins(trx, batch);
  return { outcomes: changes.outcomes };
}

/** A folder that still has the old name of a class holds pictures of the class. */
const underNamesOfNow = (rows: readonly IngestRow[], nameNow: (className: string) => string): IngestRow[] =>
  rows.map((row) => ('sample' in row && row.className !== null ? { ...row, className: nameNow(row.className) } : row));

/** Current class (null: none) of every sample of the batch that exists. */
async function readClasses(trx: Write, rows: readonly IngestRow[]): Promise<Map<string, string | null>> {
  const classes = new Map<string, string | null>();
  const ids = rows.flatMap((row) => ('sample' in row ? [row.sample.id] : []));
  await inChunks([...new Set(ids)], chunkSize, async (chunk) => {
    const found = await trx.selectFrom('samples').select(['id', 'class_name']).where('id', 'in', chunk).execute();
    for (const row of found) classes.set(row.id, row.class_name);
  });
  return classes;
}

function computeChanges(classes: Map<string, string | null>, clock: Clock, batch: Batch): Changes {
  const changes: Changes = { outcomes: [], samples: [], events: [], issues: [] };
  for (const row of batch.rows) {
    if ('rejection' in row) {
      changes.issues.push(rejectionIssue(batch, row.origin, row.rejection));
      changes.outcomes.push('rejected');
      continue;
    }
    const id = row.sample.id;
    const current = classes.get(id);
    if (current === undefined) changes.samples.push(newSample(batch, row));
    if (row.className !== null && !current) {
      const event = { id: clock.newId('label'), sampleId: id, className: row.className, source: row.labelSource };
      changes.events.push({ ...event, annotator: batch.by.annotator, at: batch.by.at });
    }
    const disagrees = typeof current === 'string' && row.className !== null && row.className !== current;
    if (disagrees) changes.issues.push(disagreementIssue(batch, row, current));
    changes.outcomes.push(current === undefined ? 'added' : disagrees ? 'disagreement' : 'duplicate');
    classes.set(id, current ?? row.className);
  }
  return changes;
}

function newSample({ dataset, by }: Batch, { sample }: PictureRow): Selectable<SampleTable> {
  return {
    id: sample.id,
    dataset,
    content_hash: sample.contentHash,
    path: sample.path,
    format: sample.format,
    width_px: sample.widthPx,
    height_px: sample.heightPx,
    size_bytes: sample.sizeBytes,
    perceptual_hash: sample.perceptualHash,
    class_name: null,
    split: null,
    created_at: by.at,
    removed: 0,
    removed_at: null,
    group_name: null,
    labeled_by: null,
    label_source: null,
    labeled_at: null,
  };
}

/** Of the file, not of its content: the same file found wrong again is the same issue. */
function issueId(batch: Batch, kind: DataIssue['kind'], { location, path }: Origin): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, batch.dataset, location, path]))
    .digest('hex');
  return `issue_${digest.slice(0, 20)}`;
}

function rejectionIssue(batch: Batch, origin: Origin, rejection: { code: string; detail: string }): DataIssue {
  const { dataset, by } = batch;
  const id = issueId(batch, 'rejected-file', origin);
  return { id, dataset, kind: 'rejected-file', sampleId: null, path: origin.path, ...rejection, score: 1, at: by.at };
}

function disagreementIssue(batch: Batch, row: PictureRow, current: string): DataIssue {
  const { dataset, by } = batch;
  return {
    id: issueId(batch, 'label-disagreement', row.origin),
    dataset,
    kind: 'label-disagreement',
    sampleId: row.sample.id,
    path: row.origin.path,
    code: 'LABEL_DISAGREEMENT',
    detail: `The same picture is "${current}" in the catalog and "${row.className}" here.`,
    score: 1,
    at: by.at,
  };
}

/** A file that is fine now takes its old issues with it; those it still has are recorded after this. */
async function settleIssues(trx: Write, batch: Batch): Promise<void> {
  const ids = batch.rows.flatMap(({ origin }) => [
    issueId(batch, 'rejected-file', origin),
    issueId(batch, 'label-disagreement', origin),
  ]);
  await inChunks(ids, chunkSize, (chunk) => trx.deleteFrom('data_issues').where('id', 'in', chunk).execute());
}

async function upsertOrigins(trx: Write, { dataset, rows }: Batch): Promise<void> {
  const unique = new Map(rows.map(({ origin }) => [JSON.stringify([origin.location, origin.path]), origin]));
  await inChunks([...unique.values()], chunkSize, (chunk) =>
    trx
      .insertInto('origins')
      .values(
        chunk.map((origin) => ({
          dataset,
          location: origin.location,
          path: origin.path,
          size_bytes: origin.sizeBytes,
          modified_at: origin.modifiedAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['dataset', 'location', 'path']).doUpdateSet((eb) => ({
          size_bytes: eb.ref('excluded.size_bytes'),
          modified_at: eb.ref('excluded.modified_at'),
        })),
      )
      .execute(),
  );
}
