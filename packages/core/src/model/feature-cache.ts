/** @file Features of stored pictures, kept in packed shards: what was extracted once is never decoded again. */
import { createHash } from 'node:crypto';
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone } from '@tintype/contracts/model';
import { defaultPictureLimits, type PictureLimits } from '@tintype/contracts/picture';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';
import { eachPicture } from './each-picture.ts';
import { parseShard, parseShardHeader, renderShard } from './feature-shard.ts';
import { computeFeaturesKey } from './features-key.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import type { BackboneWithin, ResolvedBackbone } from './resolve-backbone.ts';

const shardRows = 512;
/** Enough for the header of a full shard, so that a shard nobody asked for costs one small read. */
const headerBytes = 64 * 1024;
const openDeadlineMs = 60_000;

export interface FeatureRequest {
  backbone: Backbone;
  /** The ONNX file of an onnx backbone. */
  modelPath?: string;
  /** Where that file is a bundle's graph, which holds the backbone and more. */
  within?: BackboneWithin;
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
  const { backbone, contentHashes, pictureMs, onProgress, signal } = request;
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
    await using extractor = await openExtractor(pool, { key, ...request });
    const walk = { contentHashes: missing, perform: extractor.extract, pictureMs, signal };
    await eachPicture({ store, pool }, walk, async (hash, outcome) => {
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

/** What a request says of where features come from. */
export const featureSourceOf = ({ backbone, modelPath, within }: ResolvedBackbone) => ({
  backbone,
  ...(modelPath === undefined ? {} : { modelPath }),
  ...(within === undefined ? {} : { within }),
});

/** Of these pictures, those that `loadFeatures` would decode. Reads the headers of shards alone. */
export async function listMissingFeatures(
  store: ObjectStore,
  { backbone, contentHashes }: Pick<FeatureRequest, 'backbone' | 'contentHashes'>,
): Promise<Set<string>> {
  const missing = new Set(contentHashes);
  for await (const object of store.list(objectKeys.embeddingPrefix(computeFeaturesKey(backbone)))) {
    const end = Math.min(object.sizeBytes, headerBytes);
    const header = parseShardHeader(await store.getRange(object.key, { start: 0, end }));
    for (const hash of header?.contentHashes ?? []) missing.delete(hash);
  }
  return missing;
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

type Extract = (bytes: Uint8Array, options: TaskOptions) => Promise<Float32Array>;

/** The backbone in every child, until it is disposed. */
async function openExtractor(
  pool: TaskPool<PictureTasks>,
  { key, backbone, modelPath, within, limits = defaultPictureLimits }: FeatureRequest & { key: string },
): Promise<AsyncDisposable & { extract: Extract }> {
  const opened = { key, backbone: { ...backbone, ...within }, ...(modelPath === undefined ? {} : { modelPath }) };
  await pool.prepare(key, 'openBackbone', opened, { deadlineMs: openDeadlineMs });
  return {
    extract: (bytes, options) => pool.run('extract', { key, bytes, limits }, options),
    async [Symbol.asyncDispose]() {
      await pool.prepare(key, 'closeBackbone', { key }).catch(() => undefined);
      pool.forget(key);
    },
  };
}

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
