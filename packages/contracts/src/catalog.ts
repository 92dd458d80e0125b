/** @file Samples, datasets, data issues, snapshots and splits as every door shows them. */
import { z } from 'zod';
import { nameSchema, pageOf, sampleIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { contentHashSchema, perceptualHashSchema, pictureFormats } from './picture.ts';

export const datasetSchema = z.object({ name: nameSchema, createdAt: timestampSchema });
export type Dataset = z.infer<typeof datasetSchema>;

/** One picture of a dataset. Sizes in pixels are as seen, orientation applied. */
export const sampleSchema = z.object({
  id: sampleIdSchema,
  dataset: nameSchema,
  contentHash: contentHashSchema,
  /** Path relative to the ingested source, for people; never opened. */
  path: z.string(),
  format: z.enum(pictureFormats),
  widthPx: z.int(),
  heightPx: z.int(),
  sizeBytes: z.int(),
  perceptualHash: perceptualHashSchema,
  className: z.string().nullable(),
  createdAt: timestampSchema,
  /** Set while the sample is in the trash. */
  removedAt: timestampSchema.nullable(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A sample as lists show it: with its split in the latest snapshot of its dataset, where it is in one. */
export const listedSampleSchema = sampleSchema.extend({ split: splitSchema.nullable() });
export type ListedSample = z.infer<typeof listedSampleSchema>;
export const samplePageSchema = pageOf(listedSampleSchema);

/** `className: ''` asks for samples without a label. */
export const sampleQuerySchema = z.object({
  dataset: nameSchema.optional(),
  className: z.string().optional(),
  split: splitSchema.optional(),
  removed: z.stringbool().or(z.boolean()).default(false),
  /** Text in the path, case-insensitive. */
  text: z.string().max(200).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export type SampleQuery = z.input<typeof sampleQuerySchema>;

export const dataIssueKinds = ['label-disagreement', 'near-duplicate', 'rejected-file'] as const;
export type DataIssueKind = (typeof dataIssueKinds)[number];

export const dataIssueSchema = z.object({
  id: z.string(),
  dataset: nameSchema,
  kind: z.enum(dataIssueKinds),
  sampleId: sampleIdSchema.nullable(),
  path: z.string(),
  code: z.string(),
  detail: z.string(),
  /** 0 (harmless) to 1 (certain and grave). */
  score: z.number().min(0).max(1),
  at: timestampSchema,
});
export type DataIssue = z.infer<typeof dataIssueSchema>;

export const catalogSummarySchema = z.object({
  datasets: z.array(
    z.object({
      name: nameSchema,
      samples: z.int(),
      removed: z.int(),
      unlabeled: z.int(),
      sizeBytes: z.int(),
      classes: z.array(z.object({ name: z.string(), samples: z.int() })),
      issues: z.record(z.string(), z.int()),
    }),
  ),
});
export type CatalogSummary = z.infer<typeof catalogSummarySchema>;

/** Shares of the three splits; they sum to 1. */
export const splitSharesSchema = z
  .object({ train: z.number(), validation: z.number(), test: z.number() })
  .refine((s) => Math.abs(s.train + s.validation + s.test - 1) < 1e-9, 'must sum to 1');
export type SplitShares = z.infer<typeof splitSharesSchema>;
export const defaultSplitShares: SplitShares = { train: 0.7, validation: 0.1, test: 0.2 };

/** What a snapshot is made of. */
export const snapshotOptionsSchema = z.object({
  /** The only dataset of the workspace where absent. */
  dataset: nameSchema.optional(),
  /** Classes to leave out. */
  without: z.array(z.string()).default([]),
  shares: splitSharesSchema.default(defaultSplitShares),
  seed: z.int().min(0).default(1),
});
export type SnapshotOptions = z.infer<typeof snapshotOptionsSchema>;

/** One frozen row of a snapshot. `group` joins near-duplicates: a group never spans two splits. */
export const snapshotEntrySchema = z.object({
  sampleId: sampleIdSchema,
  contentHash: contentHashSchema,
  className: z.string(),
  group: z.string(),
  split: splitSchema,
});
export type SnapshotEntry = z.infer<typeof snapshotEntrySchema>;

/** `id` is `snap_` + the first 16 digits of the SHA-256 over the canonical entries, so equal content has equal id. */
export const snapshotSchema = z.object({
  id: z.string().regex(/^snap_[0-9a-f]{16}$/),
  dataset: nameSchema,
  seed: z.int(),
  shares: splitSharesSchema,
  /** In class-index order: the order of logits of every model trained on it. */
  classes: z.array(z.string()),
  counts: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  classCounts: z.record(z.string(), z.int()),
  groups: z.int(),
  createdAt: timestampSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;
