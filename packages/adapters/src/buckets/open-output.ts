/** @file Results in a folder of this machine or in a bucket, under the names that people give them. */
import { randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { isCloudAddress, renderStoreAddress } from '@tintype/contracts/store-address';
import type { ObjectHead } from '@tintype/core/ports/object-store';
import type { OpenOutput, OutputPlace } from '@tintype/core/ports/output-place';
import { parseCloudAddress } from '../sources/open-bucket-source.ts';
import { storageFailure, systemCode } from '../storage-failure.ts';
import { SourceFailure } from '../store/carry-failure.ts';
import { createFolderSync } from '../store/sync-folders.ts';
import { discard, placeIfAbsent, placeOver, writeTemporary, writeTemporaryStream } from '../store/write-durably.ts';
import { type BucketSettings, openBucket } from './open-bucket.ts';

/** The one spelling of a file's address: a whole path, or the bucket's address without a slash at the end. Throws USAGE_INVALID. */
export function toWholeOutput(out: string): string {
  return isCloudAddress(out) ? renderStoreAddress(parseCloudAddress(out)).replace(/\/$/, '') : resolve(out);
}

export function createOutputOpener(settings: BucketSettings): OpenOutput {
  return async (out) => {
    if (!isCloudAddress(out)) return { place: openFolderPlace(dirname(resolve(out))), name: basename(out) };
    const { prefix, ...address } = parseCloudAddress(out);
    const path = prefix.replace(/\/$/, '');
    const slash = path.lastIndexOf('/') + 1;
    const place = await openBucket({ ...address, prefix: path.slice(0, slash) }, settings);
    await place.assertOpen();
    return { place, name: path.slice(slash) };
  };
}

/** Names are those of files below `folder`, with slashes. Files that are being written begin with a dot. */
export function openFolderPlace(folder: string): OutputPlace {
  const sync = createFolderSync();
  const write = async (key: string, ifAbsent: boolean, fill: (path: string) => Promise<void>): Promise<void> => {
    const path = join(folder, key);
    const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}.part`);
    try {
      mkdirSync(dirname(path), { recursive: true });
      await fill(temporary);
      (ifAbsent ? placeIfAbsent : placeOver)(temporary, path);
      await sync([dirname(path), ...(dirname(path) === folder ? [] : [folder])]);
    } catch (error) {
      discard(temporary);
      throw error instanceof SourceFailure ? error.cause : storageFailure(`Writing ${path}`, error);
    }
  };
  return {
    put: (key, bytes, { ifAbsent = true } = {}) => write(key, ifAbsent, (path) => writeTemporary(path, bytes)),
    async write(key, chunks, { ifAbsent = true } = {}) {
      await sweep(join(folder, key));
      await write(key, ifAbsent, (path) => writeTemporaryStream(path, chunks));
    },
    async *read(key) {
      try {
        const chunks: AsyncIterable<Uint8Array> = createReadStream(join(folder, key), { highWaterMark: 256 * 1024 });
        yield* chunks;
      } catch (error) {
        throw isMissing(error)
          ? new TintypeError('OBJECT_NOT_FOUND', { key }, { cause: error })
          : storageFailure(`Reading ${join(folder, key)}`, error);
      }
    },
    find: (key) => findFile(folder, key),
    list: (prefix) => listFiles(folder, prefix),
    async remove(key) {
      const path = join(folder, key);
      try {
        await unlink(path);
        // The last of a folder takes the folder with it.
        if (dirname(path) !== folder) await rmdir(dirname(path));
      } catch (error) {
        if (!isMissing(error) && !['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? ''))
          throw storageFailure(`Removing ${path}`, error);
      }
    },
  };
}

/** What a file is called while it is written begins so. */
const temporaryPrefix = (path: string): string => `.${basename(path).slice(0, 150)}.`;

/** What a writer that was killed has left of this file. */
async function sweep(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names)
    if (name.startsWith(temporaryPrefix(path)) && name.endsWith('.part')) discard(join(dirname(path), name));
}

async function findFile(folder: string, key: string): Promise<ObjectHead | undefined> {
  try {
    return { key, sizeBytes: (await stat(join(folder, key))).size };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storageFailure(`Looking for ${join(folder, key)}`, error);
  }
}

/** Of the folder that the prefix ends in, and no deeper. */
async function* listFiles(folder: string, prefix: string): AsyncGenerator<ObjectHead> {
  const slash = prefix.lastIndexOf('/') + 1;
  const names = await readdir(join(folder, prefix.slice(0, slash))).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw storageFailure(`Listing ${join(folder, prefix)}`, error);
  });
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    const key = `${prefix.slice(0, slash)}${name}`;
    const head = key.startsWith(prefix) ? await findFile(folder, key) : undefined;
    if (head) yield head;
  }
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
