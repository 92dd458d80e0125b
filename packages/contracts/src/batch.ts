/** @file What batch scoring takes and gives: all pictures of some places, one row a picture in one file. */
import { z } from 'zod';
import { nameSchema } from './ids.ts';

/** By the end of the file's name. */
export const batchFormats = ['jsonl', 'csv', 'parquet'] as const;
export type BatchFormat = (typeof batchFormats)[number];

/** Undefined where the name ends as no format does. */
export function findBatchFormat(out: string): BatchFormat | undefined {
  return batchFormats.find((format) => out.toLowerCase().endsWith(`.${format}`));
}

/** Pictures of `sources` or of the samples of `dataset`. */
export const batchJobSchema = z
  .strictObject({
    /** Folders, archives, pictures, buckets or http addresses, as every machine that works on it finds them. */
    sources: z.array(z.string().min(1)),
    dataset: nameSchema.optional(),
    /** Address of the file that is written: a whole path, `s3://BUCKET/KEY` or `gs://BUCKET/KEY`. */
    out: z.string().refine((out) => findBatchFormat(out) !== undefined, `must end with .${batchFormats.join(', .')}`),
    model: nameSchema,
    version: z.int().min(1),
  })
  .refine(({ sources, dataset }) => sources.length > 0 !== (dataset !== undefined), 'needs sources or a dataset');
export type BatchJob = z.infer<typeof batchJobSchema>;

/** A part of a batch. */
export const shardJobSchema = z.strictObject({
  /** Position among the sources; 0 of a dataset. */
  source: z.int().min(0),
  /** Key of the list of its pictures, beside the output. */
  list: z.string(),
  /** Name of the list's last picture: where listing goes on. */
  last: z.string(),
});
export type ShardJob = z.infer<typeof shardJobSchema>;

/** A picture as it was listed, so that a row is about what was there then. */
export const listedPictureSchema = z.object({
  /** Path below its source. */
  path: z.string(),
  sizeBytes: z.number(),
  modifiedAt: z.number(),
  etag: z.string().optional(),
  /** Of samples. */
  sample: z.object({ id: z.string(), contentHash: z.string(), label: z.string().nullable() }).optional(),
});
export type ListedPicture = z.infer<typeof listedPictureSchema>;

/** One a picture. A picture that cannot be answered for, or that a gate refuses, has an `error`. */
export const batchRowSchema = z.object({
  path: z.string(),
  /** Where there are several. */
  source: z.string().optional(),
  /** Of the pictures of a dataset. */
  sample_id: z.string().optional(),
  label: z.string().nullable().optional(),
  prediction: z.string().nullable(),
  /** 0 to 1, to six digits, as all probabilities here. */
  confidence: z.number(),
  error: z.string().nullable(),
  reason: z.string().nullable(),
  model: z.string(),
  version: z.int(),
  /** By class; null where there is no answer. */
  probabilities: z.record(z.string(), z.number()).nullable(),
});
export type BatchRow = z.infer<typeof batchRowSchema>;

/** What a batch came to. */
export const batchReportSchema = z.object({
  out: z.string(),
  format: z.enum(batchFormats),
  model: z.string(),
  version: z.int(),
  /** Rows of the output. */
  pictures: z.int(),
  /** Of them those without an answer. */
  failed: z.int(),
  sizeBytes: z.int(),
});
export type BatchReport = z.infer<typeof batchReportSchema>;
