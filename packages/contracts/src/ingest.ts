/** @file What ingest takes and reports. */
import { z } from 'zod';
import { nameSchema } from './ids.ts';

/** Where a picture's class comes from: its folder's name, the start of its file name (`male_person1.jpg`), or nowhere. */
export const labelRules = ['folder', 'filename', 'none'] as const;
export type LabelRule = (typeof labelRules)[number];

export const ingestOptionsSchema = z.object({
  sources: z.array(z.string()).min(1),
  dataset: nameSchema.default('default'),
  labels: z.enum(labelRules).default('folder'),
  annotator: z.string().default('ingest'),
  /** Delete each original once its bytes and row are durable. */
  move: z.boolean().default(false),
});
export type IngestOptions = z.infer<typeof ingestOptionsSchema>;

/** A file that was not taken, and why: a row, not an exception. */
export const rejectionSchema = z.object({
  path: z.string(),
  code: z.string(),
  detail: z.string(),
});
export type Rejection = z.infer<typeof rejectionSchema>;

/** `seen = added + duplicates + known + rejected`. */
export const ingestReportSchema = z.object({
  dataset: z.string(),
  seen: z.int(),
  /** New samples. */
  added: z.int(),
  /** Files whose bytes another file of the dataset has already. */
  duplicates: z.int(),
  /** Files ingested by an earlier run, unchanged since. */
  known: z.int(),
  rejected: z.int(),
  /** The first 100 of them; `tintype catalog issues` lists all. */
  rejections: z.array(rejectionSchema),
  classes: z.record(z.string(), z.int()),
  /** Exact duplicates that carry different classes. */
  labelDisagreements: z.int(),
  durationMs: z.number(),
});
export type IngestReport = z.infer<typeof ingestReportSchema>;

/** Sent a few times a second while ingest runs. */
export interface IngestProgress {
  seen: number;
  added: number;
  rejected: number;
  picturesPerSecond: number;
}
