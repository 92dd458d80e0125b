/** @file Buckets: places of objects that a request may name, each with the prefixes that may be read of it. */
import { z } from 'zod';
import { nameSchema } from './ids.ts';
import { storeAddressSchema } from './store-address.ts';

export const bucketSchema = z.strictObject({
  /** `file:FOLDER`, relative to the workspace, or `s3://BUCKET/PREFIX` or `gs://BUCKET/PREFIX`. */
  store: storeAddressSchema,
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
