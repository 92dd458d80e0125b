/** @file Buckets: places of objects that a request may name, each with the prefixes that may be read of it. */
import { z } from 'zod';
import { nameSchema } from './ids.ts';

/** Kinds of object stores that a bucket can be in. */
export const bucketSchemes = ['file'] as const;
export type BucketScheme = (typeof bucketSchemes)[number];

const storePattern = new RegExp(`^(?:${bucketSchemes.join('|')}):.+$`, 'su');

export const bucketSchema = z.strictObject({
  /** `file:FOLDER`, relative to the workspace. */
  store: z.string().regex(storePattern, 'must be file:FOLDER'),
  /** Beginnings of the keys that may be read, each a folder with its slash; an empty text is the whole bucket. */
  prefixes: z
    .array(
      z
        .string()
        .max(1024)
        .regex(/^(?:[^/\\\p{Cc}]+\/)*$/u, 'must be empty, or a folder that ends with a slash, such as incoming/'),
    )
    .min(1),
});
export type Bucket = z.infer<typeof bucketSchema>;

/** By the name that requests use. */
export const bucketsSchema = z.record(nameSchema, bucketSchema);
export type Buckets = z.infer<typeof bucketsSchema>;

/** The store's scheme and what follows it: `file:photos` -> `file`, `photos`. */
export function parseBucketStore(store: string): { scheme: BucketScheme; place: string } {
  const colon = store.indexOf(':');
  return { scheme: store.slice(0, colon) as BucketScheme, place: store.slice(colon + 1) };
}
