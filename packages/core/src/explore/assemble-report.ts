/** @file Puts what was found about a dataset into its report. */
import type { ExploreReport } from '@tintype/contracts/explore';
import type { PictureFailure } from '../model/each-picture.ts';
import type { Catalog } from '../ports/catalog.ts';
import { describeClasses } from './describe-classes.ts';
import { describeMeasures } from './describe-measures.ts';
import { describeSizes } from './describe-sizes.ts';
import type { ExploredRow } from './explored-rows.ts';
import type { FoundDoubts } from './find-doubts.ts';
import type { FoundDuplicates } from './find-duplicates.ts';
import type { FoundOutliers } from './find-outliers.ts';
import { listFindings } from './list-findings.ts';
import { listUnreadable } from './list-unreadable.ts';
import type { MeanPicture } from './mean-pictures.ts';

/** What looking at the pictures gave. */
export interface Found {
  duplicates: FoundDuplicates;
  outliers: FoundOutliers;
  pairs: ExploreReport['leakage']['pairs'];
  means: ReadonlyMap<string | null, MeanPicture>;
  doubts: FoundDoubts;
}

export interface ReportSource {
  dataset: string;
  backbone: string;
  startedAt: number;
  at: number;
  rows: readonly ExploredRow[];
  /** Pictures that could not be measured or decoded, by content hash. */
  failures: ReadonlyMap<string, PictureFailure>;
  found: Found;
}

export async function assembleReport(
  { samples, snapshots }: Pick<Catalog, 'samples' | 'snapshots'>,
  { dataset, backbone, startedAt, at, rows, failures, found }: ReportSource,
): Promise<ExploreReport> {
  const { duplicates, outliers, doubts, pairs, means } = found;
  const damaged = rows.flatMap(({ contentHash, path }) => {
    const failure = failures.get(contentHash);
    return failure ? [{ path, code: failure.code, detail: failure.detail }] : [];
  });
  const report = {
    dataset,
    backbone,
    at,
    durationMs: at - startedAt,
    pictures: rows.length,
    unlabeled: rows.filter(({ className }) => className === null).length,
    sizeBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    classes: describeClasses(rows, means),
    sizes: describeSizes(rows),
    measures: describeMeasures(rows),
    duplicates: { total: duplicates.total, pictures: duplicates.pictures, groups: duplicates.groups },
    leakage: { snapshot: (await snapshots.findLatest(dataset))?.id ?? null, groups: duplicates.leaking, pairs },
    outliers: outliers.items,
    doubts: { labels: doubts.labels, likelyWrong: doubts.likelyWrong, items: doubts.items },
    unreadable: await listUnreadable(samples, dataset, { damaged }),
  };
  return { ...report, findings: listFindings({ report, duplicates, outliers: outliers.total }) };
}
