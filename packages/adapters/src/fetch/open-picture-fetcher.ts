/** @file The picture fetcher as a child process of its own, started when the first address is asked for. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PartFetcher, PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import { openTaskPool } from '../children/open-task-pool.ts';
import type { FetchTasks } from './fetch-tasks.ts';

/** Addresses under way at once, and how many may wait for a place. */
const inFlight = 16;
const maxQueued = 64;
const totalMs = 10_000;
/** For a part of a large file, over a line that may be slow. */
const partMs = 60_000;
/** For a child that does not even keep its own deadline. */
const graceMs = 2000;

export function openPictureFetcher(): PictureFetcher & PartFetcher {
  let pool: Promise<TaskPool<FetchTasks>> | undefined;
  const open = (): Promise<TaskPool<FetchTasks>> =>
    (pool ??= openTaskPool<FetchTasks>({
      tasks: new URL('fetch-tasks.ts', import.meta.url),
      size: 1,
      inFlightPerChild: inFlight,
      maxQueued,
      memoryMb: 512,
    }));
  const run = async <N extends keyof FetchTasks>(
    name: N,
    input: FetchTasks[N]['input'] & { totalMs: number },
    signal: AbortSignal | undefined,
  ): Promise<FetchTasks[N]['output']> => {
    try {
      const options = { deadlineMs: input.totalMs + graceMs, ...(signal ? { signal } : {}) };
      return await (await open()).run(name, input, options);
    } catch (error) {
      const { code } = error as Partial<TintypeError>;
      if (code !== 'CHILD_CRASHED' && code !== 'DEADLINE_EXCEEDED') throw error;
      throw new TintypeError('URL_FAILED', { reason: 'it could not be read to its end' }, { cause: error });
    }
  };
  return {
    fetch: (url, { limitBytes, signal }) => run('fetch', { url, limitBytes, totalMs }, signal),
    fetchPart: (url, { start, end, signal }) => run('fetchPart', { url, start, end, totalMs: partMs }, signal),
    [Symbol.asyncDispose]: async () => {
      const opened = await pool;
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
