/** @file Origins: which sample each file of a location is, and what happens to samples whose files change, go and come back. */
import { compareKeys } from '@tintype/core/ports/bucket';
import type { IngestBy, KnownOrigin, Origin, OriginStore } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { inChunks, type StoreContext, type Write, write } from './context.ts';
import { removeFileIssues } from './file-issues.ts';
import type { OriginTable } from './schema.ts';
import { moveToTrash } from './trash.ts';

const pageOfStream = 1000;
const chunkOfPaths = 500;

export function createOriginStore(context: StoreContext): OriginStore {
  return {
    stream: (dataset, location) => streamOrigins(context, dataset, location),
    findAt: (dataset, location, paths) => findOrigins(context, { dataset, location, paths }),
    markDeleted: (dataset, location, paths, by) =>
      write(context, (trx) => markDeleted(trx, { dataset, location, paths, by })),
    markReturned: (dataset, location, paths, by) =>
      write(context, (trx) => markReturned(trx, { dataset, location, paths, by })),
  };
}

export function toOrigin(row: Selectable<OriginTable>): Origin {
  return {
    location: row.location,
    path: row.path,
    sizeBytes: row.size_bytes,
    modifiedAt: row.modified_at,
    ...(row.etag === null ? {} : { etag: row.etag }),
  };
}

function toKnownOrigin(row: Selectable<OriginTable>): KnownOrigin {
  return { ...toOrigin(row), sampleId: row.sample_id, deletedAt: row.deleted_at };
}

async function findOrigins({ db }: StoreContext, at: Omit<Marking, 'by'>): Promise<KnownOrigin[]> {
  const found: KnownOrigin[] = [];
  await inChunks(at.paths, chunkOfPaths, async (chunk) => {
    found.push(...(await readOrigins(db, { ...at, paths: chunk })).map(toKnownOrigin));
  });
  return found.sort((a, b) => compareKeys(a.path, b.path));
}

async function* streamOrigins({ db }: StoreContext, dataset: string, location: string): AsyncGenerator<KnownOrigin> {
  const all = db
    .selectFrom('origins')
    .selectAll()
    .where('dataset', '=', dataset)
    .where('location', '=', location)
    .orderBy('path')
    .limit(pageOfStream);
  let after: string | undefined;
  for (;;) {
    const rows = await (after === undefined ? all : all.where('path', '>', after)).execute();
    for (const row of rows) yield toKnownOrigin(row);
    after = rows.at(-1)?.path;
    if (after === undefined || rows.length < pageOfStream) return;
  }
}

interface Marking {
  dataset: string;
  location: string;
  paths: readonly string[];
  by: IngestBy;
}

async function markDeleted(trx: Write, marking: Marking): Promise<number> {
  const { dataset, location, paths, by } = marking;
  let moved = 0;
  await inChunks(paths, chunkOfPaths, async (chunk) => {
    const origins = await readOrigins(trx, { ...marking, paths: chunk });
    const gone = origins.filter((row) => row.deleted_at === null);
    await setDeletedAt(trx, { ...marking, paths: gone.map((row) => row.path) }, by.at);
    moved += await retire(trx, gone, by);
    await removeFileIssues(
      trx,
      gone.map(({ path }) => ({ dataset, location, path })),
    );
  });
  return moved;
}

async function markReturned(trx: Write, marking: Marking): Promise<number> {
  let moved = 0;
  await inChunks(marking.paths, chunkOfPaths, async (chunk) => {
    const origins = await readOrigins(trx, { ...marking, paths: chunk });
    const back = origins.filter((row) => row.deleted_at !== null);
    const ids = await listRemovedWithFile(
      trx,
      back.flatMap((row) => row.sample_id ?? []),
    );
    await setDeletedAt(trx, { ...marking, paths: back.map((row) => row.path) }, null);
    moved += await moveToTrash(trx, ids, { annotator: marking.by.annotator, at: marking.by.at, removed: 0 });
  });
  return moved;
}

function readOrigins(
  trx: Write | StoreContext['db'],
  { dataset, location, paths }: Omit<Marking, 'by'>,
): Promise<Selectable<OriginTable>[]> {
  return trx
    .selectFrom('origins')
    .selectAll()
    .where('dataset', '=', dataset)
    .where('location', '=', location)
    .where('path', 'in', [...paths])
    .execute();
}

async function setDeletedAt(trx: Write, marking: Marking, deletedAt: number | null): Promise<void> {
  const { dataset, location, paths } = marking;
  if (paths.length === 0) return;
  await trx
    .updateTable('origins')
    .set({ deleted_at: deletedAt })
    .where('dataset', '=', dataset)
    .where('location', '=', location)
    .where('path', 'in', [...paths])
    .execute();
}

/** Samples of these origins that no file is any more go to the trash. Called when the origins themselves say so already. */
export async function retire(
  trx: Write,
  origins: readonly Pick<Selectable<OriginTable>, 'sample_id'>[],
  by: IngestBy,
): Promise<number> {
  const ids = [...new Set(origins.flatMap(({ sample_id: id }) => id ?? []))];
  const retired: string[] = [];
  await inChunks(ids, chunkOfPaths, async (chunk) => {
    const rows = await trx
      .selectFrom('origins')
      .select('sample_id')
      .where('sample_id', 'in', chunk)
      .where('deleted_at', 'is', null)
      .execute();
    const kept = new Set(rows.map((row) => row.sample_id));
    retired.push(...chunk.filter((id) => !kept.has(id)));
  });
  return moveToTrash(trx, retired, { annotator: by.annotator, at: by.at, removed: 1 });
}

/**
 * Of these samples, those that went to the trash because their files did; one that a person has moved there stays. Several files may have
 * been a sample: it went with the last of them.
 */
export async function listRemovedWithFile(trx: Write, sampleIds: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  await inChunks([...new Set(sampleIds)], chunkOfPaths, async (chunk) => {
    const rows = await trx
      .selectFrom('samples')
      .innerJoin('origins', (join) =>
        join.onRef('origins.sample_id', '=', 'samples.id').onRef('origins.deleted_at', '=', 'samples.removed_at'),
      )
      .select('samples.id')
      .where('samples.id', 'in', [...chunk])
      .where('samples.removed', '=', 1)
      .execute();
    removed.push(...new Set(rows.map((row) => row.id)));
  });
  return removed;
}
