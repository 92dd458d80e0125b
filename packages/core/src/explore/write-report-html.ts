/** @file Gathers what a report in a file needs: small copies of the pictures it shows, and the points of the map. */
import type { ExploreReport } from '@tintype/contracts/explore';
import type { PictureLimits } from '@tintype/contracts/picture';
import { isAboutPicture } from '../model/each-picture.ts';
import { inOrder } from '../model/in-order.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { SampleStore } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { ChartPoint } from './html-charts.ts';
import { classPosition, renderReportHtml, shownInFile } from './report-html.ts';
import { findPoints } from './stored-points.ts';
import { listShown } from './stored-report.ts';

interface Needs {
  samples: Pick<SampleStore, 'get' | 'stream'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
}

const sidePx = 128;
const inFlightPerChild = 3;

/** The whole file. Throws OBJECT_NOT_FOUND, CANCELLED. */
export async function writeReportHtml(
  needs: Needs,
  report: ExploreReport,
  { limits, version, signal }: { limits: PictureLimits; version: string; signal?: AbortSignal },
): Promise<string> {
  const stored = await findPoints(needs.store, report.dataset);
  const method = stored?.methods.includes('umap') ? 'umap' : 'pca';
  const points: ChartPoint[] = [];
  if (stored) {
    const classOf = new Map<string, number>();
    for await (const { id, className } of needs.samples.stream({ dataset: report.dataset }))
      if (className !== null) classOf.set(id, classPosition(report, className));
    for (const { sampleIds, ...block } of stored.blocks()) {
      const at = block[method] ?? block.pca;
      sampleIds.forEach((id, n) =>
        points.push({ x: at[2 * n] as number, y: at[2 * n + 1] as number, position: classOf.get(id) ?? -1 }),
      );
    }
  }
  const pictures = await shrinkAll(needs, listShown(cut(report)), { limits, ...(signal ? { signal } : {}) });
  return renderReportHtml({ report, pictures, points, method, version });
}

/** What the file shows of the report. */
const cut = (report: ExploreReport): ExploreReport => ({
  ...report,
  classes: report.classes.map((one) => ({ ...one, sheet: one.sheet.slice(0, shownInFile.sheet) })),
  measures: report.measures.map((one) => ({
    ...one,
    unusual: one.unusual.map((bound) => ({ ...bound, examples: bound.examples.slice(0, shownInFile.examples) })),
  })),
  duplicates: {
    ...report.duplicates,
    groups: report.duplicates.groups
      .slice(0, shownInFile.groups)
      .map((group) => ({ ...group, samples: group.samples.slice(0, shownInFile.perGroup) })),
  },
  leakage: { ...report.leakage, pairs: report.leakage.pairs.slice(0, shownInFile.pairs) },
  outliers: report.outliers.slice(0, shownInFile.outliers),
  doubts: { ...report.doubts, items: report.doubts.items.slice(0, shownInFile.doubts) },
});

async function shrinkAll(
  { samples, store, pool }: Needs,
  ids: readonly string[],
  { limits, signal }: { limits: PictureLimits; signal?: AbortSignal },
): Promise<Map<string, string>> {
  const shrink = async (id: string): Promise<[string, string] | undefined> => {
    const { contentHash } = await samples.get(id);
    const bytes = await store.get(objectKeys.thumbnail(contentHash));
    try {
      const jpeg = await pool.run('shrink', { bytes, sizePx: sidePx, limits }, signal ? { signal } : {});
      return [id, Buffer.from(jpeg).toString('base64')];
    } catch (error) {
      if (isAboutPicture(error)) return undefined;
      throw error;
    }
  };
  const found = new Map<string, string>();
  for await (const one of inOrder(each(ids), shrink, pool.size * inFlightPerChild)) if (one) found.set(...one);
  return found;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
