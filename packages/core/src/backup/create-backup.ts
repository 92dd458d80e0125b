/** @file Makes a backup while work goes on: rows of one moment, then what they refer to, then the manifest, with which it is there. */
import type { BackupManifest, BackupObject } from '@tintype/contracts/backup';
import { backupFormat } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import { type ReferencedKey, type ReferenceNeeds, referencedKeys } from '../catalog/referenced-keys.ts';
import { inOrder } from '../model/in-order.ts';
import { newBackupId, putManifest, putRows } from '../ports/backup-format.ts';
import type { CatalogArchive } from '../ports/catalog-archive.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keepObject, objectsAtOnce } from './objects.ts';
import { putObjectLists } from './parts.ts';
import { untilCancelled } from './until-cancelled.ts';

export interface BackupNeeds {
  catalog: ReferenceNeeds['catalog'];
  archive: CatalogArchive;
  store: ObjectStore;
  /** Where the backup goes: `store` itself, whose objects it then refers to, or another one, to which they are copied. */
  place: ObjectStore;
  clock: Clock;
}

export interface BackupOptions {
  /** Version of the program. */
  madeBy: string;
  because?: BackupManifest['because'];
  signal?: AbortSignal;
  onProgress?: (progress: { stage: 'rows' | 'objects'; done: number }) => void;
}

/**
 * Killed, cancelled or failed before its end, it leaves parts that nobody takes for a backup. Whatever was confirmed before it was begun is
 * in it. Throws CANCELLED and what the stores throw.
 */
export async function createBackup(needs: BackupNeeds, options: BackupOptions): Promise<BackupManifest> {
  const { place, clock } = needs;
  const id = newBackupId(clock);
  const createdAt = clock.now();
  const rows = await keepRows(needs, id, options);
  crashPoint('backup.rows');
  // The rows of now refer to all that those of then did, since no row that refers to bytes is ever deleted.
  const objects = await putObjectLists(place, id, keepObjects(needs, options));
  crashPoint('backup.objects');

  const manifest: BackupManifest = {
    format: backupFormat,
    id,
    createdAt,
    madeBy: options.madeBy,
    because: options.because ?? 'asked',
    ...rows,
    ...objects,
  };
  await putManifest(place, manifest);
  crashPoint('backup.made');
  return manifest;
}

async function keepRows(
  { archive, place }: Pick<BackupNeeds, 'archive' | 'place'>,
  id: string,
  { signal, onProgress }: BackupOptions,
): ReturnType<typeof putRows> {
  return archive.read((view) =>
    putRows(place, view, {
      id,
      onPart(done) {
        if (signal?.aborted) throw new TintypeError('CANCELLED', {});
        onProgress?.({ stage: 'rows', done });
      },
    }),
  );
}

async function* keepObjects(needs: BackupNeeds, { signal, onProgress }: BackupOptions): AsyncGenerator<BackupObject> {
  const keep = (reference: ReferencedKey): Promise<BackupObject> => keepObject(needs, reference);
  let done = 0;
  for await (const object of inOrder(untilCancelled(referencedKeys(needs), signal), keep, objectsAtOnce(needs))) {
    done += 1;
    onProgress?.({ stage: 'objects', done });
    crashPoint('backup.object');
    yield object;
  }
}
