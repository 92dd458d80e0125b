/** @file The pictures of a dataset as explorations see them: sample, split and measures. */
import type { Sample } from '@tintype/contracts/catalog';
import type { ExploredSample, PictureStatistics } from '@tintype/contracts/explore';
import { type Split, splits } from '@tintype/contracts/ids';
import type { SampleStore } from '../ports/catalog.ts';

export interface ExploredRow extends Sample {
  split: Split | null;
  /** Absent where the picture could not be measured. */
  measures?: PictureStatistics;
}

/** Of samples that are not in the trash, the splits in the latest snapshot, by id. */
export async function readSplits(samples: Pick<SampleStore, 'stream'>, dataset: string): Promise<Map<string, Split>> {
  const found = new Map<string, Split>();
  for (const split of splits) for await (const { id } of samples.stream({ dataset, split })) found.set(id, split);
  return found;
}

/** In sample-id order, which is random to everything else: ids are made of hashes. */
export async function readRows(samples: Pick<SampleStore, 'stream'>, dataset: string): Promise<ExploredRow[]> {
  const splitOf = await readSplits(samples, dataset);
  const rows: ExploredRow[] = [];
  for await (const sample of samples.stream({ dataset }))
    rows.push({ ...sample, split: splitOf.get(sample.id) ?? null });
  return rows;
}

export const toExplored = ({ id, path, className, split, widthPx, heightPx }: ExploredRow): ExploredSample => ({
  id,
  path,
  className,
  split,
  widthPx,
  heightPx,
});
