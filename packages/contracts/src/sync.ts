/** @file What sync reports: how a dataset followed a bucket. */
import { z } from 'zod';
import { rejectionSchema } from './ingest.ts';

/** `listed = unchanged + added + changed + returned + duplicates + rejected`. */
export const syncReportSchema = z.object({
  /** Address of the bucket, in its one spelling. */
  location: z.string(),
  dataset: z.string(),
  /** Objects that could be pictures. */
  listed: z.int(),
  /** Not read again. */
  unchanged: z.int(),
  added: z.int(),
  /** Their new content took the place of the old, which is in the trash; the label was kept, and is listed as an issue. */
  changed: z.int(),
  /** Deleted before, there again as they were. */
  returned: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  /** The first 100 of them. */
  rejections: z.array(rejectionSchema),
  /** Objects that are not there any more. */
  deleted: z.int(),
  /** Samples that went to the trash because no object is them any more. */
  trashed: z.int(),
  /** Samples that came out of the trash with their objects. */
  restored: z.int(),
  classes: z.record(z.string(), z.int()),
  labelDisagreements: z.int(),
  durationMs: z.number(),
});
export type SyncReport = z.infer<typeof syncReportSchema>;

/** Sent a few times a second while sync runs. */
export interface SyncProgress {
  listed: number;
  unchanged: number;
  added: number;
  changed: number;
  deleted: number;
  rejected: number;
}
