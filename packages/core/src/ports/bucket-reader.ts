/** @file Pictures in buckets that requests name: what may be read is read, and everything else is one and the same refusal. */
import type { ObjectStore } from './object-store.ts';

/** What is needed of a bucket's store. Keys are any text: the store itself must find nothing outside the bucket. */
export type BucketStore = Pick<ObjectStore, 'find' | 'getRange'>;

export interface BucketReader {
  /**
   * Throws OBJECT_REFUSED, the same for a bucket that is unknown, a key that is not allowed, and an object that is not there;
   * IMAGE_TOO_LARGE before any of it is read; STORAGE_FAILED.
   */
  read(address: { bucket: string; key: string }, options: { limitBytes: number }): Promise<Uint8Array>;
}
