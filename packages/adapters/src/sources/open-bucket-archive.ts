/** @file An archive that is an object of a bucket, read where it is: a zip's directory and files by ranges, a tar as it arrives. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Bucket, BucketObject } from '@tintype/core/ports/bucket';
import type { PictureSource } from '@tintype/core/ports/picture-source';
import type { ArchiveKind } from './archive.ts';
import { openArchive } from './open-picture-source.ts';
import { couldBePicture } from './picture-candidates.ts';
import { remoteArchive } from './remote-archive.ts';

/** In the version that `object` is. Throws ARCHIVE_UNREADABLE, BUCKET_DENIED or BUCKET_UNREACHABLE. */
export function openBucketArchive(
  bucket: Bucket,
  { key, etag, sizeBytes, modifiedAt }: BucketObject,
  { kind, limitBytes }: { kind: ArchiveKind; limitBytes: number },
): Promise<PictureSource> {
  const bytes = remoteArchive({
    sizeBytes,
    readRange: (start, end) => bucket.getRange(key, { start, end, etag }).catch(throwChanged),
    async *read() {
      try {
        yield* bucket.read(key, { etag });
      } catch (error) {
        throwChanged(error);
      }
    },
  });
  const location = `${bucket.location}${key}`;
  return openArchive({ location, modifiedAt, etag, limitBytes, accepts: couldBePicture, bytes }, kind);
}

function throwChanged(error: unknown): never {
  const isGone = error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND';
  if (!isGone) throw error;
  throw new TintypeError(
    'ARCHIVE_UNREADABLE',
    { reason: 'it was changed or deleted while it was read' },
    { cause: error },
  );
}
