/** @file Where results are written to: a folder of this machine, or a place in a bucket. */
import type { ObjectStore } from './object-store.ts';

/** Keys are names as people give them; what `put` or `write` has returned for is whole and durable. */
export type OutputPlace = Pick<ObjectStore, 'put' | 'write' | 'read' | 'find' | 'list' | 'remove'>;

export interface OutputFile {
  place: OutputPlace;
  /** Key of the file in the place. */
  name: string;
}

/** The place that a file's address is in. Throws USAGE_INVALID, STORAGE_FAILED, BUCKET_DENIED or BUCKET_UNREACHABLE. */
export type OpenOutput = (out: string) => Promise<OutputFile>;
