/** @file Brings a backup back into an empty workspace: all bytes first, each by its hash, then all rows in one transaction. */
import type { BackupManifest, BackupObject, RestoreReport } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import { inOrder } from '../model/in-order.ts';
import { damaged } from '../ports/backup-format.ts';
import { type CatalogArchive, UnreadableRows } from '../ports/catalog-archive.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { copyObject, findObjectProblem, objectsAtOnce } from './objects.ts';
import { readObjectList, readPart } from './parts.ts';
import { untilCancelled } from './until-cancelled.ts';

export interface RestoreNeeds {
  archive: CatalogArchive;
  store: ObjectStore;
  /** Where the backup lies: `store` itself, or another one. */
  place: ObjectStore;
  clock: Clock;
}

export interface RestoreOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { stage: 'objects' | 'rows'; done: number; total: number }) => void) | undefined;
}

/**
 * Nobody sees any of it before its last step. One that fails or is cancelled takes back the objects that it brought; one that is killed
 * leaves objects that no row refers to, which the next one finds there. Nobody may work in the workspace meanwhile. Throws
 * CATALOG_NOT_EMPTY, CATALOG_TOO_NEW, BACKUP_DAMAGED, CANCELLED and what the stores throw.
 */
export async function restoreBackup(
  needs: RestoreNeeds,
  manifest: BackupManifest,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const begunAt = needs.clock.now();
  await assertRestorable(needs.archive, manifest);
  const brought = manifest.objects.map(({ entries }) => new Uint8Array(entries));
  try {
    await bringObjects(needs, manifest, { ...options, brought });
    crashPoint('restore.objects');
    await restoreRows(needs, manifest, options);
    crashPoint('restore.done');
  } catch (error) {
    // What cannot be taken back now is of no row, and is found there by the next one.
    await takeBack(needs, manifest, brought).catch(() => undefined);
    throw error;
  }
  return {
    id: manifest.id,
    createdAt: manifest.createdAt,
    rows: manifest.rows.reduce((sum, { entries }) => sum + entries, 0),
    objects: brought.reduce((sum, { length }) => sum + length, 0),
    copiedObjects: brought.reduce((sum, flags) => sum + flags.reduce((own, flag) => own + flag, 0), 0),
    missingObjects: manifest.missingObjects,
    durationMs: needs.clock.now() - begunAt,
  };
}

async function assertRestorable(archive: CatalogArchive, { migrations }: BackupManifest): Promise<void> {
  const table = await archive.findFilledTable();
  if (table !== undefined) throw new TintypeError('CATALOG_NOT_EMPTY', { table });
  const found = migrations.find((name) => !archive.migrations.includes(name));
  if (found !== undefined) throw new TintypeError('CATALOG_TOO_NEW', { found });
}

/** For each list of objects, a 1 for each that this restore has put. */
type Brought = readonly Uint8Array[];

async function bringObjects(
  needs: RestoreNeeds,
  { id, objects: parts }: BackupManifest,
  { signal, onProgress, brought }: RestoreOptions & { brought: Brought },
): Promise<void> {
  const total = parts.reduce((sum, { entries }) => sum + entries, 0);
  const width = objectsAtOnce(needs);
  let done = 0;
  for (const [number, part] of parts.entries()) {
    const list = await readObjectList(needs.place, id, part);
    const flags = brought[number] as Uint8Array;
    const bring = async ([position, object]: [number, BackupObject]): Promise<void> => {
      if (await bringObject(needs, id, object)) flags[position] = 1;
    };
    for await (const _ of inOrder(untilCancelled(list.entries(), signal), bring, width)) {
      crashPoint('restore.object');
      done += 1;
      onProgress?.({ stage: 'objects', done, total });
    }
  }
}

/** Whether it was put; one that is there already, byte for byte, is left alone. */
async function bringObject(
  { store, place }: RestoreNeeds,
  id: string,
  { key, sizeBytes, sha256 }: BackupObject,
): Promise<boolean> {
  if (sha256 === null) return false;
  const object = { key, sizeBytes, sha256 };
  const problem = await findObjectProblem(store, object);
  if (!problem) return false;
  if (store === place) throw damaged(id, `${key} is ${problem === 'missing' ? 'missing' : 'not what it was'}`);
  const isCopied = await copyObject({ from: place, to: store }, object).catch((error: unknown) => {
    if (error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND')
      throw damaged(id, `${key} is missing`, error);
    throw error;
  });
  if (!isCopied) throw damaged(id, `${key} is not what it was`);
  return problem === 'missing';
}

async function restoreRows(
  { archive, place }: RestoreNeeds,
  { id, migrations, rows }: BackupManifest,
  { signal, onProgress }: RestoreOptions,
): Promise<void> {
  const total = rows.reduce((sum, { entries }) => sum + entries, 0);
  async function* parts(): AsyncGenerator<Uint8Array> {
    let done = 0;
    for (const part of rows) {
      if (signal?.aborted) throw new TintypeError('CANCELLED', {});
      yield await readPart(place, id, part);
      crashPoint('restore.part');
      done += part.entries;
      onProgress?.({ stage: 'rows', done, total });
    }
  }
  try {
    await archive.restore({ migrations, parts: parts() });
  } catch (error) {
    throw error instanceof UnreadableRows ? damaged(id, error.message, error) : error;
  }
}

/** Unless somebody has begun to work here: their rows may refer to what was brought. */
async function takeBack(
  { archive, store, place }: RestoreNeeds,
  manifest: BackupManifest,
  brought: Brought,
): Promise<void> {
  if ((await archive.findFilledTable()) !== undefined) return;
  for (const [number, part] of manifest.objects.entries()) {
    const flags = brought[number] as Uint8Array;
    if (!flags.includes(1)) continue;
    const list = await readObjectList(place, manifest.id, part);
    const mine = list.filter((_, position) => flags[position] === 1);
    const remove = ({ key }: BackupObject): Promise<void> => store.remove(key);
    for await (const _ of inOrder(untilCancelled(mine, undefined), remove, objectsAtOnce({ store, place })));
  }
}
