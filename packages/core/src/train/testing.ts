/** @file For tests: a dataset of small rendered pictures in a catalog and a store, as ingest would leave them. */
import { createHash } from 'node:crypto';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { sampleIdOf } from '../ingest/sample-id.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog, IngestRow } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { Trainer, TrainerFunctions, TrainerTable } from '../ports/trainer.ts';

export interface TestPicture {
  path: string;
  className: string;
  bytes: Uint8Array;
}

/**
 * [32, 32, 3] bytes: stripes along one axis for even classes and the other for odd ones, of a width that the class number sets,
 * at a phase, color and noise that `seed` sets.
 */
export function stripes(classIndex: number, seed: number): Uint8Array {
  const random = randomNumbers(classIndex * 7919 + seed + 1);
  const [red, green, blue, phase] = [random(), random(), random(), random() * 8];
  const pixels = new Uint8Array(32 * 32 * 3);
  for (let y = 0; y < 32; y += 1)
    for (let x = 0; x < 32; x += 1) {
      const along = classIndex % 2 === 0 ? x : y;
      const isLight = Math.floor((along + phase) / (2 + 2 * (classIndex >> 1))) % 2 === 0;
      const light = isLight ? 200 : 60;
      [red, green, blue].forEach((share, c) => {
        pixels[(y * 32 + x) * 3 + c] = light * (0.5 + share / 2) + random() * 40;
      });
    }
  return pixels;
}

/** Mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Needs {
  catalog: Catalog;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
}

/** Gives the content hashes, in order. */
export async function fillDataset(
  { catalog, store, pool }: Needs,
  dataset: string,
  pictures: readonly TestPicture[],
): Promise<string[]> {
  const rows: IngestRow[] = [];
  const hashes: string[] = [];
  for (const { path, className, bytes } of pictures) {
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    const { thumbnail, ...analysis } = await pool.run('analyze', { bytes, limits: defaultPictureLimits });
    await store.put(objectKeys.source(contentHash), bytes);
    await store.put(objectKeys.thumbnail(contentHash), thumbnail);
    const id = sampleIdOf(dataset, contentHash);
    rows.push({
      origin: { location: '/test', path, sizeBytes: bytes.length, modifiedAt: 0 },
      sample: { id, contentHash, path, sizeBytes: bytes.length, ...analysis },
      className,
      labelSource: 'folder',
    });
    hashes.push(contentHash);
  }
  await catalog.samples.ensureDataset(dataset);
  await catalog.samples.recordIngest(dataset, rows, { annotator: 'test', at: 1 });
  return hashes;
}

/** Runs trainer tasks in this process, behind the port. Cancelled when told, as a child would be. */
export function inProcessTrainer<T extends TrainerTable>(tasks: TrainerFunctions<T>): Trainer<T> {
  return {
    async run(task, input, { onEvent, signal = new AbortController().signal } = {}) {
      const perform = tasks[task];
      const plain = structuredClone(input);
      return structuredClone(await perform(plain, { emit: (event) => onEvent?.(structuredClone(event)), signal }));
    },
  };
}
