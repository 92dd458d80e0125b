/** @file Explores a dataset: measures its pictures, finds twins, outliers and doubtful labels, and draws the map; what was computed once is kept. */

import { TintypeError } from '@tintype/contracts/errors';
import {
  type ExploreOptions,
  type ExploreProgress,
  type ExploreReport,
  type ExploreStage,
  exploreOptionsSchema,
} from '@tintype/contracts/explore';
import type { Backbone } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { resolveDataset } from '../catalog/catalog.ts';
import { thumbnailSignature } from '../catalog/thumbnail-signature.ts';
import { type Features, featureSourceOf, loadFeatures } from '../model/feature-cache.ts';
import { computeFeaturesKey } from '../model/features-key.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { assembleReport, type Found } from './assemble-report.ts';
import type { ExploreTasks } from './explore-tasks.types.ts';
import { type ExploredRow, readRows } from './explored-rows.ts';
import { findDoubts } from './find-doubts.ts';
import { findDuplicates } from './find-duplicates.ts';
import { computeOutlyingness, findLeakPairs, findOutliers } from './find-outliers.ts';
import { computeMeanPictures } from './mean-pictures.ts';
import { measurePictures, type PictureMeasures } from './measure-pictures.ts';
import { openPictureMap, type PictureMap } from './picture-map.ts';
import { savePoints } from './stored-points.ts';
import { saveReport } from './stored-report.ts';

/** Keeps how far each picture is from the others. */
export interface OutlierRecord {
  record(rows: readonly { sampleId: string; outlier: number }[]): Promise<void>;
}

export interface ExploreNeeds {
  catalog: Pick<Catalog, 'samples' | 'snapshots'>;
  measures: PictureMeasures & OutlierRecord;
  store: ObjectStore;
  clock: Clock;
  /** Decode pictures. */
  pictures: TaskPool<PictureTasks>;
  /** Does the arithmetic; one child. */
  engine: TaskPool<ExploreTasks>;
}

export interface ExploreWays {
  /** Whose features likeness is judged by. */
  resolve: () => Promise<ResolvedBackbone>;
  limits: PictureLimits;
  onProgress?: (progress: ExploreProgress) => void;
  signal?: AbortSignal | undefined;
}

/** Draws folds of cross-validation. */
const seed = 1;

/**
 * The report is stored, too, and the map beside it, by PCA first. Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY, what loading
 * features throws, CANCELLED.
 */
export async function exploreDataset(
  needs: ExploreNeeds,
  options: ExploreOptions,
  ways: ExploreWays,
): Promise<ExploreReport> {
  const { catalog, store, clock } = needs;
  const startedAt = clock.now();
  const dataset = await resolveDataset(catalog, exploreOptionsSchema.parse(options).dataset);
  const tell: Tell = (stage) => (done, total) => {
    if (ways.signal?.aborted) throw new TintypeError('CANCELLED', {});
    ways.onProgress?.({ stage, done, total });
  };
  const rows = await readRows(catalog.samples, dataset);
  if (rows.length === 0) throw new TintypeError('DATASET_EMPTY', { dataset });
  const { limits, signal } = ways;
  const failures = await measurePictures({ measures: needs.measures, store, pool: needs.pictures }, rows, {
    dataset,
    limits,
    signal,
    onProgress: tell('measure'),
  });
  const { backbone, features } = await readFeatures(needs, rows, { ...ways, tell });
  for (const [hash, failure] of features.rejected) failures.set(hash, failure);
  const { seen, map } = await layOut(needs, rows, { backbone, features, tell, signal });
  const pca = await map.project();
  // Where the map is known whole, the one that is shown stays until the new one is there.
  if (!(await map.hasUmap())) await savePoints(store, dataset, { rows: seen, pca });

  const found = await inspect(needs, { rows, seen, map }, { ...ways, tell });
  const at = clock.now();
  const source = { dataset, backbone: backbone.name, startedAt, at, rows, failures, found };
  const report = await assembleReport(catalog, source);
  await saveReport(store, report);
  const doubts = found.doubts.kinds;
  if (!(await map.hasUmap())) await savePoints(store, dataset, { rows: seen, pca, doubts });

  tell('umap')(0, 1);
  await savePoints(store, dataset, { rows: seen, pca, umap: await map.umap(), doubts });
  tell('umap')(1, 1);
  return report;
}

type Tell = (stage: ExploreStage) => (done: number, total: number) => void;
type Telling = ExploreWays & { tell: Tell };

async function readFeatures(
  { store, pictures }: ExploreNeeds,
  rows: readonly ExploredRow[],
  { resolve, limits, tell, signal }: Telling,
): Promise<{ backbone: Backbone; features: Features }> {
  const resolved = await resolve();
  const features = await loadFeatures(
    { store, pool: pictures },
    {
      ...featureSourceOf(resolved),
      contentHashes: rows.map(({ contentHash }) => contentHash),
      limits,
      onProgress: tell('features'),
      ...(signal ? { signal } : {}),
    },
  );
  return { backbone: resolved.backbone, features };
}

interface Layout {
  backbone: Backbone;
  features: Features;
  tell: Tell;
  signal: AbortSignal | undefined;
}

/** The rows that have features, and where they lie. */
async function layOut(
  needs: ExploreNeeds,
  rows: readonly ExploredRow[],
  { backbone, features, tell, signal }: Layout,
): Promise<{ seen: ExploredRow[]; map: PictureMap }> {
  const positions = [...rows.keys()].filter((n) => !features.rejected.has((rows[n] as ExploredRow).contentHash));
  const seen = positions.map((n) => rows[n] as ExploredRow);
  const map = await openPictureMap(needs, {
    featuresKey: computeFeaturesKey(backbone),
    contentHashes: seen.map(({ contentHash }) => contentHash),
    rows: features.rows,
    positions,
    dimensions: backbone.dimensions,
    onProgress: tell('map'),
    signal,
  });
  return { seen, map };
}

/** What is wrong or strange, and what classes look like. */
async function inspect(
  { store, pictures: pool, measures }: ExploreNeeds,
  { rows, seen, map }: { rows: readonly ExploredRow[]; seen: readonly ExploredRow[]; map: PictureMap },
  { limits, signal, tell }: Telling,
): Promise<Found> {
  const signature = thumbnailSignature({ store, pool }, { limits, ...(signal ? { signal } : {}) });
  const onCompared = (pairs: number): void => tell('duplicates')(pairs, pairs);
  tell('duplicates')(0, 1);
  const duplicates = await findDuplicates(rows, { signature, onCompared });
  const { groupOf } = duplicates;
  const neighbors = await map.neighbors();
  const outlyingness = computeOutlyingness(neighbors);
  await measures.record(seen.flatMap(({ id }, n) => outlierRow(id, outlyingness[n])));
  const means = await computeMeanPictures({ store, pool }, rows, { limits, signal, onProgress: tell('classes') });
  tell('labels')(0, 1);
  const doubts = await findDoubts(map, seen, { groupOf, seed });
  return {
    duplicates,
    outliers: findOutliers(seen, neighbors),
    pairs: findLeakPairs(seen, neighbors, { groupOf, likeness: map.likeness }),
    means,
    doubts,
  };
}

/** 0 (as near to its neighbors as usual, or nearer) to 1; 0.5 is twice as far. */
const outlierRow = (sampleId: string, times: number | undefined): { sampleId: string; outlier: number }[] =>
  times === undefined ? [] : [{ sampleId, outlier: Math.max(0, 1 - 1 / Math.max(times, 1)) }];
