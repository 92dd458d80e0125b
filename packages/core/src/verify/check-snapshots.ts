/** @file Snapshots: the list in the store and the rows must both be what the id is the hash of. */
import type { Snapshot } from '@tintype/contracts/catalog';
import { snapshotIdFrom, streamLines } from '../catalog/snapshot.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { CheckContext, Found } from './check.types.ts';
import { orphan } from './orphan.ts';
import { hashChunks, hashObject, quarantine } from './quarantine.ts';

export async function* checkSnapshots(context: CheckContext): AsyncGenerator<Found> {
  const { catalog, store, looked } = context;
  const snapshots = await catalog.snapshots.list();
  for (const snapshot of snapshots) yield* checkSnapshot(context, snapshot);
  const known = new Set(snapshots.map(({ id }) => objectKeys.snapshot(id)));
  for await (const { key } of store.list('snapshots/')) {
    looked.objects += 1;
    if (!known.has(key)) yield orphan(context, key);
  }
}

async function* checkSnapshot(context: CheckContext, snapshot: Snapshot): AsyncGenerator<Found> {
  const { catalog, store, isQuick, looked } = context;
  const key = objectKeys.snapshot(snapshot.id);
  const lines = (): AsyncIterable<Uint8Array> => streamLines(catalog.snapshots.stream(snapshot.id));
  const areRowsWhole = async (): Promise<boolean> => snapshotIdFrom((await hashChunks(lines())).sha256) === snapshot.id;
  const writeAgain = async (): Promise<string | undefined> => {
    if (!(await areRowsWhole())) return undefined;
    await store.write(key, lines(), { ifAbsent: false });
    return 'It is written again from its rows.';
  };
  if (!isQuick && !(await areRowsWhole()))
    yield {
      kind: 'snapshot-rows',
      subject: snapshot.id,
      detail: `The rows of ${snapshot.id} are not those it was made of.`,
    };
  if (!(await store.find(key))) {
    yield { kind: 'snapshot-missing', subject: key, detail: `${key} is not there.`, mend: writeAgain };
    return;
  }
  if (isQuick) return;
  const read = await hashObject(store, key);
  looked.sizeBytes += read.sizeBytes;
  if (snapshotIdFrom(read.sha256) === snapshot.id) return;
  yield {
    kind: 'snapshot-corrupt',
    subject: key,
    detail: `${key} does not have its hash.`,
    async mend() {
      await quarantine(context, key, 'does not have its hash');
      return (await writeAgain()) ?? 'It is in quarantine/; its rows cannot replace it.';
    },
  };
}
