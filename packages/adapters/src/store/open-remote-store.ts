/** @file The object store in a bucket: objects appear whole, as clouds keep them; what must be a file is downloaded once. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bucket, BucketObject } from '@tintype/core/ports/bucket';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { ObjectCopy, ObjectHead, ObjectStore, UnfinishedFile } from '@tintype/core/ports/object-store';
import { storageFailure } from '../storage-failure.ts';
import { SourceFailure } from './carry-failure.ts';
import { discardFile, listPaths, listUnfinished } from './list-files.ts';
import { LocalCopies } from './local-copies.ts';
import { assertObjectKey, isObjectKey, splitPrefix } from './object-path.ts';
import { discard, writeTemporaryStream } from './write-durably.ts';

export interface OpenRemoteStore {
  bucket: Bucket;
  /** Copies of objects that were wanted as files; may be deleted at any time while nothing runs. */
  cacheFolder: string;
  /** Of all copies together, beside those that a running process has asked for; by default without limit. */
  cacheBytes?: number;
}

/** Throws BUCKET_DENIED or BUCKET_UNREACHABLE, as every method does. */
export async function openRemoteStore(options: OpenRemoteStore): Promise<ObjectStore> {
  await options.bucket.assertOpen();
  return new RemoteStore(options);
}

const downloadsAtOnce = 4;

class RemoteStore implements ObjectStore {
  readonly putsAtOnce = 128;
  readonly #bucket: Bucket;
  readonly #cacheFolder: string;
  readonly #copies: LocalCopies;
  /** By folder. */
  readonly #downloads = new Map<string, Promise<void>>();

  constructor({ bucket, cacheFolder, cacheBytes = Number.POSITIVE_INFINITY }: OpenRemoteStore) {
    this.#bucket = bucket;
    this.#cacheFolder = cacheFolder;
    this.#copies = new LocalCopies({ cacheFolder, limitBytes: cacheBytes });
  }

  async put(key: string, bytes: Uint8Array, options?: { ifAbsent?: boolean }): Promise<void> {
    assertObjectKey(key);
    await this.#bucket.put(key, bytes, options);
    crashPoint('remote.put');
  }

  async write(key: string, chunks: AsyncIterable<Uint8Array>, options?: { ifAbsent?: boolean }): Promise<void> {
    assertObjectKey(key);
    await this.#bucket.write(key, chunks, options);
    crashPoint('remote.written');
  }

  async get(key: string): Promise<Uint8Array> {
    assertObjectKey(key);
    return this.#bucket.get(key);
  }

  async *read(key: string): AsyncGenerator<Uint8Array> {
    assertObjectKey(key);
    yield* this.#bucket.read(key);
  }

  async getRange(key: string, range: { start: number; end: number }): Promise<Uint8Array> {
    assertObjectKey(key);
    return this.#bucket.getRange(key, range);
  }

  async find(key: string): Promise<ObjectHead | undefined> {
    assertObjectKey(key);
    const object = await this.#bucket.find(key);
    return object && { key, sizeBytes: object.sizeBytes };
  }

  /** What others keep under names that are no keys of ours is passed over. */
  async *list(prefix: string): AsyncGenerator<ObjectHead> {
    splitPrefix(prefix);
    for await (const { key, sizeBytes } of this.#bucket.list(prefix)) if (isObjectKey(key)) yield { key, sizeBytes };
  }

  async remove(key: string): Promise<void> {
    assertObjectKey(key);
    await this.#bucket.remove(key);
    crashPoint('remote.removed');
  }

  async modifiedAt(key: string): Promise<number | undefined> {
    assertObjectKey(key);
    return (await this.#bucket.find(key))?.modifiedAt;
  }

  /** Of downloads; what a cloud keeps of cut uploads is its own matter. */
  unfinished(): AsyncIterable<UnfinishedFile> {
    return listUnfinished(this.#cacheFolder);
  }

  async *copies(): AsyncGenerator<ObjectCopy> {
    const [objects, tags] = ['objects', 'tags'].map((name) => join(this.#cacheFolder, name)) as [string, string];
    for await (const key of listPaths(objects)) {
      const path = join(objects, key);
      // The tag first: a copy without one is downloaded again.
      const discard = async (): Promise<void> => {
        await discardFile(join(tags, key));
        await discardFile(path);
      };
      yield { key, path, discard };
    }
  }

  async localFolder(prefix: string): Promise<string> {
    const { folder } = splitPrefix(prefix);
    // Whoever asks while a download is under way may miss what was put since it began: each looks once more, after it.
    const download = (this.#downloads.get(folder) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#download(folder));
    this.#downloads.set(folder, download);
    await download;
    return join(this.#cacheFolder, 'objects', folder);
  }

  async #download(folder: string): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let hasNew = false;
    try {
      await this.#copies.use(folder);
      await mkdir(join(this.#cacheFolder, 'objects', folder), { recursive: true });
    } catch (error) {
      throw storageFailure('Keeping copies of objects', error);
    }
    const download = async (object: BucketObject): Promise<void> => {
      if (await this.#downloadObject(object)) hasNew = true;
    };
    for await (const object of this.#bucket.list(folder)) {
      if (!isObjectKey(object.key)) continue;
      if (underWay.size >= downloadsAtOnce) await Promise.race(underWay);
      const one = download(object).finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await Promise.all(underWay);
    if (hasNew) await this.#copies.trim();
  }

  /** Whether there was none. The file is written before its tag, so that a tag speaks of a whole file. */
  async #downloadObject({ key, etag, sizeBytes }: BucketObject): Promise<boolean> {
    const path = join(this.#cacheFolder, 'objects', key);
    const tagPath = join(this.#cacheFolder, 'tags', key);
    if (await isCopy({ path, tagPath }, { etag, sizeBytes })) return false;
    const temporary = join(this.#cacheFolder, `${process.pid}-${randomBytes(6).toString('hex')}`);
    try {
      for (const folder of [dirname(path), dirname(tagPath)]) await mkdir(folder, { recursive: true });
      await writeTemporaryStream(temporary, this.#bucket.read(key, { etag }));
      crashPoint('copy.written');
      await rename(temporary, path);
      crashPoint('copy.placed');
      await writeFile(tagPath, etag);
      return true;
    } catch (error) {
      discard(temporary);
      throw error instanceof SourceFailure ? error.cause : storageFailure('Keeping a copy of an object', error);
    }
  }
}

async function isCopy(
  { path, tagPath }: { path: string; tagPath: string },
  { etag, sizeBytes }: { etag: string; sizeBytes: number },
): Promise<boolean> {
  try {
    return (await readFile(tagPath, 'utf8')) === etag && (await stat(path)).size === sizeBytes;
  } catch {
    return false;
  }
}
