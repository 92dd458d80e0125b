/** @file Snapshots: the list in the store and the rows must both be what the id is the hash of. */
import type { Snapshot } from '@tintype/contracts/catalog';
import { renderEntries, snapshotIdOf } from '../catalog/snapshot.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { CheckContext, Found } from './check.types.ts';
import { orphan } from './orphan.ts';
import { quarantine } from './quarantine.ts';

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
  const lines = async (): Promise<Uint8Array> => renderEntries(await catalog.snapshots.entries(snapshot.id));
  const writeAgain = async (): Promise<string | undefined> => {
    const fresh = await lines();
    if (snapshotIdOf(fresh) !== snapshot.id) return undefined;
    await store.put(key, fresh, { ifAbsent: false });
    return 'It is written again from its rows.';
  };
  if (!isQuick && snapshotIdOf(await lines()) !== snapshot.id)
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
  const bytes = await store.get(key);
  looked.sizeBytes += bytes.length;
  if (snapshotIdOf(bytes) === snapshot.id) return;
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
