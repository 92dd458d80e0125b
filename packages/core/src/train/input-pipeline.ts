/** @file Batches ahead of the train step: threads read, augment and mix while the step computes, so that it never waits. */
import { availableParallelism } from 'node:os';
import { TintypeError } from '@tintype/contracts/errors';
import { BatchThreads } from './input-pipeline/batch-threads.ts';
import type { BatchBuffers, BatchRecipe } from './input-pipeline/make-batch.ts';

export interface InputPipelineOptions extends BatchRecipe {
  /** Threads; default one for every four cores: a picture costs about a millisecond, and the step wants all cores. */
  workers?: number;
  /** Batches made or being made beyond the one in use; default two per worker. */
  ahead?: number;
  signal?: AbortSignal;
}

/** Yours until the next one is asked for: then its memory is used again, and its arrays are empty. */
export interface Batch extends BatchBuffers {
  /** [batch] positions of its pictures. */
  indices: Int32Array;
  step: number;
  /** Pictures that have their turn; those after them begin the order again, to fill the last batch. */
  count: number;
}

export interface EpochRequest {
  epoch: number;
  /** Positions of the pictures in the order in which they are shown; see `computeEpochOrder`. */
  order: Int32Array;
  /** Where a resumed epoch goes on; default 0. */
  startStep?: number;
  /** What becomes of a last batch that is not full; default `wrap`. */
  last?: 'wrap' | 'drop';
}

export interface InputPipeline extends AsyncDisposable {
  /**
   * Batches in order, bit for bit the same for any number of workers and from any start. Leaving the loop early leaves the pipeline
   * ready for another epoch. Throws STORAGE_FAILED where pixels are gone, CANCELLED.
   */
  epoch(request: EpochRequest): AsyncGenerator<Batch, void, undefined>;
}

/** Threads start at once and end with disposal; memory is a few batches and a few open files. */
export function openBatches(options: InputPipelineOptions): InputPipeline {
  const { workers = defaultWorkers(), ahead = 2 * workers, signal, ...recipe } = options;
  const threads = new BatchThreads(recipe, workers);
  const cancel = (): void => threads.end(new TintypeError('CANCELLED', {}));
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return {
    epoch: (request) => walkEpoch(threads, { ...request, batch: recipe.batch, ahead }),
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', cancel);
      await threads[Symbol.asyncDispose]();
    },
  };
}

const defaultWorkers = (): number => Math.max(1, Math.floor(availableParallelism() / 4));

/** Steps of an epoch of `pictures` pictures. */
export function countSteps(
  pictures: number,
  { batch, last = 'wrap' }: { batch: number; last?: 'wrap' | 'drop' },
): number {
  return last === 'wrap' ? Math.ceil(pictures / batch) : Math.floor(pictures / batch);
}

type Walk = EpochRequest & { batch: number; ahead: number };

async function* walkEpoch(threads: BatchThreads, walk: Walk): AsyncGenerator<Batch, void, undefined> {
  const { epoch, order, startStep = 0, batch, ahead } = walk;
  const steps = countSteps(order.length, walk);
  const underWay: Promise<Batch>[] = [];
  const ask = async (step: number): Promise<Batch> => {
    const indices = Int32Array.from({ length: batch }, (_, n) => order[(step * batch + n) % order.length] as number);
    const buffers = await threads.make({ epoch, step, indices });
    return { ...buffers, indices, step, count: Math.min(batch, order.length - step * batch) };
  };
  try {
    for (let next = startStep, step = startStep; step < steps; step += 1) {
      for (; next < steps && next <= step + ahead; next += 1) underWay.push(quiet(ask(next)));
      const made = await (underWay.shift() as Promise<Batch>);
      yield made;
      threads.reuse(made);
    }
  } finally {
    for (const rest of underWay) void quiet(rest.then((made) => threads.reuse(made)));
  }
}

/** Its failure is no fault while nobody waits for it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
