/** @file A backup of the rows alone, made before the schema of a server's database is changed. */
import { backupFormat } from '@tintype/contracts/backup';
import { newBackupId, putManifest, putRows } from '@tintype/core/ports/backup-format';
import type { CatalogArchive } from '@tintype/core/ports/catalog-archive';
import type { Clock } from '@tintype/core/ports/clock';
import { openFileStore } from '../../store/open-file-store.ts';

/** Below `folder` as in any place of backups; nothing where the catalog has no rows yet. */
export async function keepRows(
  { archive, clock }: { archive: CatalogArchive; clock: Clock },
  { folder }: { folder: string },
): Promise<void> {
  if ((await archive.findFilledTable()) === undefined) return;
  const place = await openFileStore({ folder });
  const id = newBackupId(clock);
  const rows = await archive.read((view) => putRows(place, view, { id }));
  const nothing = { objects: [], objectBytes: 0, missingObjects: 0 };
  await putManifest(place, {
    format: backupFormat,
    id,
    createdAt: clock.now(),
    madeBy: 'upgrade',
    because: 'upgrade',
    ...rows,
    ...nothing,
  });
}
