/** @file Where pictures lie among each other: coordinates and neighbors, found by a child once for the same pictures and kept in the store. */
import { createHash } from 'node:crypto';
import { TintypeError } from '@tintype/contracts/errors';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';
import type { ExploreTasks, LabelDoubts } from './explore-tasks.types.ts';
import type { RowNeighbors } from './find-outliers.ts';

export interface MapRequest {
  /** What features depend on, as `computeFeaturesKey` gives it. */
  featuresKey: string;
  /** [N] */
  contentHashes: readonly string[];
  /** [M, dimensions] features, of which `positions` [N] are those of the pictures. */
  rows: Float32Array;
  positions: readonly number[];
  dimensions: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/** Every result is in the order of the pictures asked for. */
export interface PictureMap {
  /** [N, 2] by principal components. */
  project(): Promise<Float32Array>;
  neighbors(): Promise<RowNeighbors>;
  /** [N, 2] */
  umap(): Promise<Float32Array>;
  /** Whether it needs no computing. */
  hasUmap(): Promise<boolean>;
  /** Cosine similarity of two pictures' features. */
  likeness: (a: number, b: number) => number;
  /** What heads say of labels that they have not seen; `labeled` are positions among the pictures asked for. */
  doubts(request: ExploreTasks['doubts']['input']): Promise<LabelDoubts>;
}

/** Raised when the same pictures would be drawn otherwise. */
const recipeVersion = 1;
const neighborCount = 15;
/** Rows that cross to the child at once: about 20 MB of 1,280 features. */
const blockRows = 4096;
/** Of 100,000 pictures on a busy machine. */
const deadlineMs = 600_000;

/** Takes the features to the child only when something has to be computed. */
export async function openPictureMap(
  { store, engine }: { store: ObjectStore; engine: TaskPool<ExploreTasks> },
  request: MapRequest,
): Promise<PictureMap> {
  const { contentHashes, rows, positions, dimensions, signal } = request;
  const count = contentHashes.length;
  // Kept in the order of content, so that neither names nor the order of ingest matter.
  const order = Array.from(contentHashes.keys()).toSorted((a, b) =>
    (contentHashes[a] as string) < (contentHashes[b] as string) ? -1 : 1,
  );
  const key = mapKey(request, order);
  const row = (n: number): Float32Array => {
    const at = (positions[n] as number) * dimensions;
    return rows.subarray(at, at + dimensions);
  };
  // A child that died has forgotten everything: asking another one is no use.
  const options: TaskOptions = { deadlineMs, once: true, ...(signal ? { signal } : {}) };
  let handed: Promise<void> | undefined;
  const hand = async (): Promise<void> => {
    await engine.run('begin', { total: count, dimensions }, options);
    for (let start = 0; start < count; start += blockRows) {
      request.onProgress?.(start, count);
      const some = order.slice(start, start + blockRows);
      const block = new Float32Array(some.length * dimensions);
      some.forEach((n, at) => block.set(row(n), at * dimensions));
      await engine.run('take', { start, rows: block }, options);
    }
    request.onProgress?.(count, count);
  };
  const ask: TaskPool<ExploreTasks>['run'] = async (task, input) => {
    await (handed ??= hand());
    return engine.run(task, input, options);
  };

  /** [N, width] as stored, or as computed and then stored. */
  const kept = async (part: string, width: number, compute: () => Promise<Float32Array>): Promise<Float32Array> => {
    const known = await findFloats(store, objectKeys.map(key, part));
    if (known?.length === count * width) return known;
    const made = await compute();
    await store.put(objectKeys.map(key, part), toBytes(made), { ifAbsent: false });
    return made;
  };
  const inAskedOrder = (values: Float32Array, width: number): Float32Array => {
    const result = new Float32Array(values.length);
    order.forEach((n, at) => result.set(values.subarray(at * width, (at + 1) * width), n * width));
    return result;
  };

  const k = Math.max(0, Math.min(neighborCount, count - 1));
  let neighbors: Promise<Float32Array> | undefined;
  /** [N, 2k] rows in the stored order, then distances. */
  const findNeighbors = (): Promise<Float32Array> =>
    (neighbors ??= kept('neighbors', 2 * k, async () => interleave(await ask('neighbors', { k }))));

  return {
    async doubts(asked) {
      const placeOf = new Int32Array(count);
      order.forEach((n, at) => {
        placeOf[n] = at;
      });
      return ask('doubts', { ...asked, labeled: asked.labeled.map((n) => placeOf[n] as number) });
    },
    project: async () => inAskedOrder(await kept('pca', 2, () => ask('project', null)), 2),
    async neighbors() {
      const own = toNeighbors(inAskedOrder(await findNeighbors(), 2 * k), k);
      return { ...own, indices: Int32Array.from(own.indices, (at) => order[at] as number) };
    },
    async umap() {
      const compute = async (): Promise<Float32Array> => {
        const own = toNeighbors(await findNeighbors(), k);
        return ask('umap', { neighbors: own });
      };
      return inAskedOrder(await kept('umap', 2, compute), 2);
    },
    hasUmap: async () => (await store.find(objectKeys.map(key, 'umap'))) !== undefined,
    likeness: (a, b) => cosine(row(a), row(b)),
  };
}

function mapKey({ featuresKey, contentHashes }: MapRequest, order: readonly number[]): string {
  const hash = createHash('sha256').update(JSON.stringify([recipeVersion, featuresKey, neighborCount]));
  for (const n of order) hash.update(contentHashes[n] as string);
  return hash.digest('hex').slice(0, 32);
}

async function findFloats(store: ObjectStore, key: string): Promise<Float32Array | undefined> {
  try {
    const bytes = await store.get(key);
    if (bytes.length % 4 !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Float32Array.from({ length: bytes.length / 4 }, (_, n) => view.getFloat32(4 * n, true));
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND') return undefined;
    throw error;
  }
}

function toBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, n) => view.setFloat32(4 * n, value, true));
  return new Uint8Array(view.buffer);
}

/** Rows below 2^24 are exact as float32. */
function interleave({ k, indices, distances }: { k: number; indices: Int32Array; distances: Float32Array }) {
  return Float32Array.from({ length: 2 * indices.length }, (_, at) => {
    const [n, i] = [Math.floor(at / (2 * k)), at % (2 * k)];
    return (i < k ? indices[n * k + i] : distances[n * k + i - k]) as number;
  });
}

function toNeighbors(values: Float32Array, k: number): RowNeighbors & { indices: Int32Array; distances: Float32Array } {
  const count = k === 0 ? 0 : values.length / (2 * k);
  const part =
    (shift: number) =>
    (_: unknown, at: number): number =>
      values[Math.floor(at / k) * 2 * k + (at % k) + shift] as number;
  return {
    k,
    indices: Int32Array.from({ length: count * k }, part(0)),
    distances: Float32Array.from({ length: count * k }, part(k)),
  };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, first, second] = [0, 0, 0];
  for (let d = 0; d < a.length; d += 1) {
    const [x, y] = [a[d] as number, b[d] as number];
    dot += x * y;
    first += x * x;
    second += y * y;
  }
  return first > 0 && second > 0 ? Math.min(1, dot / Math.sqrt(first * second)) : 0;
}
