/** @file A catalog as good as new beside a store that holds backups: it was lost, or moved, and can be had again. */
import type { BackupManifest, RestoreReport } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import type { Workspace } from '../ports/workspace.ts';
import { findLatest } from './list-backups.ts';
import { type RestoreOptions, restoreBackup } from './restore-backup.ts';

type Needs = Pick<Workspace, 'archive' | 'store' | 'clock'>;

/** The newest whole backup in the store of a workspace whose catalog is empty. */
export async function findRestorable({ archive, store }: Omit<Needs, 'clock'>): Promise<BackupManifest | undefined> {
  if ((await archive.findFilledTable()) !== undefined) return undefined;
  return findLatest({ place: store });
}

/** Restores it. Undefined where there is nothing to restore, or somebody else was quicker. Throws as `restoreBackup`. */
export async function restoreLatest(needs: Needs, options: RestoreOptions = {}): Promise<RestoreReport | undefined> {
  const latest = await findRestorable(needs);
  if (!latest) return undefined;
  try {
    return await restoreBackup({ ...needs, place: needs.store }, latest, options);
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'CATALOG_NOT_EMPTY') return undefined;
    throw error;
  }
}
