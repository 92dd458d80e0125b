/** @file Pixels of stored pictures at the size that a network wants, kept in packed shards: an epoch decodes nothing. */
import { createHash } from 'node:crypto';
import { defaultPictureLimits, type PictureLimits } from '@tintype/contracts/picture';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';
import { eachPicture, type PictureFailure } from './each-picture.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { PixelIndex } from './pixel-index.ts';
import type { PixelSet } from './pixel-set.ts';
import { isWholePixelShard, parsePixelHeader, renderPixelShard, rowBytesOf } from './pixel-shard.ts';

/** Raised when pixels change for an unchanged preprocessing, so that old caches are left behind. */
const recipeVersion = 1;
/** A shard ends with whichever comes first: what a killed run loses, and what is held in memory. */
const shardRows = 512;
const shardBytes = 32 * 2 ** 20;
/** Enough for the header of a full shard, so that a shard nobody asked for costs one small read. */
const headerBytes = 64 * 1024;

/** What the pixels are for -> how much larger than the network's input they are kept. */
const purposes = {
  /** Exactly what serving computes. */
  evaluation: { enlargement: 1 },
  /** Room for crops: a crop of two thirds of the area still has a pixel for each of the input's. */
  training: { enlargement: 1.25 },
} as const;

export interface PixelRequest {
  /** The model's. */
  preprocessing: Preprocessing;
  purpose: keyof typeof purposes;
  contentHashes: readonly string[];
  limits?: PictureLimits;
  /** Time for one picture; default 30 s. */
  pictureMs?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface Pixels {
  /** In the order asked. */
  set: PixelSet;
  /** Pictures that could not be decoded, by content hash. */
  rejected: Map<string, PictureFailure>;
  /** How many pictures were decoded now; the rest came from the cache. */
  decoded: number;
}

/**
 * Memory is one shard and a few numbers per picture. What was decoded before an error, a cancellation or the end of the process is kept.
 * Throws OBJECT_NOT_FOUND where a picture's bytes are gone, CANCELLED.
 */
export async function loadPixels(
  { store, pool }: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  request: PixelRequest,
): Promise<Pixels> {
  const { contentHashes, limits = defaultPictureLimits, pictureMs, onProgress, signal } = request;
  const { preprocessing, view } = describeStored(request);
  const size = { widthPx: preprocessing.widthPx, heightPx: preprocessing.heightPx };
  const prefix = objectKeys.pixelPrefix(computePixelsKey(preprocessing));
  const index = new PixelIndex(contentHashes);
  const rejected: Pixels['rejected'] = new Map();

  await readShards(store, { prefix, size, index });
  const missing = index.missing();
  let done = index.count - missing.length;
  onProgress?.(done, index.count);
  const perform = (bytes: Uint8Array, options: TaskOptions): Promise<Uint8Array> =>
    pool.run('pixels', { bytes, preprocessing, limits }, options);
  const writer = new ShardWriter(store, { prefix, size, index });
  try {
    const walk = { contentHashes: missing, perform, pictureMs, signal };
    await eachPicture({ store, pool }, walk, async (contentHash, outcome) => {
      if (outcome instanceof Uint8Array) await writer.add(contentHash, outcome);
      else rejected.set(contentHash, outcome);
      done += 1;
      onProgress?.(done, index.count);
    });
  } finally {
    await writer.flush();
  }
  const set: PixelSet = { ...size, view, ...index.locate(await store.localFolder(prefix)) };
  return { set, rejected, decoded: missing.length - rejected.size };
}

/** Of these pictures, those that `loadPixels` would decode. Reads the headers of shards alone. */
export async function listMissingPixels(
  store: ObjectStore,
  request: Pick<PixelRequest, 'preprocessing' | 'purpose' | 'contentHashes'>,
): Promise<Set<string>> {
  const { preprocessing } = describeStored(request);
  const missing = new Set(request.contentHashes);
  for await (const object of store.list(objectKeys.pixelPrefix(computePixelsKey(preprocessing)))) {
    const end = Math.min(object.sizeBytes, headerBytes);
    const header = parsePixelHeader(await store.getRange(object.key, { start: 0, end }), preprocessing);
    for (const hash of header?.contentHashes ?? []) missing.delete(hash);
  }
  return missing;
}

interface StoredPixels {
  preprocessing: Preprocessing;
  view: number;
}

/**
 * The same fit, larger. A crop that leaves a margin out takes the margin in first, so that evaluation's picture is the middle of the
 * stored one. Always RGB: what a model wants otherwise is exchanged on the way to it.
 */
function describeStored({ preprocessing, purpose }: Pick<PixelRequest, 'preprocessing' | 'purpose'>): StoredPixels {
  const { enlargement } = purposes[purpose];
  const { widthPx, heightPx, resize, cropFraction } = preprocessing;
  const seen = resize === 'crop' ? Math.min(1, cropFraction * enlargement) : cropFraction;
  return {
    preprocessing: {
      ...preprocessing,
      widthPx: Math.round(widthPx * enlargement),
      heightPx: Math.round(heightPx * enlargement),
      cropFraction: seen,
      channelOrder: 'RGB',
    },
    view: cropFraction / seen,
  };
}

/** 32 hexadecimal digits over everything that decides the stored bytes. */
function computePixelsKey(preprocessing: Preprocessing): string {
  const { widthPx, heightPx, resize, cropFraction, interpolation } = preprocessing;
  const parts = [recipeVersion, widthPx, heightPx, resize, cropFraction, interpolation];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

interface ShardPlace {
  prefix: string;
  size: { widthPx: number; heightPx: number };
  index: PixelIndex;
}

/** Finds every wanted picture that a shard has. A damaged shard is removed, so that its pictures are decoded anew. */
async function readShards(store: ObjectStore, { prefix, size, index }: ShardPlace): Promise<void> {
  for await (const object of store.list(prefix)) {
    const end = Math.min(object.sizeBytes, headerBytes);
    const header = parsePixelHeader(await store.getRange(object.key, { start: 0, end }), size);
    if (header && !header.contentHashes.some((hash) => index.isMissing(hash))) continue;
    if (header && isWholePixelShard(await store.get(object.key), size))
      index.add(object.key, { ...header, rowBytes: rowBytesOf(size) });
    else await store.remove(object.key);
  }
}

/** Collects pictures and stores them as one immutable object named by its own hash. */
class ShardWriter {
  readonly #store: ObjectStore;
  readonly #place: ShardPlace;
  readonly #most: number;
  #hashes: string[] = [];
  #data: Uint8Array | undefined;

  constructor(store: ObjectStore, place: ShardPlace) {
    this.#store = store;
    this.#place = place;
    this.#most = Math.max(1, Math.min(shardRows, Math.floor(shardBytes / rowBytesOf(place.size))));
  }

  async add(contentHash: string, pixels: Uint8Array): Promise<void> {
    const rowBytes = rowBytesOf(this.#place.size);
    this.#data ??= new Uint8Array(this.#most * rowBytes);
    this.#data.set(pixels, this.#hashes.length * rowBytes);
    this.#hashes.push(contentHash);
    if (this.#hashes.length >= this.#most) await this.flush();
  }

  async flush(): Promise<void> {
    const { prefix, size, index } = this.#place;
    const contentHashes = this.#hashes;
    const rowBytes = rowBytesOf(size);
    if (contentHashes.length === 0 || !this.#data) return;
    this.#hashes = [];
    const data = this.#data.subarray(0, contentHashes.length * rowBytes);
    const bytes = renderPixelShard({ ...size, contentHashes, data });
    const key = `${prefix}${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.u8`;
    await this.#store.put(key, bytes);
    crashPoint('pixels.stored');
    index.add(key, { contentHashes, start: bytes.length - data.length, rowBytes });
  }
}
