/** @file Measures the pictures of a dataset in children, those that were not measured before, and puts the measures to their rows. */
import { type PictureStatistics, pixelMeasureNames } from '@tintype/contracts/explore';
import type { PictureLimits } from '@tintype/contracts/picture';
import { eachPicture, type PictureFailure } from '../model/each-picture.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { ExploredRow } from './explored-rows.ts';

/** What of the catalog's measures is needed here. */
export interface PictureMeasures {
  record(rows: readonly ({ sampleId: string } & Partial<PictureStatistics>)[]): Promise<void>;
  list(query: {
    dataset?: string;
  }): AsyncIterable<{ sampleId: string } & Record<keyof PictureStatistics, number | null>>;
}

interface MeasureNeeds {
  measures: PictureMeasures;
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
}

export interface MeasureRequest {
  dataset: string;
  limits: PictureLimits;
  signal?: AbortSignal | undefined;
  onProgress?: (done: number, total: number) => void;
}

/** Rows written in one transaction. */
const recordRows = 200;

/**
 * Sets `measures` of every row; gives those that could not be measured, by content hash. What was measured before an error or cancellation is
 * kept. Throws OBJECT_NOT_FOUND, CANCELLED.
 */
export async function measurePictures(
  { measures, store, pool }: MeasureNeeds,
  rows: readonly ExploredRow[],
  { dataset, limits, signal, onProgress }: MeasureRequest,
): Promise<Map<string, PictureFailure>> {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  for await (const { sampleId, ...known } of measures.list({ dataset })) {
    const row = rowOf.get(sampleId);
    if (row && isWhole(known)) row.measures = pick(known);
  }
  const missing = new Map(rows.flatMap((row) => (row.measures ? [] : [[row.contentHash, row] as const])));
  const failed = new Map<string, PictureFailure>();
  let done = rows.length - missing.size;
  onProgress?.(done, rows.length);
  let waiting: ({ sampleId: string } & PictureStatistics)[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) await measures.record(batch);
  };
  const walk = {
    contentHashes: [...missing.keys()],
    perform: (bytes: Uint8Array, options: object) => pool.run('measure', { bytes, limits }, options),
    signal,
  };
  try {
    await eachPicture<PictureStatistics>({ store, pool }, walk, async (contentHash, outcome) => {
      done += 1;
      onProgress?.(done, rows.length);
      const row = missing.get(contentHash) as ExploredRow;
      if ('code' in outcome) {
        failed.set(contentHash, outcome);
        return;
      }
      row.measures = outcome;
      waiting.push({ sampleId: row.id, ...outcome });
      if (waiting.length >= recordRows) await flush();
    });
  } finally {
    await flush();
  }
  return failed;
}

type Known = Record<keyof PictureStatistics, number | null>;

const isWhole = (known: Known): known is PictureStatistics => pixelMeasureNames.every((name) => known[name] !== null);

const pick = (known: PictureStatistics): PictureStatistics =>
  Object.fromEntries(pixelMeasureNames.map((name) => [name, known[name]])) as PictureStatistics;
