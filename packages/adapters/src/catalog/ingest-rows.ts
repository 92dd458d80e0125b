/** @file Records finished files of an ingest: all of a batch or none of it. */
import type { DataIssue } from '@tintype/contracts/catalog';
import type { LabelEvent } from '@tintype/contracts/label';
import type { IngestBy, IngestOutcome, IngestRow, Origin } from '@tintype/core/ports/catalog';
import type { Clock } from '@tintype/core/ports/clock';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Selectable } from 'kysely';
import { inChunks, type Write } from './context.ts';
import { ensureDataset } from './datasets.ts';
import { fileIssueId, removeFileIssues } from './file-issues.ts';
import { recordIssues } from './issues.ts';
import { appendLabelEvents, readRenames } from './label-events.ts';
import { listRemovedWithFile, retire } from './origins.ts';
import type { SampleTable } from './schema.ts';
import { moveToTrash } from './trash.ts';

const chunkSize = 500;

interface Batch {
  dataset: string;
  rows: readonly IngestRow[];
  by: IngestBy;
}

type PictureRow = Extract<IngestRow, { sample: unknown }>;

/** What a batch adds, in row order, computed before anything is written. */
interface Changes {
  outcomes: IngestOutcome['outcomes'];
  samples: Selectable<SampleTable>[];
  events: LabelEvent[];
  issues: DataIssue[];
  /** Samples whose file is another now. */
  replaced: string[];
}

/** What the catalog holds of the samples of a batch, and of those that its files were before. */
interface Before {
  /** Current class (null: none) of every sample that exists. */
  classes: Map<string, string | null>;
  /** Sample that a file was, by the row's key; empty unless origins are followed. */
  samples: Map<string, string>;
}

export async function recordIngest(trx: Write, clock: Clock, asked: Batch): Promise<IngestOutcome> {
  await ensureDataset(trx, asked.dataset, asked.by.at);
  const batch = { ...asked, rows: underNamesOfNow(asked.rows, await readRenames(trx)) };
  const changes = computeChanges(await readBefore(trx, batch), clock, batch);

  await inChunks(changes.samples, chunkSize, (chunk) =>
    trx
      .insertInto('samples')
      .values([...chunk])
      .execute(),
  );
  crashPoint('ingest.sampled');
  await appendLabelEvents(trx, changes.events);
  await settleIssues(trx, batch);
  await recordIssues(trx, changes.issues);
  const returned = await listRemovedWithFile(trx, batch.by.isFollowing ? sampleIdsOf(batch) : []);
  await upsertOrigins(trx, batch);
  await moveToTrash(trx, returned, { annotator: batch.by.annotator, at: batch.by.at, removed: 0 });
  await retire(
    trx,
    changes.replaced.map((id) => ({ sample_id: id })),
    batch.by,
  );
  return { outcomes: changes.outcomes };
}

/** A folder that still has the old name of a class holds pictures of the class. */
const underNamesOfNow = (rows: readonly IngestRow[], nameNow: (className: string) => string): IngestRow[] =>
  rows.map((row) => ('sample' in row && row.className !== null ? { ...row, className: nameNow(row.className) } : row));

const sampleIdsOf = ({ rows }: Batch): string[] => rows.flatMap((row) => ('sample' in row ? [row.sample.id] : []));

const originKey = ({ location, path }: Origin): string => JSON.stringify([location, path]);

async function readBefore(trx: Write, batch: Batch): Promise<Before> {
  const { dataset, rows, by } = batch;
  const samples = new Map<string, string>();
  for (const location of by.isFollowing ? new Set(rows.map(({ origin }) => origin.location)) : []) {
    const paths = rows.filter(({ origin }) => origin.location === location).map(({ origin }) => origin.path);
    await inChunks(paths, chunkSize, async (chunk) => {
      const found = await trx
        .selectFrom('origins')
        .selectAll()
        .where('dataset', '=', dataset)
        .where('location', '=', location)
        .where('path', 'in', chunk)
        .execute();
      for (const row of found)
        if (row.sample_id !== null) samples.set(JSON.stringify([location, row.path]), row.sample_id);
    });
  }
  return { samples, classes: await readClasses(trx, [...sampleIdsOf(batch), ...samples.values()]) };
}

async function readClasses(trx: Write, sampleIds: readonly string[]): Promise<Map<string, string | null>> {
  const classes = new Map<string, string | null>();
  await inChunks([...new Set(sampleIds)], chunkSize, async (chunk) => {
    const found = await trx.selectFrom('samples').select(['id', 'class_name']).where('id', 'in', chunk).execute();
    for (const row of found) classes.set(row.id, row.class_name);
  });
  return classes;
}

function computeChanges({ classes, samples }: Before, clock: Clock, batch: Batch): Changes {
  const changes: Changes = { outcomes: [], samples: [], events: [], issues: [], replaced: [] };
  for (const row of batch.rows) {
    if ('rejection' in row) {
      changes.issues.push(rejectionIssue(batch, row.origin, row.rejection));
      changes.outcomes.push('rejected');
      continue;
    }
    const id = row.sample.id;
    const current = classes.get(id);
    const previous = samples.get(originKey(row.origin));
    const isReplacing = previous !== undefined && previous !== id;
    const kept = isReplacing ? (classes.get(previous) ?? null) : null;
    if (current === undefined) changes.samples.push(newSample(batch, row));
    const className = kept ?? row.className;
    if (className !== null && !current) {
      const source = kept === null ? row.labelSource : 'import';
      const event = { id: clock.newId('label'), sampleId: id, className, source };
      changes.events.push({ ...event, annotator: batch.by.annotator, at: batch.by.at });
    }
    if (isReplacing) {
      changes.replaced.push(previous);
      changes.issues.push(changeIssue(batch, row, kept));
    }
    const disagrees =
      !isReplacing && typeof current === 'string' && row.className !== null && row.className !== current;
    if (disagrees) changes.issues.push(disagreementIssue(batch, row, current));
    changes.outcomes.push(
      isReplacing ? 'changed' : current === undefined ? 'added' : disagrees ? 'disagreement' : 'duplicate',
    );
    classes.set(id, current ?? className);
    samples.set(originKey(row.origin), id);
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

function rejectionIssue(batch: Batch, origin: Origin, rejection: { code: string; detail: string }): DataIssue {
  const { dataset, by } = batch;
  const id = fileIssueId('rejected-file', { dataset, ...origin });
  return { id, dataset, kind: 'rejected-file', sampleId: null, path: origin.path, ...rejection, score: 1, at: by.at };
}

function disagreementIssue(batch: Batch, row: PictureRow, current: string): DataIssue {
  const { dataset, by } = batch;
  return {
    id: fileIssueId('label-disagreement', { dataset, ...row.origin }),
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

function changeIssue(batch: Batch, row: PictureRow, kept: string | null): DataIssue {
  const { dataset, by } = batch;
  return {
    id: fileIssueId('changed-object', { dataset, ...row.origin }),
    dataset,
    kind: 'changed-object',
    sampleId: row.sample.id,
    path: row.origin.path,
    code: 'OBJECT_CHANGED',
    detail:
      kept === null
        ? 'The object was changed.'
        : `The object was changed since it was labeled; its label "${kept}" is that of its earlier version.`,
    score: kept === null ? 0.2 : 0.7,
    at: by.at,
  };
}

/** A file that is fine now takes its old issues with it; those it still has are recorded after this. */
async function settleIssues(trx: Write, { dataset, rows }: Batch): Promise<void> {
  await removeFileIssues(
    trx,
    rows.map(({ origin }) => ({ dataset, ...origin })),
  );
}

/** A file that is rejected stays the sample that it was before: what it will be when it is mended takes that one's place. */
async function upsertOrigins(trx: Write, { dataset, rows }: Batch): Promise<void> {
  const unique = new Map(rows.map((row) => [originKey(row.origin), row]));
  await inChunks([...unique.values()], chunkSize, (chunk) =>
    trx
      .insertInto('origins')
      .values(
        chunk.map((row) => ({
          dataset,
          location: row.origin.location,
          path: row.origin.path,
          size_bytes: row.origin.sizeBytes,
          modified_at: row.origin.modifiedAt,
          etag: row.origin.etag ?? null,
          sample_id: 'sample' in row ? row.sample.id : null,
          deleted_at: null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['dataset', 'location', 'path']).doUpdateSet((eb) => ({
          size_bytes: eb.ref('excluded.size_bytes'),
          modified_at: eb.ref('excluded.modified_at'),
          etag: eb.ref('excluded.etag'),
          sample_id: eb.fn.coalesce('excluded.sample_id', 'origins.sample_id'),
          deleted_at: null,
        })),
      )
      .execute(),
  );
}
