/** @file Pictures that a JSON body names: by an address, by bucket and key, or in an event of S3. The words are checked, then the bytes are got. */
import { TintypeError } from '@tintype/contracts/errors';
import { decodeEventKey } from '@tintype/contracts/object-event';
import { type ObjectAddress, objectAddressSchema, pictureAddressSchema, s3EventSchema } from '@tintype/contracts/serve';
import type { BucketReader } from '@tintype/core/ports/bucket-reader';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { withClientSignal } from './client-signal.ts';
import type { UploadBudget } from './read-upload.ts';

export interface PictureSources {
  fetcher: PictureFetcher;
  buckets: BucketReader;
  limitBytes: number;
  budget: UploadBudget;
}

export type NamedPicture = { url: string } | ObjectAddress;

/** One for an address or an object, one for each record of an event. Throws VALIDATION_FAILED. */
export function parseNamedPictures(body: unknown): NamedPicture[] {
  const has = (key: string): boolean => typeof body === 'object' && body !== null && Object.hasOwn(body, key);
  if (has('Records')) {
    return parse(s3EventSchema, body).Records.map(({ s3 }) => ({
      bucket: s3.bucket.name,
      // A key that is not encoded as S3 does names nothing.
      key: decodeEventKey(s3.object.key) ?? '',
    }));
  }
  if (has('bucket') || has('key')) return [parse(objectAddressSchema, body)];
  return [parse(pictureAddressSchema, body)];
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, message }));
  throw new TintypeError('VALIDATION_FAILED', { errors });
}

/** Calls `use` with the picture's bytes; they count against the budget until it ends. A client that leaves ends a fetch. */
export async function withNamedPicture<T>(
  request: FastifyRequest,
  picture: NamedPicture,
  { fetcher, buckets, limitBytes, budget }: PictureSources,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const bytes =
    'url' in picture
      ? await withClientSignal(request, (signal) => fetcher.fetch(picture.url, { limitBytes, signal }))
      : await buckets.read(picture, { limitBytes });
  budget.take(bytes.length);
  try {
    return await use(bytes);
  } finally {
    budget.give(bytes.length);
  }
}
