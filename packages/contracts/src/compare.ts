/** @file The bake-off: models of several kinds on one snapshot and one split, and which of them to take. */
import { z } from 'zod';
import { defaultSplitShares, splitSharesSchema } from './catalog.ts';
import { gatesOptionSchema } from './gate.ts';
import { intervalSchema, nameSchema } from './ids.ts';
import { headKinds } from './model.ts';

/** From cheap to dear. */
export const modelFamilies = ['classical', 'frozen', 'fine-tuned', 'from scratch'] as const;
export type ModelFamily = (typeof modelFamilies)[number];

export const compareOptionsSchema = z.object({
  /** Backbones to compare. */
  models: z.array(z.string()).min(1).default(['histograms', 'pixels']),
  /** Heads on each of them. */
  heads: z
    .array(z.enum(headKinds))
    .min(1)
    .default([...headKinds]),
  /** Time for all of it; without one everything is trained. */
  budgetMs: z.int().min(0).optional(),
  seed: z.int().min(0).default(1),
  dataset: nameSchema.optional(),
  snapshot: z.string().optional(),
  without: z.array(z.string()).default([]),
  shares: splitSharesSchema.default(defaultSplitShares),
  /** Gates that the winner asks of every picture once it serves, where it is registered. */
  gates: gatesOptionSchema,
});
export type CompareOptions = z.infer<typeof compareOptionsSchema>;

const accuracySchema = z.object({ accuracy: z.number(), interval: intervalSchema });

/** Two models on the same pictures: how many only the one, and only the other, got right; McNemar's exact p, two-sided. */
export const pairingSchema = z.object({ onlyThis: z.int(), onlyBest: z.int(), p: z.number() });
export type Pairing = z.infer<typeof pairingSchema>;

export const contenderSchema = z.object({
  family: z.enum(modelFamilies),
  /** As people name it: `mobilenetv2.onnx svm-rbf`. */
  name: z.string(),
  /** Trains it again. */
  command: z.string(),
  run: z.string(),
  /** What is chosen by. */
  validation: accuracySchema,
  /** What is reported; nothing is chosen by it. */
  test: accuracySchema,
  /** Against the best by validation; null for that one. */
  onValidation: pairingSchema.nullable(),
  onTest: pairingSchema.nullable(),
  /** Median of whole answers, one picture at a time: decoding, preprocessing and the bundle's graph in a child process. */
  pictureMs: z.number(),
  sizeBytes: z.int(),
  trainingMs: z.int(),
});
export type Contender = z.infer<typeof contenderSchema>;

/** Stable names: `tintype compare --json` ends with this object. */
export const comparisonSchema = z.object({
  snapshot: z.string(),
  classes: z.array(z.string()),
  validationSamples: z.int(),
  testSamples: z.int(),
  /** Best by validation first. */
  contenders: z.array(contenderSchema),
  /** What did not come to an end, and why. */
  left: z.array(z.object({ name: z.string(), code: z.string(), reason: z.string() })),
  /** Name of the contender to take, and a sentence that says why. */
  recommended: z.object({ name: z.string(), reason: z.string() }),
  durationMs: z.number(),
});
export type Comparison = z.infer<typeof comparisonSchema>;
