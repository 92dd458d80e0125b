/** @file The pictures that a training would take: those of its snapshot, or those with a label as they are now. */
import type { TrainOptions } from '@tintype/contracts/train';
import { resolveDataset } from '../catalog/catalog.ts';
import type { Catalog } from '../ports/catalog.ts';

export interface LabeledPictures {
  /** Of the splits as they are or would be, before gates. */
  train: number;
  validation: number;
  classCount: number;
  contentHashes: readonly string[];
}

/** Throws SNAPSHOT_NOT_FOUND, DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY. */
export async function countPictures(
  catalog: Catalog,
  { snapshot, dataset, without, shares }: Pick<TrainOptions, 'snapshot' | 'dataset' | 'without' | 'shares'>,
): Promise<LabeledPictures> {
  if (snapshot !== undefined) {
    const { counts, classes } = await catalog.snapshots.get(snapshot);
    const contentHashes = (await catalog.snapshots.entries(snapshot)).map((entry) => entry.contentHash);
    return { train: counts.train, validation: counts.validation, classCount: classes.length, contentHashes };
  }
  const classes = new Set<string>();
  const contentHashes: string[] = [];
  for await (const sample of catalog.samples.stream({ dataset: await resolveDataset(catalog, dataset) })) {
    const { className, contentHash } = sample;
    if (className === null || without.includes(className)) continue;
    classes.add(className);
    contentHashes.push(contentHash);
  }
  const part = (share: number): number => Math.round(contentHashes.length * share);
  return {
    train: part(shares.train),
    validation: part(shares.validation),
    classCount: Math.max(2, classes.size),
    contentHashes,
  };
}
