/** @file Samples, datasets, data issues, snapshots and splits as every door shows them. */
import { z } from 'zod';
import { classNameSchema, nameSchema, pageOf, sampleIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { labelSources } from './label.ts';
import { contentHashSchema, perceptualHashSchema, pictureFormats } from './picture.ts';

export const datasetSchema = z.object({ name: nameSchema, createdAt: timestampSchema });
export type Dataset = z.infer<typeof datasetSchema>;

/** A set of samples that belong together: a burst, a person, a shelf. */
export const groupSchema = classNameSchema;

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
  /** Samples of one declared group are never divided between splits. */
  group: groupSchema.nullable(),
  createdAt: timestampSchema,
  /** Set while the sample is in the trash. */
  removedAt: timestampSchema.nullable(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** What a version of a model answered for a sample, where a list names the version. */
export const listedPredictionSchema = z.object({
  predicted: z.string(),
  /** Calibrated probability of that class, 0 to 1. */
  confidence: z.number().min(0).max(1),
});

/** A sample as lists show it: with its split in the latest snapshot of its dataset, where it is in one. */
export const listedSampleSchema = sampleSchema.extend({
  split: splitSchema.nullable(),
  /** Who gave it its class, how and when; null without a class. */
  annotator: z.string().nullable(),
  labelSource: z.enum(labelSources).nullable(),
  labeledAt: timestampSchema.nullable(),
  /** Of the version that the query names. */
  prediction: listedPredictionSchema.optional(),
  /** Of the measure that the query names or sorts by. */
  measure: z.number().optional(),
});
export type ListedSample = z.infer<typeof listedSampleSchema>;
export const samplePageSchema = pageOf(listedSampleSchema);

/** As little of a sample as an action on many needs. */
export const sampleKeySchema = listedSampleSchema.pick({ id: true, className: true, group: true });
export type SampleKey = z.infer<typeof sampleKeySchema>;

export const dataIssueKinds = ['label-disagreement', 'near-duplicate', 'rejected-file', 'changed-object'] as const;
export type DataIssueKind = (typeof dataIssueKinds)[number];

/** What is measured on the pixels of every sample; a column each. What they mean stands in `measureMeanings`. */
export const measureNames = [
  'brightness',
  'contrast',
  'sharpness',
  'saturation',
  'colorfulness',
  'entropy',
  'outlier',
] as const;
export type MeasureName = (typeof measureNames)[number];

export const tagSchema = classNameSchema;
export const viewIdSchema = z.string().regex(/^view_[0-9a-f]{20}$/, 'must be the id of a view');

/** `NAME@3`. */
export const versionNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[1-9]\d{0,8}$/, 'must be a version such as pets@3');

const numberPattern = '-?\\d{1,12}(?:\\.\\d{1,12})?';
const rangePattern = `(?:${numberPattern})?:(?:${numberPattern})?`;
/** `0.2:0.6`, both included; either side may be left out. */
export const rangeSchema = z.string().regex(new RegExp(`^${rangePattern}$`), 'must be a range such as 0.2:0.6');
/** `brightness:0:0.2`. */
export const measureRangeSchema = z
  .string()
  .regex(
    new RegExp(`^(?:${measureNames.join('|')}):${rangePattern}$`),
    `must be a measure with its range, such as brightness:0:0.2 (${measureNames.join(', ')})`,
  );
const daySchema = z.iso.date('must be a day such as 2026-11-26');

export const sortNames = ['added', 'path', 'label', 'size', 'confidence', ...measureNames] as const;
export type SortName = (typeof sortNames)[number];
export type SampleSort = SortName | `-${SortName}`;
/** With `-` before it the largest, latest or last first. */
export const sampleSortSchema = z.enum([...sortNames, ...sortNames.map((name) => `-${name}` as const)]);

/** All optional, all combine by "and"; the page keeps the same names in its address. */
const filterShape = {
  dataset: nameSchema.optional(),
  /** Empty: without a label. */
  class: z.string().max(100).optional().meta({ description: 'Class; empty for samples without a label' }),
  split: splitSchema.optional(),
  tag: tagSchema.optional(),
  /** Who gave the label that counts. */
  annotator: z.string().min(1).max(100).optional(),
  /** Where the label that counts comes from. */
  source: z.enum(labelSources).optional(),
  /** Text in the path, case-insensitive. */
  text: z.string().max(200).optional().meta({ description: 'Text in the path, in any case' }),
  from: daySchema.optional().meta({ description: 'First day of ingest (UTC)' }),
  to: daySchema.optional().meta({ description: 'Last day of ingest (UTC)' }),
  issue: z.enum(dataIssueKinds).optional(),
  /** Declared group. */
  group: groupSchema.optional(),
  removed: z.stringbool().or(z.boolean()).optional().meta({ description: 'The trash instead of the rest' }),
  version: versionNameSchema.optional().meta({ description: 'Samples that this version of a model has answered for' }),
  predicted: z.string().max(100).optional().meta({ description: 'What the version answered' }),
  confidence: rangeSchema.optional().meta({ description: 'Of that answer, such as 0.2:0.6' }),
  wrong: z
    .stringbool()
    .or(z.boolean())
    .optional()
    .meta({ description: 'true: the answer is not the label; false: it is' }),
  measure: measureRangeSchema.optional(),
  view: viewIdSchema.optional().meta({ description: 'A saved view, of which the rest of the query keeps a part' }),
  sort: sampleSortSchema.optional().meta({ description: 'By id where absent, which mixes everything' }),
};

interface OfVersion {
  version?: string | undefined;
  predicted?: string | undefined;
  confidence?: string | undefined;
  wrong?: boolean | undefined;
  sort?: string | undefined;
}

/** What a model answered can only be asked of a version. */
const namesItsVersion = ({ version, predicted, confidence, wrong, sort }: OfVersion): boolean =>
  version !== undefined ||
  (predicted === undefined && confidence === undefined && wrong === undefined && !sort?.endsWith('confidence'));
const versionMissing = {
  path: ['version'],
  message: 'is needed with predicted, confidence, wrong and sort=confidence: which model is meant?',
};

/** What a view keeps. */
export const sampleFilterSchema = z
  .object({ ...filterShape, removed: z.boolean().optional(), wrong: z.boolean().optional() })
  .refine(namesItsVersion, versionMissing);
export type SampleFilter = z.output<typeof sampleFilterSchema>;

const listShape = {
  ...filterShape,
  className: z.string().max(100).optional().meta({ description: 'As class', deprecated: true }),
  removed: filterShape.removed.default(false),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'Position of the first sample, to jump anywhere' }),
  cursor: z.string().max(200).optional(),
};
const limitUpTo = (most: number) => z.coerce.number().int().min(1).max(most);

/**
 * All that is given must hold. `cursor` is the `nextCursor` of the page before; `offset` jumps to a position of the list instead.
 * `className` is the older name of `class`.
 */
export const sampleQuerySchema = z
  .object({ ...listShape, limit: limitUpTo(1000).default(200) })
  .refine(namesItsVersion, versionMissing);
/** The same, for many more of much less. */
export const sampleKeysQuerySchema = z
  .object({ ...listShape, limit: limitUpTo(10_000).default(10_000) })
  .refine(namesItsVersion, versionMissing);
export type SampleQuery = z.input<typeof sampleQuerySchema>;

export interface Range {
  low?: number | undefined;
  high?: number | undefined;
}

/** `0.2:` is from 0.2 on. */
export function parseRange(text: string): Range {
  const [low = '', high = ''] = text.split(':');
  return { low: low === '' ? undefined : Number(low), high: high === '' ? undefined : Number(high) };
}

/** To six digits after the point. */
export const renderRange = ({ low, high }: Range): string => `${renderNumber(low)}:${renderNumber(high)}`;
const renderNumber = (value: number | undefined): string =>
  value === undefined ? '' : String(Number(value.toFixed(6)));

export function parseMeasureRange(text: string): { name: MeasureName } & Range {
  const [name = '', ...range] = text.split(':');
  return { name: name as MeasureName, ...parseRange(range.join(':')) };
}

/** `pets@3` */
export function parseVersionName(text: string): { model: string; version: number } {
  const at = text.lastIndexOf('@');
  return { model: text.slice(0, at), version: Number(text.slice(at + 1)) };
}

export function parseSort(sort: SampleSort): { by: SortName; isDescending: boolean } {
  const isDescending = sort.startsWith('-');
  return { by: (isDescending ? sort.slice(1) : sort) as SortName, isDescending };
}

export const isMeasure = (name: string): name is MeasureName => (measureNames as readonly string[]).includes(name);

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
