/** @file The object store in a folder: an object appears whole and durable under its name, or not at all. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { ObjectCopy, ObjectHead, ObjectStore, UnfinishedFile } from '@tintype/core/ports/object-store';
import { storageFailure, systemCode } from '../storage-failure.ts';
import { SourceFailure } from './carry-failure.ts';
import { listUnfinished } from './list-files.ts';
import { assertObjectKey, splitPrefix, temporaryFolder } from './object-path.ts';
import { createFolderSync } from './sync-folders.ts';
import { discard, placeIfAbsent, placeOver, writeTemporary, writeTemporaryStream } from './write-durably.ts';

/** Unfinished files of a process that died are older than this when they are swept. */
const sweepAfterMs = 60 * 60 * 1000;

const chunkBytes = 256 * 1024;

/** Makes the folder where it is missing. Throws STORAGE_FAILED, as every method does for a failing disk. */
export async function openFileStore(options: { folder: string }): Promise<ObjectStore> {
  const folder = resolve(options.folder);
  try {
    await mkdir(join(folder, temporaryFolder), { recursive: true });
    await sweep(join(folder, temporaryFolder));
  } catch (error) {
    throw storageFailure(`Opening the object store ${folder}`, error);
  }
  return new FileStore(folder);
}

class FileStore implements ObjectStore {
  readonly #folder: string;
  readonly #temporaryPrefix: string;
  #temporaryCount = 0;
  /** Folders whose own entries are durable. */
  readonly #durableFolders = new Set<string>();
  readonly #syncFolders = createFolderSync();

  constructor(folder: string) {
    this.#folder = folder;
    this.#temporaryPrefix = join(folder, temporaryFolder, `${process.pid}-${randomBytes(6).toString('hex')}-`);
  }

  async put(key: string, bytes: Uint8Array, { ifAbsent = true }: { ifAbsent?: boolean } = {}): Promise<void> {
    await this.#place(key, ifAbsent, (temporary) => writeTemporary(temporary, bytes));
  }

  async write(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { ifAbsent = true }: { ifAbsent?: boolean } = {},
  ): Promise<void> {
    await this.#place(key, ifAbsent, (temporary) => writeTemporaryStream(temporary, chunks));
  }

  async get(key: string): Promise<Uint8Array> {
    assertObjectKey(key);
    return this.#read(key, () => readFile(join(this.#folder, key)));
  }

  async getRange(key: string, { start, end }: { start: number; end: number }): Promise<Uint8Array> {
    assertObjectKey(key);
    return this.#read(key, async () => {
      await using file = await open(join(this.#folder, key));
      const bytes = new Uint8Array(Math.max(0, end - start));
      let done = 0;
      while (done < bytes.byteLength) {
        const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, start + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    });
  }

  async *read(key: string): AsyncGenerator<Uint8Array> {
    assertObjectKey(key);
    let file: FileHandle | undefined;
    try {
      file = await open(join(this.#folder, key));
      // A stream would take a whole chunk of memory for each small object, and another to find its end.
      const { size } = await file.stat();
      for (let position = 0; position < size; ) {
        const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - position));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        yield chunk.subarray(0, bytesRead);
      }
    } catch (error) {
      throw readFailure(key, error);
    } finally {
      await file?.close();
    }
  }

  async find(key: string): Promise<ObjectHead | undefined> {
    assertObjectKey(key);
    try {
      const stats = await stat(join(this.#folder, key));
      return stats.isFile() ? { key, sizeBytes: stats.size } : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storageFailure('Looking into the object store', error);
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectHead> {
    const { folder, start } = splitPrefix(prefix);
    yield* this.#listFolder(folder, start);
  }

  async remove(key: string): Promise<void> {
    assertObjectKey(key);
    const path = join(this.#folder, key);
    try {
      await unlink(path);
      await this.#syncFolders([dirname(path)]);
      crashPoint('store.removed');
    } catch (error) {
      if (!isMissing(error)) throw storageFailure('Removing from the object store', error);
    }
  }

  async modifiedAt(key: string): Promise<number | undefined> {
    assertObjectKey(key);
    const stats = await stat(join(this.#folder, key)).catch(() => undefined);
    return stats?.isFile() ? Math.floor(stats.mtimeMs) : undefined;
  }

  unfinished(): AsyncIterable<UnfinishedFile> {
    return listUnfinished(join(this.#folder, temporaryFolder));
  }

  async *copies(): AsyncGenerator<ObjectCopy> {}

  async localFolder(prefix: string): Promise<string> {
    return resolve(this.#folder, splitPrefix(prefix).folder);
  }

  async #place(key: string, ifAbsent: boolean, writeTo: (temporary: string) => Promise<void>): Promise<void> {
    assertObjectKey(key);
    const path = join(this.#folder, key);
    const parent = dirname(path);
    try {
      if (!ifAbsent || !existsSync(path)) await this.#write(path, ifAbsent, writeTo);
      // Also for an object that is there already: its writer may have died before this.
      await this.#makeDurable(parent);
      crashPoint('store.durable');
    } catch (error) {
      throw error instanceof SourceFailure ? error.cause : storageFailure('Writing to the object store', error);
    }
  }

  async #write(path: string, ifAbsent: boolean, writeTo: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = `${this.#temporaryPrefix}${this.#temporaryCount++}`;
    await writeTo(temporary);
    const place = ifAbsent ? placeIfAbsent : placeOver;
    const parent = dirname(path);
    try {
      if (!this.#durableFolders.has(parent)) mkdirSync(parent, { recursive: true });
      try {
        place(temporary, path);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
        // Someone removed the folder meanwhile.
        this.#durableFolders.clear();
        mkdirSync(parent, { recursive: true });
        place(temporary, path);
      }
    } catch (error) {
      discard(temporary);
      throw error;
    }
    crashPoint('store.placed');
  }

  async #makeDurable(folder: string): Promise<void> {
    const pending = [folder];
    for (let each = folder; each !== this.#folder && !this.#durableFolders.has(each); each = dirname(each)) {
      pending.push(dirname(each));
    }
    await this.#syncFolders(pending);
    for (const each of pending) this.#durableFolders.add(each);
  }

  async #read(key: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await read();
    } catch (error) {
      throw readFailure(key, error);
    }
  }

  /** Depth first; a folder sorts as its name with a slash, which is the order of the keys below it. */
  async *#listFolder(folder: string, start: string): AsyncGenerator<ObjectHead> {
    const entries = await readdir(join(this.#folder, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw storageFailure('Listing the object store', error);
    });
    const names = entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .filter((name) => name.startsWith(start) && !(folder === '' && name === `${temporaryFolder}/`))
      .toSorted((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      if (name.endsWith('/')) yield* this.#listFolder(`${folder}${name}`, '');
      else {
        const head = await this.find(`${folder}${name}`);
        if (head) yield head;
      }
    }
  }
}

function readFailure(key: string, error: unknown): TintypeError {
  if (isMissing(error)) return new TintypeError('OBJECT_NOT_FOUND', { key }, { cause: error });
  return storageFailure('Reading from the object store', error);
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '');
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs > sweepAfterMs) discard(path);
  }
}
