/** @file Labels and datasets on their way from and to other tools. */
import { z } from 'zod';
import { nameSchema, splitSchema } from './ids.ts';
import { ingestReportSchema } from './ingest.ts';

/** What labels can be read from, in the order in which a source is tried. */
export const importFormats = [
  'label-studio',
  'custom-vision',
  'coco',
  'cvat',
  'imagefolder',
  'csv',
  'npz',
  'teachable-machine',
  'folder',
] as const;
export type ImportFormat = (typeof importFormats)[number];

export const exportFormats = ['folder', 'csv', 'imagefolder', 'label-studio', 'npy', 'npz'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const importOptionsSchema = z.object({
  /** A file, a folder or a .zip; pictures in it are taken in. */
  source: z.string().min(1),
  /** Found out where absent. */
  format: z.enum(importFormats).optional(),
  dataset: nameSchema.default('default'),
  /** A folder or an archive that holds the pictures, where the source does not. */
  pictures: z.string().min(1).optional(),
  /** Who labels are recorded under that name nobody. */
  annotator: z.string().min(1).max(100).default('import'),
});
export type ImportOptions = z.input<typeof importOptionsSchema>;

const namesAndReasons = z.array(z.object({ name: z.string(), reason: z.string() }));

export const importReportSchema = z.object({
  dataset: nameSchema,
  format: z.enum(importFormats),
  /** Labels that were written in the source. */
  read: z.int(),
  /** Pictures that got a label, or another one. */
  labeled: z.int(),
  /** Pictures that have it already. */
  unchanged: z.int(),
  /** What further people said of the same pictures. */
  opinions: z.int(),
  classes: z.record(z.string(), z.int()),
  /** Labels that were not taken: the first of them, and how many. */
  skipped: z.int(),
  reasons: namesAndReasons,
  /** Of the pictures that came along; null where none did. */
  ingest: ingestReportSchema.nullable(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

/** Longest side of pixels that are written. */
const largestSizePx = 4096;

export const exportOptionsSchema = z.object({
  folder: z.string().min(1),
  format: z.enum(exportFormats).default('folder'),
  /** The only dataset of the workspace where absent. */
  dataset: nameSchema.optional(),
  className: z.string().optional(),
  split: splitSchema.optional(),
  /** Whether the pictures themselves are written, where the format leaves the choice. */
  pictures: z.boolean().default(true),
  /** Side of the squares that npy and npz hold. */
  sizePx: z.int().min(1).max(largestSizePx).default(224),
});
export type ExportOptions = z.input<typeof exportOptionsSchema>;

export const exportReportSchema = z.object({
  dataset: nameSchema,
  format: z.enum(exportFormats),
  folder: z.string(),
  pictures: z.int(),
  /** Pictures without a label, which are left out. */
  unlabeled: z.int(),
  classes: z.record(z.string(), z.int()),
  files: z.int(),
  sizeBytes: z.int(),
  /** Pictures whose pixels could not be had, and why. */
  failed: namesAndReasons,
});
export type ExportReport = z.infer<typeof exportReportSchema>;
