/** @file What a sweep of the drop zone reports. */
import { z } from 'zod';
import { rejectionSchema } from './ingest.ts';

/** `seen = added + duplicates + rejected`. */
export const dropReportSchema = z.object({
  /** Address of the drop zone, in its one spelling. */
  location: z.string(),
  dataset: z.string(),
  seen: z.int(),
  added: z.int(),
  /** Pictures that the dataset had already. */
  duplicates: z.int(),
  rejected: z.int(),
  /** The first 100 of them. */
  rejections: z.array(rejectionSchema),
  classes: z.record(z.string(), z.int()),
  durationMs: z.number(),
});
export type DropReport = z.infer<typeof dropReportSchema>;
