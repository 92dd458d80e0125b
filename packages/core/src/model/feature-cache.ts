/** @file Features of stored pictures, kept in packed shards: what was extracted once is never decoded again. */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone } from '@tintype/contracts/model';
import { defaultPictureLimits, type PictureLimits } from '@tintype/contracts/picture';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { parseShard, parseShardHeader, renderShard } from './feature-shard.ts';
import { computeFeaturesKey } from './features-key.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

const shardRows = 512;
/** Enough for the header of a full shard, so that a shard nobody asked for costs one small read. */
const headerBytes = 64 * 1024;
const openDeadlineMs = 60_000;
/** Tasks kept waiting per child, so that no child idles while results are stored. */
const inFlightPerChild = 3;

export interface FeatureRequest {
  backbone: Backbone;
  /** The ONNX file of an onnx backbone. */
  modelPath?: string;
  contentHashes: readonly string[];
  limits?: PictureLimits;
  /** Time for one picture; default 30 s. */
  pictureMs?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface Features {
  /** [contentHashes.length, dimensions], in the order asked; rows of rejected pictures are zero. */
  rows: Float32Array;
  /** Pictures that could not be decoded, by content hash. */
  rejected: Map<string, { code: string; detail: string }>;
  /** How many pictures were decoded now; the rest came from the cache. */
  extracted: number;
}

/**
 * Memory grows with the result alone. What was extracted before an error or cancellation is kept. Throws OBJECT_NOT_FOUND where a
 * picture's bytes are gone, BACKBONE_INVALID where the model fails, CANCELLED.
 */
export async function loadFeatures(
  { store, pool }: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  request: FeatureRequest,
): Promise<Features> {
  const { backbone, contentHashes, onProgress } = request;
  const { dimensions } = backbone;
  const key = computeFeaturesKey(backbone);
  const rows = new Float32Array(contentHashes.length * dimensions);
  const positions = new Map<string, number[]>();
  contentHashes.forEach((hash, n) => positions.set(hash, [...(positions.get(hash) ?? []), n]));
  const place = (hash: string, row: Float32Array): void => {
    for (const n of positions.get(hash) ?? []) rows.set(row, n * dimensions);
  };

  const missing = await readShards(store, { key, dimensions, wanted: new Set(positions.keys()), place });
  const total = positions.size;
  let done = total - missing.size;
  onProgress?.(done, total);
  const rejected: Features['rejected'] = new Map();
  if (missing.size === 0) return { rows, rejected, extracted: 0 };

  const writer = new ShardWriter(store, { key, dimensions });
  try {
    await extractAll(pool, { ...request, key, store, missing }, async (hash, outcome) => {
      if (outcome instanceof Float32Array) {
        assertUsable(outcome, backbone);
        place(hash, outcome);
        await writer.add(hash, outcome);
      } else rejected.set(hash, outcome);
      done += 1;
      onProgress?.(done, total);
    });
  } finally {
    await writer.flush();
  }
  return { rows, rejected, extracted: missing.size - rejected.size };
}

interface ShardQuery {
  key: string;
  dimensions: number;
  wanted: ReadonlySet<string>;
  place: (contentHash: string, row: Float32Array) => void;
}

/** Places every wanted row that a shard has; returns the rest. A damaged shard is removed, so that its rows are made anew. */
async function readShards(store: ObjectStore, { key, dimensions, wanted, place }: ShardQuery): Promise<Set<string>> {
  const missing = new Set(wanted);
  for await (const object of store.list(objectKeys.embeddingPrefix(key))) {
    if (missing.size === 0) break;
    const end = Math.min(object.sizeBytes, headerBytes);
    const header = parseShardHeader(await store.getRange(object.key, { start: 0, end }));
    if (header && !header.contentHashes.some((hash) => missing.has(hash))) continue;
    const shard = parseShard(await store.get(object.key));
    if (!shard || shard.dimensions !== dimensions) {
      await store.remove(object.key);
      continue;
    }
    shard.contentHashes.forEach((hash, n) => {
      if (missing.delete(hash)) place(hash, shard.rows.subarray(n * dimensions, (n + 1) * dimensions));
    });
  }
  return missing;
}

/** Collects rows and stores them as one immutable object named by its own hash. */
class ShardWriter {
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #dimensions: number;
  #hashes: string[] = [];
  #rows: Float32Array[] = [];

  constructor(store: ObjectStore, { key, dimensions }: { key: string; dimensions: number }) {
    this.#store = store;
    this.#key = key;
    this.#dimensions = dimensions;
  }

  async add(contentHash: string, row: Float32Array): Promise<void> {
    this.#hashes.push(contentHash);
    this.#rows.push(row);
    if (this.#hashes.length >= shardRows) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#hashes.length === 0) return;
    const [contentHashes, list] = [this.#hashes, this.#rows];
    [this.#hashes, this.#rows] = [[], []];
    const rows = new Float32Array(list.length * this.#dimensions);
    list.forEach((row, n) => rows.set(row, n * this.#dimensions));
    const bytes = renderShard({ dimensions: this.#dimensions, contentHashes, rows });
    const name = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    await this.#store.put(`${objectKeys.embeddingPrefix(this.#key)}${name}.f32`, bytes);
    crashPoint('features.stored');
  }
}

type Outcome = Float32Array | { code: string; detail: string };
type Extraction = FeatureRequest & { key: string; store: ObjectStore; missing: ReadonlySet<string> };

/** Runs `extract` on every missing picture with a few in flight per child; `take` is called one at a time. */
async function extractAll(
  pool: TaskPool<PictureTasks>,
  extraction: Extraction,
  take: (contentHash: string, outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { key, backbone, modelPath, missing } = extraction;
  // Every picture in flight listens.
  if (extraction.signal) setMaxListeners(0, extraction.signal);
  const opened = { key, backbone, ...(modelPath === undefined ? {} : { modelPath }) };
  await pool.prepare(key, 'openBackbone', opened, { deadlineMs: openDeadlineMs });
  try {
    const queue = missing.values();
    let last: Promise<void> = Promise.resolve();
    const failed = new AbortController();
    const walk = async (): Promise<void> => {
      for (const contentHash of queue) {
        if (failed.signal.aborted) return;
        if (extraction.signal?.aborted) throw new TintypeError('CANCELLED', {});
        const outcome = await extractOne(pool, extraction, contentHash);
        last = last.then(() => take(contentHash, outcome));
        await last;
      }
    };
    const walks = Array.from({ length: pool.size * inFlightPerChild }, () =>
      walk().catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    );
    await settleAll(walks);
  } finally {
    await pool.prepare(key, 'closeBackbone', { key }).catch(() => undefined);
    pool.forget(key);
  }
}

/** Waits for all, then throws what failed first: nothing still runs when it returns. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(promises.map((promise) => promise.catch((error: unknown) => void failures.push(error))));
  if (failures.length > 0) throw failures[0];
}

/** A picture's own failure is a row; anything else ends the extraction. */
async function extractOne(pool: TaskPool<PictureTasks>, request: Extraction, contentHash: string): Promise<Outcome> {
  const bytes = await request.store.get(objectKeys.source(contentHash));
  const limits = request.limits ?? defaultPictureLimits;
  const options = { deadlineMs: request.pictureMs ?? 30_000, ...(request.signal ? { signal: request.signal } : {}) };
  try {
    return await pool.run('extract', { key: request.key, bytes, limits }, options);
  } catch (error) {
    if (error instanceof TintypeError && isAboutPicture(error.code)) return { code: error.code, detail: error.message };
    throw error;
  }
}

const isAboutPicture = (code: string): boolean =>
  code.startsWith('IMAGE_') || code === 'CHILD_CRASHED' || code === 'DEADLINE_EXCEEDED';

function assertUsable(row: Float32Array, { name, dimensions }: Backbone): void {
  if (row.length !== dimensions)
    throw new TintypeError('BACKBONE_INVALID', {
      file: name,
      reason: `it gives ${row.length} features, not ${dimensions}`,
    });
  if (!row.every(Number.isFinite))
    throw new TintypeError('BACKBONE_INVALID', {
      file: name,
      reason: 'its features of a picture are not finite numbers',
    });
}
