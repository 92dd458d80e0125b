/** @file What an evaluation says, stored once and never changed. */
import { z } from 'zod';
import { intervalSchema, timestampSchema } from './ids.ts';
import { rejectionSchema } from './ingest.ts';

export const classMetricsSchema = z.object({
  className: z.string(),
  /** Pictures of this class. */
  support: z.int(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
});

export const mistakeSchema = z.object({
  /** The sample's id, or the path for a folder that is not in the catalog. */
  sample: z.string(),
  className: z.string(),
  predicted: z.string(),
  confidence: z.number(),
});

/** All shares are from 0 to 1. Intervals are 95 %: Wilson's for accuracy. */
export const evaluationSchema = z.object({
  id: z.string(),
  model: z.string(),
  version: z.int(),
  /** A snapshot's split, or a folder. */
  on: z.string(),
  samples: z.int(),
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  balancedAccuracy: z.number(),
  macroF1: z.number(),
  classes: z.array(classMetricsSchema),
  /** Rows are true classes, columns predicted ones, both in class-index order. */
  confusion: z.array(z.array(z.int())),
  /** Expected calibration error over 15 equal-width bins (Guo et al. 2017), before and after temperature scaling. */
  calibration: z.object({ before: z.number(), after: z.number(), temperature: z.number() }),
  /** Most confident first, at most 50. */
  mistakes: z.array(mistakeSchema),
  /** Files that could not be answered for and count in no metric; absent where there are none. */
  rejected: z.array(rejectionSchema).optional(),
  durationMs: z.number(),
  at: timestampSchema,
});
export type Evaluation = z.infer<typeof evaluationSchema>;
