/** @file Pictures of a snapshot that take no part in a training: those that a required gate refuses. */
import type { SnapshotEntry } from '@tintype/contracts/catalog';
import { parseGates } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { StageProgress, TrainOptions } from '@tintype/contracts/train';
import { gatePictures } from '../model/gates/gate-pictures.ts';
import type { DetectorSource } from '../model/gates/resolve-detectors.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export interface FilteredPicture {
  contentHash: string;
  code: string;
  detail: string;
}

type Request = Pick<TrainOptions, 'require'> & {
  /** What gates count with. */
  detectors?: DetectorSource;
  limits: PictureLimits;
  onProgress?: (progress: StageProgress) => void;
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
};

/** Throws DETECTOR_MISSING or DETECTOR_INVALID where a gate counts what nothing can find. */
export async function filterEntries(
  needs: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  entries: readonly SnapshotEntry[],
  request: Request,
): Promise<{ entries: readonly SnapshotEntry[]; filtered: FilteredPicture[] }> {
  const gates = parseGates(request.require);
  if (gates.length === 0) return { entries, filtered: [] };
  const { limits, onProgress, signal, detectors = { settings: {}, folder: '.' } } = request;
  const contentHashes = [...new Set(entries.map((entry) => entry.contentHash))];
  const refused = await gatePictures(needs, contentHashes, {
    gates,
    detectors,
    limits,
    onProgress: (done, total) => onProgress?.({ stage: 'gates', done, total }),
    ...(signal ? { signal } : {}),
  });
  const filtered = refused.map(({ contentHash, reason, error }) => ({ contentHash, code: reason, detail: error }));
  if (filtered.length > 0) request.onNotice?.(describeFiltered(filtered, entries.length));
  const isRefused = new Set(filtered.map(({ contentHash }) => contentHash));
  return { entries: entries.filter(({ contentHash }) => !isRefused.has(contentHash)), filtered };
}

/** `12 of 400 pictures take no part: 10 TOO_MANY_PERSONS, 2 NO_PERSON.` */
function describeFiltered(filtered: readonly FilteredPicture[], total: number): string {
  const counts = new Map<string, number>();
  for (const { code } of filtered) counts.set(code, (counts.get(code) ?? 0) + 1);
  const reasons = [...counts].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${count} ${code}`);
  return `${filtered.length} of ${total} pictures take no part: ${reasons.join(', ')}.`;
}
