/** @file What is read out of a version's answers kept picture by picture: calibration, thresholds, slices, comparisons, lineage. */
import { z } from 'zod';
import { snapshotSchema } from './catalog.ts';
import { intervalSchema, nameSchema, sampleIdSchema, timestampSchema } from './ids.ts';
import { labelSources } from './label.ts';
import { aliasLogEntrySchema, modelVersionSchema } from './registry.ts';
import { runSchema } from './train.ts';

/**
 * `test`: the test split of the version's own snapshot. `unseen`: every labeled picture with an answer that the version was neither trained nor
 * calibrated on, newer ones included. Judged by the label of the snapshot where the picture is in it, by the one it has now elsewhere.
 */
export const answerScopes = ['test', 'unseen'] as const;
export type AnswerScope = (typeof answerScopes)[number];

/** Pictures answered with a confidence between `from` and `to`. Bins without pictures are left out. */
export const reliabilityBinSchema = z.object({
  from: z.number(),
  to: z.number(),
  pictures: z.int().min(1),
  /** Mean of what the model said. */
  confidence: z.number(),
  /** Share of right answers, with Wilson's interval. */
  accuracy: z.number(),
  interval: intervalSchema,
});
export type ReliabilityBin = z.infer<typeof reliabilityBinSchema>;

/** Thresholds are hundredths: at position n are the pictures answered with at least n/100 and less than (n + 1)/100. */
export const thresholdSteps = 100;
export const classThresholdsSchema = z.object({
  className: z.string(),
  /** Pictures of this class. */
  pictures: z.int(),
  /** Pictures answered with this class, by confidence. */
  predicted: z.array(z.int()).length(thresholdSteps),
  /** Of them those that are of it. */
  right: z.array(z.int()).length(thresholdSteps),
});
export type ClassThresholds = z.infer<typeof classThresholdsSchema>;

/** `size` is that of the shorter side, `brightness` the mean of the picture. */
export const sliceKinds = ['dataset', 'size', 'brightness', 'tag'] as const;
export type SliceKind = (typeof sliceKinds)[number];

export const evaluationSliceSchema = z.object({
  kind: z.enum(sliceKinds),
  name: z.string(),
  pictures: z.int().min(1),
  accuracy: z.number(),
  interval: intervalSchema,
  /** Accuracy on the pictures that are not in the slice; null where there are none. */
  rest: z.number().nullable(),
  /** Whether the interval does not reach `rest`. Of twenty slices one does so by chance. */
  standsOut: z.boolean(),
});
export type EvaluationSlice = z.infer<typeof evaluationSliceSchema>;

/** GET /api/models/:model/versions/:version/report */
export const reportQuerySchema = z.object({ on: z.enum(answerScopes).default('test') });
export const evaluationReportSchema = z.object({
  on: z.enum(answerScopes),
  /** 0: no answers are kept for these pictures; evaluate the version, or score a dataset. */
  pictures: z.int(),
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  temperature: z.number(),
  reliability: z.object({ before: z.array(reliabilityBinSchema), after: z.array(reliabilityBinSchema) }),
  thresholds: z.array(classThresholdsSchema),
  slices: z.array(evaluationSliceSchema),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** Pictures that one answer names at most. */
export const mostAnswerIds = 10_000;

/** GET /api/models/:model/versions/:version/answers: which pictures a cell of the matrix, a slice or a part of a curve is about. */
export const answersQuerySchema = reportQuerySchema.extend({
  className: z.string().optional(),
  predicted: z.string().optional(),
  wrong: z.stringbool().optional(),
  sliceKind: z.enum(sliceKinds).optional(),
  sliceName: z.string().optional(),
  /** Confidence from here on, and below `to`. */
  from: z.coerce.number().min(0).max(1).optional(),
  to: z.coerce.number().min(0).max(1).optional(),
});
export type AnswersQuery = z.infer<typeof answersQuerySchema>;
/** `total` counts those beyond the ids too. */
export const answersViewSchema = z.object({ total: z.int(), sampleIds: z.array(sampleIdSchema) });

const judgedSchema = z.object({ accuracy: z.number(), interval: intervalSchema });

/** A picture that only one of two versions has right. */
export const disagreementSchema = z.object({
  sampleId: sampleIdSchema,
  className: z.string(),
  predicted: z.string(),
  otherPredicted: z.string(),
});
export type Disagreement = z.infer<typeof disagreementSchema>;

/** GET /api/models/:model/versions/:version/compare */
export const compareQuerySchema = z.object({
  /** A version of the same model, by number or alias. */
  other: nameSchema,
});
/** Two versions on the pictures that both have answered and neither was trained on. */
export const versionComparisonSchema = z.object({
  version: z.int(),
  other: z.int(),
  pictures: z.int(),
  own: judgedSchema,
  others: judgedSchema,
  bothRight: z.int(),
  onlyOwnRight: z.int(),
  onlyOtherRight: z.int(),
  bothWrong: z.int(),
  /** Of McNemar's exact test: how often pure chance makes a difference at least as large. */
  p: z.number(),
  /** At most 1,000 each, the surest mistakes first. */
  won: z.array(disagreementSchema),
  lost: z.array(disagreementSchema),
  /** Versions of which no answers are kept: evaluate them first. */
  unanswered: z.array(z.int()),
});
export type VersionComparison = z.infer<typeof versionComparisonSchema>;

/** Who gave the labels that a snapshot froze. */
export const labelerSchema = z.object({
  annotator: z.string(),
  source: z.enum(labelSources),
  labels: z.int().min(1),
  firstAt: timestampSchema,
  lastAt: timestampSchema,
});
export type Labeler = z.infer<typeof labelerSchema>;

/** GET /api/models/:model/versions/:version/lineage: from the version that answers to the people whose labels it learned. */
export const lineageSchema = z.object({
  version: modelVersionSchema,
  /** Moves of aliases to or from this version, newest first. */
  moves: z.array(aliasLogEntrySchema),
  /** Null where the version was imported, or was made on another machine. */
  run: runSchema.nullable(),
  snapshot: snapshotSchema.nullable(),
  /** Most labels first. */
  labelers: z.array(labelerSchema),
});
export type Lineage = z.infer<typeof lineageSchema>;

/** What a `score` job ends with. */
export const scoreSummarySchema = z.object({
  model: nameSchema,
  version: z.int(),
  dataset: nameSchema,
  /** Pictures answered now, and before. */
  scored: z.int(),
  known: z.int(),
  /** Pictures that could not be decoded. */
  rejected: z.int(),
});
export type ScoreSummary = z.infer<typeof scoreSummarySchema>;
