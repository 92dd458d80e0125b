/** @file The snapshot store: frozen lists of samples with class and split. */
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Split } from '@tintype/contracts/ids';
import type { SnapshotStore } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { fromJson, inChunks, type StoreContext, type Write, write } from './context.ts';
import { sql } from './kysely.ts';
import type { SnapshotEntryTable, SnapshotTable } from './schema.ts';

const chunkSize = 1000;

export function createSnapshotStore(context: StoreContext): SnapshotStore {
  const { db } = context;
  return {
    create: (snapshot, entries) => write(context, (trx) => createSnapshot(trx, snapshot, entries)),
    async get(snapshotId) {
      const row = await db.selectFrom('snapshots').selectAll().where('id', '=', snapshotId).executeTakeFirst();
      if (!row) throw new TintypeError('SNAPSHOT_NOT_FOUND', { snapshot: snapshotId });
      return toSnapshot(row);
    },
    async findLatest(dataset) {
      const row = await db
        .selectFrom('datasets')
        .innerJoin('snapshots', 'snapshots.id', 'datasets.latest_snapshot')
        .selectAll('snapshots')
        .where('datasets.name', '=', dataset)
        .executeTakeFirst();
      return row && toSnapshot(row);
    },
    async list(dataset) {
      let query = db.selectFrom('snapshots').selectAll();
      if (dataset !== undefined) query = query.where('dataset', '=', dataset);
      const rows = await query.orderBy('created_at', 'desc').orderBy('id').execute();
      return rows.map(toSnapshot);
    },
    async entries(snapshotId) {
      const rows = await db
        .selectFrom('snapshot_entries')
        .selectAll()
        .where('snapshot_id', '=', snapshotId)
        .orderBy('sample_id')
        .execute();
      return rows.map(toEntry);
    },
    async *stream(snapshotId) {
      for (let after = ''; ; ) {
        const rows = await db
          .selectFrom('snapshot_entries')
          .selectAll()
          .where('snapshot_id', '=', snapshotId)
          .where('sample_id', '>', after)
          .orderBy('sample_id')
          .limit(chunkSize)
          .execute();
        yield* rows.map(toEntry);
        const last = rows.at(-1);
        if (!last || rows.length < chunkSize) return;
        after = last.sample_id;
      }
    },
  };
}

const toEntry = (row: Selectable<SnapshotEntryTable>): SnapshotEntry => ({
  sampleId: row.sample_id,
  contentHash: row.content_hash,
  className: row.class_name,
  group: row.group_id,
  split: row.split as Split,
});

/** One that exists becomes the latest again: it is what was asked for last. */
async function createSnapshot(trx: Write, snapshot: Snapshot, entries: readonly SnapshotEntry[]): Promise<void> {
  const inserted = await trx
    .insertInto('snapshots')
    .values(fromSnapshot(snapshot))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted) await insertEntries(trx, snapshot.id, entries);
  await trx
    .updateTable('datasets')
    .set({ latest_snapshot: snapshot.id })
    .where('name', '=', snapshot.dataset)
    .execute();
  await copySplits(trx, snapshot);
}

async function insertEntries(trx: Write, snapshotId: string, entries: readonly SnapshotEntry[]): Promise<void> {
  await inChunks(entries, chunkSize, (chunk) =>
    trx
      .insertInto('snapshot_entries')
      .values(
        chunk.map((entry) => ({
          snapshot_id: snapshotId,
          sample_id: entry.sampleId,
          content_hash: entry.contentHash,
          class_name: entry.className,
          group_id: entry.group,
          split: entry.split,
        })),
      )
      .execute(),
  );
}

/** Listings filter by split, so the latest splits stand on the samples too. */
async function copySplits(trx: Write, snapshot: Snapshot): Promise<void> {
  const latest = sql<
    string | null
  >`(select e.split from snapshot_entries e where e.snapshot_id = ${snapshot.id} and e.sample_id = samples.id)`;
  await trx
    .updateTable('samples')
    .set({ split: latest })
    .where('dataset', '=', snapshot.dataset)
    .where(sql<boolean>`split is distinct from ${latest}`)
    .execute();
}

function fromSnapshot(snapshot: Snapshot): Selectable<SnapshotTable> {
  return {
    id: snapshot.id,
    dataset: snapshot.dataset,
    seed: snapshot.seed,
    shares: JSON.stringify(snapshot.shares),
    classes: JSON.stringify(snapshot.classes),
    counts: JSON.stringify(snapshot.counts),
    class_counts: JSON.stringify(snapshot.classCounts),
    groups: snapshot.groups,
    created_at: snapshot.createdAt,
  };
}

function toSnapshot(row: Selectable<SnapshotTable>): Snapshot {
  return {
    id: row.id,
    dataset: row.dataset,
    seed: row.seed,
    shares: fromJson(row.shares),
    classes: fromJson(row.classes),
    counts: fromJson(row.counts),
    classCounts: fromJson(row.class_counts),
    groups: row.groups,
    createdAt: row.created_at,
  };
}
