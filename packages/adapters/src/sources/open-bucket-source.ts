/** @file The objects of a bucket as pictures to take in, in the order of their keys. */
import { TintypeError } from '@tintype/contracts/errors';
import {
  type CloudAddress,
  findStoreAddress,
  isCloudAddress,
  renderStoreAddress,
} from '@tintype/contracts/store-address';
import { type Bucket, type BucketObject, compareKeys } from '@tintype/core/ports/bucket';
import type { PartFetcher } from '@tintype/core/ports/picture-fetcher';
import type { OpenPictureSource, PictureSource, SourceFile } from '@tintype/core/ports/picture-source';
import { isObjectDenied } from '../buckets/cloud-failure.ts';
import { type BucketSettings, openBucket } from '../buckets/open-bucket.ts';
import { collectBytes } from '../buckets/read-body.ts';
import { archiveKindOf } from './archive.ts';
import { openAddressArchive } from './open-address-archive.ts';
import { openBucketArchive } from './open-bucket-archive.ts';
import { openPictureSource } from './open-picture-source.ts';
import { couldBePicture } from './picture-candidates.ts';
import { unreadable } from './refused-file.ts';

/**
 * Whatever `openPictureSource` opens; places in buckets (`s3://photos/incoming`), objects (`s3://photos/a.jpg`) and archives
 * (`s3://photos/set.zip`) in them; and, with a fetcher, archives at addresses (`https://example.org/set.zip`). Throws USAGE_INVALID,
 * BUCKET_DENIED, BUCKET_UNREACHABLE, URL_REFUSED or ARCHIVE_UNREADABLE.
 */
export function createSourceOpener(
  settings: BucketSettings,
  { fetcher }: { fetcher?: PartFetcher } = {},
): OpenPictureSource {
  return async (source, limits) => {
    if (fetcher && /^https?:\/\//i.test(source)) return openAddressArchive(source, { fetcher, ...limits });
    if (!isCloudAddress(source)) return openPictureSource(source, limits);
    const address = parseCloudAddress(source);
    return (
      (await findSingle(address, settings, limits)) ?? openBucketSource(await openBucket(address, settings), limits)
    );
  };
}

/** Throws USAGE_INVALID. */
export function parseCloudAddress(text: string): CloudAddress {
  const address = findStoreAddress(text);
  if (address && address.scheme !== 'file') return address;
  const problem = `${JSON.stringify(text)} is not the address of a bucket: s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.`;
  throw new TintypeError('USAGE_INVALID', { problem });
}

export interface BucketSourceOptions {
  /** Longest object that is read. */
  bytes: number;
  /** Also what people keep beside pictures, so that nothing stays unseen. */
  offersAll?: boolean;
  /** Only these of the bucket's objects, where they are there. */
  keys?: readonly string[];
}

export function openBucketSource(
  bucket: Bucket,
  { bytes, offersAll = false, keys }: BucketSourceOptions,
): PictureSource {
  const list = async function* (options?: { after: string }): AsyncGenerator<SourceFile> {
    for await (const object of keys === undefined ? bucket.list('', options) : findAll(bucket, keys)) {
      // What consoles make for an empty folder.
      if (object.key === '' || object.key.endsWith('/')) continue;
      if (offersAll || couldBePicture(object.key)) yield toSourceFile(bucket, object, bytes);
    }
  };
  return {
    location: bucket.location,
    files: () => list(),
    filesAfter: (after) => list({ after }),
    file: ({ path, etag = '', ...listed }) => toSourceFile(bucket, { key: path, etag, ...listed }, bytes),
  };
}

const findsAtOnce = 16;

/** In the order of listings. */
async function* findAll(bucket: Bucket, keys: readonly string[]): AsyncGenerator<BucketObject> {
  const sorted = keys.filter((key) => key !== '').sort(compareKeys);
  for (let start = 0; start < sorted.length; start += findsAtOnce) {
    const found = await Promise.all(sorted.slice(start, start + findsAtOnce).map((key) => bucket.find(key)));
    yield* found.filter((object) => object !== undefined);
  }
}

/** An object that a whole address names; its folder is the location, so that ingesting the folder later finds it known. */
async function findSingle(
  address: CloudAddress,
  settings: BucketSettings,
  limits: { bytes: number },
): Promise<PictureSource | undefined> {
  const path = address.prefix.replace(/\/$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!/\.\w{2,5}$/.test(name) || !couldBePicture(name)) return undefined;
  const folder = { ...address, prefix: path.slice(0, path.length - name.length) };
  const bucket = await openBucket(folder, settings);
  const object = await bucket.find(name);
  if (!object) return undefined;
  const kind = archiveKindOf(name);
  if (kind) return openBucketArchive(bucket, object, { kind, limitBytes: limits.bytes });
  return {
    location: renderStoreAddress(folder),
    async *files() {
      yield toSourceFile(bucket, object, limits.bytes);
    },
  };
}

function toSourceFile(
  bucket: Bucket,
  { key, sizeBytes, modifiedAt, etag }: BucketObject,
  limitBytes: number,
): SourceFile {
  return {
    path: key,
    sizeBytes,
    modifiedAt,
    etag,
    async read() {
      if (sizeBytes > limitBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes });
      try {
        return await collectBytes(bucket.read(key, { etag }));
      } catch (error) {
        throw isGone(error) ? unreadable('it was changed or deleted while it was read', error) : toRefusal(error);
      }
    },
    async remove() {
      const now = await bucket.find(key);
      // What was written since it was listed is not in the catalog, so it stays.
      if (now?.etag === etag) await bucket.remove(key);
    },
  };
}

const isGone = (error: unknown): boolean => error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND';

/** An object that is closed, or in an archive, is a row; a bucket that is closed ends the work. */
function toRefusal(error: unknown): unknown {
  return isObjectDenied(error) ? unreadable((error as TintypeError<'BUCKET_DENIED'>).details.reason, error) : error;
}
