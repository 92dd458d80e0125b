/** @file The backups of a place: listed, found by name, and the old ones removed. */
import type { BackupManifest, BackupSummary, BackupVerification } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import { inOrder } from '../model/in-order.ts';
import { backupManifestName, isBackupId, readManifest, timeOfBackup } from '../ports/backup-format.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import { findVerification } from './verification.ts';

const backupsPrefix = 'backups/';
/** Manifests that are read at once: of a bucket, each takes a while. */
const readsAtOnce = 16;
/** Parts without a manifest that are older than this are of nobody who still works. */
const unfinishedForMs = 7 * 24 * 60 * 60 * 1000;

interface Needs {
  place: ObjectStore;
}

/** Newest first; those that are not whole are said to be so. */
export async function listBackups({ place }: Needs): Promise<BackupSummary[]> {
  return (await pageBackups({ place }, { limit: Number.POSITIVE_INFINITY })).items;
}

/** The newest `limit` of them, of which alone the manifests are read. */
export async function pageBackups(
  { place }: Needs,
  { limit }: { limit: number },
): Promise<{ items: BackupSummary[]; total: number }> {
  const found = [...(await findIds(place))].toReversed();
  const look = async ([id, isWhole]: [string, boolean]): Promise<BackupSummary> =>
    isWhole ? summarize(place, id) : withoutManifest(id, 'unfinished');
  const items: BackupSummary[] = [];
  for await (const summary of inOrder(found.slice(0, limit), look, readsAtOnce)) items.push(summary);
  return { items, total: found.length };
}

/** `name` is an id or `latest`, which is the newest whole one. Throws BACKUP_NOT_FOUND, BACKUP_DAMAGED. */
export async function getBackup(
  { place }: Needs,
  { name, placeName }: { name: string; placeName: string },
): Promise<BackupManifest> {
  if (name === 'latest') {
    const latest = await findLatest({ place });
    if (latest) return latest;
  } else if (isBackupId(name)) {
    try {
      return await readManifest(place, name);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new TintypeError('BACKUP_NOT_FOUND', { backup: name, place: placeName });
}

/** The newest one whose manifest is what was written. */
export async function findLatest({ place }: Needs): Promise<BackupManifest | undefined> {
  const whole = [...(await findIds(place))].filter(([, isWhole]) => isWhole).map(([id]) => id);
  for (const id of whole.toReversed()) {
    const manifest = await findManifest(place, id);
    if (manifest) return manifest;
  }
  return undefined;
}

/**
 * Removes whole backups but the `keep` newest, and what was begun a week ago and never finished. Objects that they refer to stay.
 * Returns what is gone. The newest whole one always stays.
 */
export async function removeOldBackups(
  { place, clock }: Needs & { clock: Clock },
  { keep }: { keep: number },
): Promise<string[]> {
  const whole: string[] = [];
  const removed: string[] = [];
  for (const [id, hasManifest] of await findIds(place)) {
    if (!hasManifest && clock.now() - timeOfBackup(id) > unfinishedForMs) removed.push(id);
    // A damaged one is no reason to remove a good one, and may yet be of use to somebody.
    if (hasManifest && (await findManifest(place, id))) whole.push(id);
  }
  removed.push(...whole.slice(0, Math.max(0, whole.length - Math.max(1, keep))));
  for (const id of removed) await removeBackup(place, id);
  return removed.toSorted();
}

/** The manifest first: what is half removed is no backup. */
async function removeBackup(place: ObjectStore, id: string): Promise<void> {
  await place.remove(objectKeys.backupPart(id, backupManifestName));
  for await (const { key } of place.list(objectKeys.backupPrefix(id))) await place.remove(key);
}

/** Ids in the order of their times, and whether each has a manifest. */
async function findIds(place: ObjectStore): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>();
  for await (const { key } of place.list(backupsPrefix)) {
    const [, id = '', name = ''] = key.split('/');
    if (!isBackupId(id)) continue;
    found.set(id, found.get(id) === true || (name === backupManifestName && key.split('/').length === 3));
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function findManifest(place: ObjectStore, id: string): Promise<BackupManifest | undefined> {
  try {
    return await readManifest(place, id);
  } catch (error) {
    if (isMissing(error) || isDamaged(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND';
const isDamaged = (error: unknown): boolean => error instanceof TintypeError && error.code === 'BACKUP_DAMAGED';

async function summarize(place: ObjectStore, id: string): Promise<BackupSummary> {
  const manifest = await findManifest(place, id);
  return manifest ? summarizeManifest(manifest, await findVerification({ place }, id)) : withoutManifest(id, 'damaged');
}

export function summarizeManifest(manifest: BackupManifest, verified: BackupVerification | null = null): BackupSummary {
  const { id, createdAt, because, rowCounts, objectBytes, missingObjects } = manifest;
  return {
    id,
    state: 'whole',
    createdAt,
    because,
    samples: rowCounts.samples ?? 0,
    labels: rowCounts.label_events ?? 0,
    versions: rowCounts.model_versions ?? 0,
    rows: Object.values(rowCounts).reduce((sum, rows) => sum + rows, 0),
    objects: manifest.objects.reduce((sum, { entries }) => sum + entries, 0),
    objectBytes,
    missingObjects,
    verified,
  };
}

function withoutManifest(id: string, state: 'unfinished' | 'damaged'): BackupSummary {
  const nothing = { samples: 0, labels: 0, versions: 0, rows: 0, objects: 0, objectBytes: 0, missingObjects: 0 };
  return { id, state, createdAt: timeOfBackup(id), because: null, ...nothing, verified: null };
}
