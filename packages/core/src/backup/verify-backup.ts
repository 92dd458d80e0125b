/** @file Whether a backup is what was written, to the last byte of every object. */
import type { BackupManifest, BackupObject, BackupPart, BackupProblem, BackupReport } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import { inOrder } from '../model/in-order.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { findObjectProblem, objectsAtOnce } from './objects.ts';
import { readObjectList, readPart } from './parts.ts';
import { untilCancelled } from './until-cancelled.ts';

const listedProblems = 1000;

export interface VerifyOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Reads everything. Throws CANCELLED, and what a store throws that cannot be read at all. */
export async function verifyBackup(
  { place, clock }: { place: ObjectStore; clock: Clock },
  manifest: BackupManifest,
  { signal, onProgress }: VerifyOptions = {},
): Promise<BackupReport> {
  const begunAt = clock.now();
  const problems: BackupProblem[] = [];
  let [problemCount, checkedBytes, objects] = [0, 0, 0];
  const note = (problem: BackupProblem): void => {
    problemCount += 1;
    if (problems.length < listedProblems) problems.push(problem);
  };
  const total = manifest.objects.reduce((sum, { entries }) => sum + entries, 0);

  for (const part of manifest.rows) {
    const bytes = await orProblem(part, note, () => readPart(place, manifest.id, part));
    checkedBytes += bytes?.length ?? 0;
  }
  const check = async (object: BackupObject): Promise<BackupObject> => {
    const { key: what, sizeBytes, sha256 } = object;
    const problem = sha256 === null ? undefined : await findObjectProblem(place, { key: what, sizeBytes, sha256 });
    if (problem) note({ what, problem });
    return object;
  };
  for (const part of manifest.objects) {
    const list = (await orProblem(part, note, () => readObjectList(place, manifest.id, part))) ?? [];
    checkedBytes += part.sizeBytes;
    const width = objectsAtOnce({ store: place, place });
    for await (const { sizeBytes } of inOrder(untilCancelled(list, signal), check, width)) {
      checkedBytes += sizeBytes;
      objects += 1;
      onProgress?.(objects, total);
    }
  }
  return {
    id: manifest.id,
    rows: manifest.rows.reduce((sum, { entries }) => sum + entries, 0),
    objects,
    checkedBytes,
    problems,
    problemCount,
    missingObjects: manifest.missingObjects,
    durationMs: clock.now() - begunAt,
  };
}

async function orProblem<T>(
  { name: what }: BackupPart,
  note: (problem: BackupProblem) => void,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof TintypeError ? error.code : undefined;
    if (code !== 'BACKUP_DAMAGED' && code !== 'OBJECT_NOT_FOUND') throw error;
    note({ what, problem: code === 'OBJECT_NOT_FOUND' ? 'missing' : 'changed' });
    return undefined;
  }
}
