/** @file What was exported, read back and asked the same pictures as the version it is of; the report lies beside it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParityReport } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { manifestFile, parseManifest, renderBundle } from '../model/bundle.ts';
import type { LightTasks } from '../model/light/light-tasks.types.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import {
  type Answers,
  answerPictures,
  compareAnswers,
  type LocalBundle,
  listParityPictures,
  parityReportFile,
} from './parity-report.ts';

export interface ParityNeeds {
  catalog: Pick<Catalog, 'snapshots'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  lightPool: TaskPool<LightTasks>;
}

export interface ReportRequest {
  version: ModelVersion;
  /** Of the export. */
  folder: string;
  layout: 'bundle' | 'hugging-face';
  /** At most so many; default 200. */
  pictures?: number;
  limits: PictureLimits;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

const readDeadlineMs = 300_000;

/** Written as `parity-report.json` in the folder. Without pictures nothing is asked, and the report says so. */
export async function reportParity(needs: ParityNeeds, request: ReportRequest): Promise<ParityReport> {
  const { version, folder, layout, limits, signal, onProgress } = request;
  const { bundleHash, snapshot } = version;
  const contentHashes = await listParityPictures(needs, {
    snapshot,
    ...(request.pictures === undefined ? {} : { most: request.pictures }),
  });
  const total = 2 * contentHashes.length;
  const answer = (bundle: LocalBundle, before: number): Promise<Answers> => {
    const told = (done: number) => onProgress?.(before + done, total);
    return answerPictures(needs, { bundle, contentHashes, limits, signal, onProgress: told });
  };
  const compare = async (exported: LocalBundle): Promise<ParityReport> => {
    if (contentHashes.length === 0) return compareAnswers(new Map(), new Map());
    const registered = { bundleHash, folder: await needs.store.localFolder(objectKeys.bundlePrefix(bundleHash)) };
    return compareAnswers(await answer(registered, 0), await answer(exported, contentHashes.length));
  };
  const report =
    layout === 'bundle' || contentHashes.length === 0
      ? await compare({ folder, bundleHash })
      : await withReadBack(needs, request, compare);
  await writeFile(join(folder, parityReportFile), `${JSON.stringify(report, null, 2)}\n`, { flush: true });
  return report;
}

/** The exported transformer as a bundle again, with the manifest of the version. */
async function withReadBack<T>(
  { store, lightPool }: ParityNeeds,
  { version, folder, signal }: ReportRequest,
  use: (bundle: LocalBundle) => Promise<T>,
): Promise<T> {
  const { bundleHash } = version;
  const {
    files: _files,
    format: _format,
    ...manifest
  } = parseManifest(await store.get(objectKeys.bundleFile(bundleHash, manifestFile)), bundleHash);
  const sizePx = manifest.backbone.preprocessing.widthPx;
  const options = { deadlineMs: readDeadlineMs, ...(signal ? { signal } : {}) };
  const graph = await lightPool.run('readHuggingFace', { folder, sizePx }, options);
  const bundle = renderBundle({ manifest, graph, parity: { tolerance: 0, samples: [] }, card: '' });
  const scratch = await mkdtemp(join(tmpdir(), 'tintype-read-back-'));
  try {
    for (const [name, content] of bundle.files) await writeFile(join(scratch, name), content);
    return await use({ folder: scratch, bundleHash: bundle.bundleHash });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
