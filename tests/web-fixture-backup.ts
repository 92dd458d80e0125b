/** @file What the page's fixture answers about backups: made up, the same every time, one of each state. */
import type { BackupSummary, BackupsView } from '@tintype/contracts/backup';

const hourMs = 3_600_000;
const at = Date.UTC(2026, 10, 21, 3, 15);

const aBackup = (age: number, change: Partial<BackupSummary> = {}): BackupSummary => {
  const createdAt = at - age * 24 * hourMs;
  return {
    id: `${new Date(createdAt).toISOString().replace(/[-:]|\.\d+/g, '')}-00000${age}`,
    state: 'whole',
    createdAt,
    because: 'asked',
    samples: 13_924 - age * 211,
    labels: 18_340 - age * 402,
    versions: 3,
    rows: 91_412 - age * 812,
    objects: 28_101 - age * 422,
    objectBytes: 4_812_330_112 - age * 61_000_000,
    missingObjects: 0,
    verified: null,
    ...change,
  };
};

export function buildBackups(): BackupsView {
  const nothing = { samples: 0, labels: 0, versions: 0, rows: 0, objects: 0, objectBytes: 0, because: null };
  const items = [
    aBackup(0),
    aBackup(1, { verified: { at: at - 20 * hourMs, problems: 0 } }),
    aBackup(2, { verified: { at: at - 2 * hourMs, problems: 2 } }),
    aBackup(3, { state: 'unfinished', ...nothing }),
    aBackup(4, { state: 'damaged', ...nothing }),
  ];
  return { place: 's3://photos/recyclables/', items, total: 5, job: null };
}
