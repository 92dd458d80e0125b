/** @file For tests: an object store in memory and a pool that runs its tasks in this process, both behind their ports. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskFunctions, TaskPool, TaskTable } from '../ports/task-pool.ts';

export type MemoryStore = ObjectStore & { objects: Map<string, Uint8Array> };

/** `localFolder` copies the objects into a new folder below the system's temporary one. */
export function memoryStore(): MemoryStore {
  const objects = new Map<string, Uint8Array>();
  const get = async (key: string): Promise<Uint8Array> => {
    const bytes = objects.get(key);
    if (!bytes) throw new TintypeError('OBJECT_NOT_FOUND', { key });
    return bytes;
  };
  return {
    objects,
    get,
    put: async (key, bytes, { ifAbsent = true } = {}) => {
      if (!ifAbsent || !objects.has(key)) objects.set(key, Uint8Array.from(bytes));
    },
    write: async (key, chunks, { ifAbsent = true } = {}) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      if (!ifAbsent || !objects.has(key)) objects.set(key, Uint8Array.from(Buffer.concat(parts)));
    },
    read: async function* (key) {
      yield await get(key);
    },
    getRange: async (key, { start, end }) => (await get(key)).subarray(start, end),
    find: async (key) => {
      const bytes = objects.get(key);
      return bytes && { key, sizeBytes: bytes.length };
    },
    list: async function* (prefix) {
      for (const key of [...objects.keys()].toSorted())
        if (key.startsWith(prefix)) yield { key, sizeBytes: (objects.get(key) as Uint8Array).length };
    },
    remove: async (key) => void objects.delete(key),
    modifiedAt: async (key) => (objects.has(key) ? 0 : undefined),
    unfinished: async function* () {},
    copies: async function* () {},
    localFolder: async (prefix) => {
      const folder = await mkdtemp(join(tmpdir(), 'tintype-memory-store-'));
      for (const [key, bytes] of objects)
        if (key.startsWith(prefix)) await writeFile(join(folder, basename(key)), bytes);
      return folder;
    },
  };
}

export type InProcessPool<T extends TaskTable> = TaskPool<T> & {
  /** Names of the tasks that were run or prepared, in order. */
  calls: string[];
};

export function inProcessPool<T extends TaskTable>(tasks: Partial<TaskFunctions<T>>): InProcessPool<T> {
  const calls: string[] = [];
  const run: TaskPool<T>['run'] = async (task, input, options) => {
    if (options?.signal?.aborted) throw new TintypeError('CANCELLED', {});
    calls.push(task);
    const perform = tasks[task];
    if (!perform) throw new Error(`there is no task ${task}`);
    return perform(structuredClone(input));
  };
  return {
    calls,
    size: 2,
    run,
    prepare: async (_key, task, input, options) => [await run(task, input, options)],
    forget: () => undefined,
    stats: () => ({ running: 0, queued: 0, restarts: 0, ready: 2 }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
