/** @file A dataset through gates: which of its samples fail and why; what fails can go to the trash, from where it comes back. */
import type { Sample } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate, GatedSample, GateReport } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { type DetectorKeys, DetectorShelf } from '../model/gates/detector-shelf.ts';
import { gatePicture } from '../model/gates/gate-pictures.ts';
import { sortGates } from '../model/gates/judge-gates.ts';
import { MeasureCache } from '../model/gates/measure-cache.ts';
import { type DetectorSource, listCounted, resolveDetectors } from '../model/gates/resolve-detectors.ts';
import { judgeKnown } from '../model/gates/run-gates.ts';
import { inOrder } from '../model/in-order.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { resolveDataset } from './catalog.ts';

interface Needs {
  catalog: Catalog;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

export interface GateSamplesRequest {
  /** By default the only one there is. */
  dataset?: string | undefined;
  /** Those that judge a picture without a model. */
  gates: readonly Gate[];
  detectors: DetectorSource;
  limits: PictureLimits;
  /** Moves what fails to the trash, in the name of this annotator. */
  drop?: { annotator: string } | undefined;
  onProgress?: (checked: number) => void;
  signal?: AbortSignal | undefined;
}

/** Rows of the trash that are moved at once. */
const dropRows = 200;
const inFlightPerChild = 3;

/**
 * Yields what fails, in sample order, and returns how it went. What was measured is kept, so that a run that was cut short goes on where it
 * was. Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DETECTOR_MISSING, DETECTOR_INVALID, OBJECT_NOT_FOUND, CANCELLED.
 */
export async function* gateSamples(needs: Needs, request: GateSamplesRequest): AsyncGenerator<GatedSample, GateReport> {
  const { signal, drop } = request;
  const gates = sortGates(request.gates);
  const dataset = await resolveDataset(needs.catalog, request.dataset);
  await using cache = new MeasureCache(needs.store);
  await cache.load(gates, await resolveDetectors(listCounted(gates), request.detectors));
  await using held = await new DetectorShelf(needs.pool, request.detectors).hold(gates, { signal });
  const report: GateReport = { dataset, checked: 0, refused: 0, dropped: 0, reasons: {} };
  const failed: string[] = [];
  const dropFailed = async (): Promise<void> => {
    const ids = failed.splice(0);
    if (!drop || ids.length === 0) return;
    report.dropped += await needs.catalog.samples.remove(ids, { annotator: drop.annotator, at: needs.clock.now() });
  };

  const samples = needs.catalog.samples.stream({ dataset });
  const judge = (sample: Sample) => judgeSample(needs, sample, { ...request, gates, cache, keys: held.keys });
  try {
    for await (const row of inOrder(samples, judge, needs.pool.size * inFlightPerChild)) {
      report.checked += 1;
      request.onProgress?.(report.checked);
      if (signal?.aborted) throw new TintypeError('CANCELLED', {});
      if (!row) continue;
      report.refused += 1;
      report.reasons[row.reason] = (report.reasons[row.reason] ?? 0) + 1;
      failed.push(row.sample);
      if (failed.length >= dropRows) await dropFailed();
      yield row;
    }
  } finally {
    await dropFailed();
  }
  return report;
}

type Judging = GateSamplesRequest & { cache: MeasureCache; keys: DetectorKeys };

/** Undefined where the sample passes. */
async function judgeSample(
  needs: Needs,
  sample: Sample,
  { cache, ...request }: Judging,
): Promise<GatedSample | undefined> {
  const { contentHash, widthPx, heightPx } = sample;
  const known = { widthPx, heightPx, ...cache.find(contentHash) };
  const outcome = judgeKnown(request.gates, known) ?? (await gatePicture(needs, contentHash, { ...request, known }));
  await cache.add(contentHash, outcome.measures);
  const { refusal } = outcome;
  if (!refusal) return undefined;
  const { reason, error } = refusal;
  return { sample: sample.id, path: sample.path, content_hash: contentHash, class: sample.className, reason, error };
}
