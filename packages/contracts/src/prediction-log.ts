/** @file The prediction log: answers kept for later review, drawn at random or because they were doubtful. Off unless asked for. */
import { z } from 'zod';
import { nameSchema, pageOf, timestampSchema } from './ids.ts';
import { predictionSchema } from './serve.ts';

export const predictionLogSettingsSchema = z.strictObject({
  /** Share of all answers that is kept, drawn at random: the control. */
  share: z.number().min(0).max(1).default(0),
  /** Answers whose confidence is below this are kept too. */
  below: z.number().min(0).max(1).default(0),
  /** Refused pictures are kept too. */
  refused: z.boolean().default(false),
  /** Keep the pictures as well, in the object store. */
  pictures: z.boolean().default(false),
  /** At most so many answers in a day (UTC). */
  perDay: z.int().min(1).max(1_000_000).default(1000),
});
export type PredictionLogSettings = z.infer<typeof predictionLogSettingsSchema>;

/** Why an answer was kept. */
export const keptBecause = ['random', 'unsure', 'refused'] as const;

export const loggedPredictionSchema = z.object({
  id: z.string(),
  at: timestampSchema,
  because: z.enum(keptBecause),
  contentHash: z.string(),
  sizeBytes: z.int(),
  /** Whether the object store has the picture. */
  hasPicture: z.boolean(),
  model: z.string(),
  version: z.int(),
  requestId: z.string(),
  /** Null where the picture was refused. */
  prediction: z.string().nullable(),
  confidence: z.number(),
  reason: z.string().nullable(),
  probabilities: predictionSchema.shape.probabilities.nullable(),
});
export type LoggedPrediction = z.infer<typeof loggedPredictionSchema>;

/** GET /api/predictions */
export const predictionsViewSchema = pageOf(loggedPredictionSchema);

export const predictionsQuerySchema = z.strictObject({
  because: z.enum(keptBecause).optional(),
  model: nameSchema.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type PredictionsQuery = z.infer<typeof predictionsQuerySchema>;
