/** @file The mean picture of every class: what is always in the same place shows, what varies blurs away. */
import type { PictureLimits } from '@tintype/contracts/picture';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { isAboutPicture } from '../model/each-picture.ts';
import { inOrder } from '../model/in-order.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { groupByClass } from './describe-classes.ts';
import type { ExploredRow } from './explored-rows.ts';

export interface MeanPicture {
  /** JPEG in base64. */
  jpeg: string;
  /** `#rrggbb` */
  color: string;
}

export interface MeanRequest {
  limits: PictureLimits;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

const sidePx = 64;
const quality = 85;
/** A mean of so many does not change to the eye. */
const mostPerClass = 200;
const mostPictures = 6000;
const leastPerClass = 30;
const inFlightPerChild = 3;
const square = preprocessingSchema.parse({ widthPx: sidePx, heightPx: sidePx, resize: 'squash' });

/** By class, from thumbnails; a class none of whose pictures can be read has none. Throws OBJECT_NOT_FOUND, CANCELLED. */
export async function computeMeanPictures(
  { store, pool }: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  rows: readonly ExploredRow[],
  request: MeanRequest,
): Promise<Map<string | null, MeanPicture>> {
  const groups = groupByClass(rows);
  const perClass = Math.max(leastPerClass, Math.min(mostPerClass, Math.floor(mostPictures / groups.size)));
  const chosen = [...groups.values()].flatMap((own) => own.slice(0, perClass));
  const sums = new Map<string | null, { sum: Float64Array; count: number }>();
  let done = 0;
  const read = async (row: ExploredRow): Promise<[ExploredRow, Uint8Array | undefined]> => [
    row,
    await readPixels({ store, pool }, row, request),
  ];
  for await (const [{ className }, pixels] of inOrder(each(chosen), read, pool.size * inFlightPerChild)) {
    if (pixels) add(sums, className, pixels);
    done += 1;
    request.onProgress?.(done, chosen.length);
  }
  const means = new Map<string | null, MeanPicture>();
  for (const [className, { sum, count }] of sums) {
    const data = Uint8Array.from(sum, (value) => Math.round(value / count));
    const jpeg = await pool.run('encode', { data, widthPx: sidePx, heightPx: sidePx, quality });
    means.set(className, { jpeg: Buffer.from(jpeg).toString('base64'), color: meanColor(data) });
  }
  return means;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function readPixels(
  { store, pool }: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  { contentHash }: ExploredRow,
  { limits, signal }: MeanRequest,
): Promise<Uint8Array | undefined> {
  const bytes = await store.get(objectKeys.thumbnail(contentHash));
  try {
    return await pool.run('pixels', { bytes, preprocessing: square, limits }, signal ? { signal } : {});
  } catch (error) {
    if (isAboutPicture(error)) return undefined;
    throw error;
  }
}

function add(
  sums: Map<string | null, { sum: Float64Array; count: number }>,
  className: string | null,
  pixels: Uint8Array,
): void {
  const own = sums.get(className) ?? { sum: new Float64Array(pixels.length), count: 0 };
  for (let at = 0; at < pixels.length; at += 1) own.sum[at] = (own.sum[at] as number) + (pixels[at] as number);
  own.count += 1;
  sums.set(className, own);
}

/** [H, W, 3] -> `#rrggbb` */
function meanColor(pixels: Uint8Array): string {
  const sum = [0, 0, 0];
  pixels.forEach((value, at) => {
    sum[at % 3] = (sum[at % 3] as number) + value;
  });
  return `#${sum.map((value) => twoDigits(Math.round((3 * value) / pixels.length))).join('')}`;
}

const twoDigits = (value: number): string => value.toString(16).padStart(2, '0');
