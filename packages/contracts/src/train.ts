/** @file What training takes, reports while it runs, and ends with. */
import { z } from 'zod';
import { defaultSplitShares, splitSharesSchema } from './catalog.ts';
import { intervalSchema, nameSchema, timestampSchema } from './ids.ts';
import { headKinds } from './model.ts';
import { settingSchema } from './tune.ts';

export const trainOptionsSchema = z.object({
  dataset: nameSchema.optional(),
  /** Train on this snapshot instead of a new one. */
  snapshot: z.string().optional(),
  /** `histograms`, `pixels[:SIZE]`, a path to an .onnx file, or `hub:ORG/REPO[@REVISION]`. */
  backbone: z.string().default('histograms'),
  head: z.enum(headKinds).default('logistic'),
  /** Of the head, fixed instead of chosen by cross-validation: `{ c: 0.01 }`. */
  hyperparameters: z.record(z.string(), settingSchema).default({}),
  seed: z.int().min(0).default(1),
  /** Registered name; by default the dataset's. */
  model: nameSchema.optional(),
  /** Classes to leave out. */
  without: z.array(z.string()).default([]),
  shares: splitSharesSchema.default(defaultSplitShares),
  /** Weigh each class by the inverse of its frequency. */
  classWeights: z.enum(['none', 'balanced']).default('none'),
});
export type TrainOptions = z.infer<typeof trainOptionsSchema>;

/** Stable names: `tintype train --json` ends with this object. */
export const trainSummarySchema = z.object({
  run: z.string(),
  model: z.string(),
  version: z.int(),
  snapshot: z.string(),
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  balancedAccuracy: z.number(),
  macroF1: z.number(),
  classes: z.array(z.string()),
  durationMs: z.number(),
});
export type TrainSummary = z.infer<typeof trainSummarySchema>;

export const runStatuses = ['running', 'succeeded', 'failed'] as const;
export const runSchema = z.object({
  id: z.string(),
  snapshot: z.string(),
  status: z.enum(runStatuses),
  options: z.record(z.string(), z.unknown()),
  startedAt: timestampSchema,
  endedAt: timestampSchema.nullable(),
  /** Code and sentence of what ended a failed run. */
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
});
export type Run = z.infer<typeof runSchema>;

/** Progress of any long stage: what is being done, how far. `total` is absent where it is not known. */
export interface StageProgress {
  stage: 'snapshot' | 'features' | 'fit' | 'calibrate' | 'evaluate' | 'register';
  done: number;
  total?: number;
  /** A few words on where it stands, such as `C 0.001: 87.1 % in cross-validation`. */
  note?: string;
}
