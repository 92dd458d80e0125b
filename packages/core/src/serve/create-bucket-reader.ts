/** @file Which objects a request may name: those below an allowed prefix of a named bucket, by a key that is plain. */
import type { Buckets } from '@tintype/contracts/buckets';
import { TintypeError } from '@tintype/contracts/errors';
import type { BucketReader, BucketStore } from '../ports/bucket-reader.ts';

/** S3's and Google's own limit. */
const longestKeyBytes = 1024;
/** Control characters, invisible ones, halves of a pair, and the separator of Windows. */
const oddCharacters = /[\p{Cc}\p{Cf}\p{Cs}\\]/u;

/** No part of the key is empty or points elsewhere, so that its prefix says where it is. */
export function isPlainKey(key: string): boolean {
  if (oddCharacters.test(key) || new TextEncoder().encode(key).length > longestKeyBytes) return false;
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** `stores` by the name of the bucket. */
export function createBucketReader(buckets: Buckets, stores: ReadonlyMap<string, BucketStore>): BucketReader {
  const find = (bucket: string, key: string): BucketStore | undefined => {
    const prefixes = Object.hasOwn(buckets, bucket) ? (buckets[bucket]?.prefixes ?? []) : [];
    return isPlainKey(key) && prefixes.some((prefix) => key.startsWith(prefix)) ? stores.get(bucket) : undefined;
  };
  return {
    async read({ bucket, key }, { limitBytes }) {
      const store = find(bucket, key);
      try {
        const head = await store?.find(key);
        if (!store || !head) throw new TintypeError('OBJECT_REFUSED', {});
        const { sizeBytes } = head;
        if (sizeBytes > limitBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes });
        return await store.getRange(key, { start: 0, end: sizeBytes });
      } catch (error) {
        throw isAsGoodAsAbsent(error) ? new TintypeError('OBJECT_REFUSED', {}, { cause: error }) : error;
      }
    },
  };
}

/** It was removed meanwhile; or the cloud does not say whether it is there, as S3 does to those who may not list the bucket. */
function isAsGoodAsAbsent(error: unknown): boolean {
  return error instanceof TintypeError && ['OBJECT_NOT_FOUND', 'BUCKET_DENIED'].includes(error.code);
}
