/** @file Ranges of a network's activations, measured on training pictures by several children at once. */
import { joinRanges, joinSpreads } from '@tintype/autograd/onnx/quantize/ranges';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { eachPicture } from '../model/each-picture.ts';
import type { LightTasks, Ranges, Spreads } from '../model/light/light-tasks.types.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { LocalBundle } from './parity-report.ts';

/** Of one task: enough that opening the model for it does not count. */
const chunkPictures = 20;
const chunkDeadlineMs = 300_000;

interface Needs {
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
  lightPool: TaskPool<LightTasks>;
}

export interface CalibrationRequest {
  bundle: LocalBundle;
  preprocessing: Preprocessing;
  contentHashes: readonly string[];
  limits: PictureLimits;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Twice over the pictures: ranges, then spreads. Equal pictures give equal spreads. Throws LIGHT_UNSUPPORTED, BUNDLE_CORRUPT, CANCELLED. */
export async function calibrateLight(needs: Needs, request: CalibrationRequest): Promise<Spreads> {
  const { bundle, signal, onProgress } = request;
  const total = 2 * request.contentHashes.length;
  const chunks = chunksOf(await preparePictures(needs, request));
  let done = 0;
  const options = { deadlineMs: chunkDeadlineMs, ...(signal ? { signal } : {}) };
  /** In the order of the chunks, so that sums are the same sums every time. */
  const runAll = async <T>(run: (pixels: Uint8Array[]) => Promise<T>): Promise<T[]> => {
    const results: T[] = [];
    const queue = chunks.entries();
    const work = async (): Promise<void> => {
      for (const [n, pixels] of queue) {
        results[n] = await run(pixels);
        done += pixels.length;
        onProgress?.(done, total);
      }
    };
    await Promise.all(Array.from({ length: needs.lightPool.size }, work));
    return results;
  };
  const measured = await runAll((pixels) => needs.lightPool.run('measureRanges', { ...bundle, pixels }, options));
  const ranges: Ranges = merge(measured, joinRanges);
  const spreads = await runAll((pixels) =>
    needs.lightPool.run('measureSpreads', { ...bundle, pixels, ranges }, options),
  );
  return merge(spreads, joinSpreads);
}

/** In the order asked; those that cannot be decoded are left out. */
async function preparePictures({ store, pool }: Needs, request: CalibrationRequest): Promise<Uint8Array[]> {
  const { contentHashes, preprocessing, limits, signal } = request;
  const pixels = new Map<string, Uint8Array>();
  const perform = (bytes: Uint8Array, options: object): Promise<Uint8Array> =>
    pool.run('pixels', { bytes, preprocessing, limits }, options);
  await eachPicture({ store, pool }, { contentHashes, perform, signal }, async (hash, outcome) => {
    if (outcome instanceof Uint8Array) pixels.set(hash, outcome);
  });
  if (pixels.size === 0)
    throw new TintypeError('USAGE_INVALID', {
      problem: 'None of the training pictures could be decoded, so that nothing can be calibrated on them.',
      command: 'tintype export',
    });
  return contentHashes.flatMap((hash) => pixels.get(hash) ?? []);
}

function chunksOf(pixels: readonly Uint8Array[]): Uint8Array[][] {
  const count = Math.ceil(pixels.length / chunkPictures);
  return Array.from({ length: count }, (_, n) => pixels.slice(n * chunkPictures, (n + 1) * chunkPictures));
}

function merge<T>(parts: readonly Record<string, T>[], join: (a: T, b: T) => T): Record<string, T> {
  const [first = {}, ...rest] = parts;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      rest.reduce((joined, part) => join(joined, part[name] as T), value),
    ]),
  );
}
