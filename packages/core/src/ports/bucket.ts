/** @file A bucket, or a place in one: objects under keys of any text, as clouds keep them and people name them. */
import type { ObjectHead, ObjectStore } from './object-store.ts';

export interface BucketObject extends ObjectHead {
  /** Another one whenever the content is another; what it says otherwise is the cloud's own matter. */
  etag: string;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

/**
 * Every operation ends within a bounded time, bodies that trickle or stall too, and is tried again a bounded number of times where
 * trying again can help. Throws BUCKET_UNREACHABLE when that was in vain, and BUCKET_DENIED when it cannot help.
 */
export interface Bucket extends Pick<ObjectStore, 'put' | 'write' | 'get' | 'remove'> {
  /** Canonical address; keys are below it. `s3://photos/incoming/`. */
  readonly location: string;
  /** Throws where nothing can be done here: a bucket that is not there, an address that nobody answers, no credentials. */
  assertOpen(): Promise<void>;
  find(key: string): Promise<BucketObject | undefined>;
  /** Bytes `[start, end)`. Throws OBJECT_NOT_FOUND, also where `etag` is given and is not the object's any more. */
  getRange(key: string, range: { start: number; end: number; etag?: string }): Promise<Uint8Array>;
  /**
   * The object's bytes as they arrive; a connection that is cut is taken up where it ended, in the same version of the object.
   * Throws OBJECT_NOT_FOUND, also where `etag` is given and is not the object's any more.
   */
  read(key: string, options?: { etag?: string }): AsyncIterable<Uint8Array>;
  /** Every object whose key starts with `prefix`, in the order of their keys' UTF-8 bytes; only those after the key `after`. */
  list(prefix: string, options?: { after?: string }): AsyncIterable<BucketObject>;
}

/** In the order of UTF-8 bytes, which is that of listings; JavaScript's own order is another for some characters. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
