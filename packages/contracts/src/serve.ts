/** @file The answer every door gives for a picture, and the health of who gives it. */
import { z } from 'zod';

/** A labeled picture of the training split that looks to the model like the one that was asked about. */
export const neighborSchema = z.object({
  content_hash: z.string(),
  class: z.string(),
  /** Cosine of the features, -1 to 1. */
  similarity: z.number(),
  /** Where the catalog still has the picture. */
  sample_id: z.string().optional(),
  thumbnail: z.string().optional(),
});
export type Neighbor = z.infer<typeof neighborSchema>;

/** A refusal is an answer with a reason: `prediction` is null and `error` is the sentence for a person. */
export const predictionSchema = z.object({
  prediction: z.string().nullable(),
  /** Probability of `prediction`, 0 to 1; 0 when refused. */
  confidence: z.number(),
  /** Only where a person gate is on. */
  person_count: z.int().optional(),
  /** By class name; they sum to 1. Absent when refused. */
  probabilities: z.record(z.string(), z.number()).optional(),
  error: z.string().nullable(),
  /** Code of the refusal. */
  reason: z.string().optional(),
  /** Nearest first; only where they were asked for. */
  neighbors: z.array(neighborSchema).optional(),
  model: z.string(),
  version: z.int(),
  request_id: z.string(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** A picture by its address, for `POST /predict` with JSON. */
export const pictureAddressSchema = z.strictObject({
  /** http or https, on the public internet. */
  url: z.string().min(1).max(2048),
});
export type PictureAddress = z.infer<typeof pictureAddressSchema>;

export const predictQuerySchema = z.strictObject({
  /** Only so many classes in `probabilities`, the most probable ones; by default all. */
  top: z.coerce.number().int().min(1).max(1000).optional(),
});

/** One answer of a batch: a prediction, or what was wrong with that file alone. */
export const batchPredictionSchema = predictionSchema.extend({
  /** As the client named the file; made harmless, at most 200 characters. */
  filename: z.string(),
});
export const batchPredictionsSchema = z.object({
  /** In the order in which the files were sent. */
  predictions: z.array(batchPredictionSchema),
});
export type BatchPrediction = z.infer<typeof batchPredictionSchema>;

export const healthSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'starting']),
  model_loaded: z.boolean(),
  processor_loaded: z.boolean(),
  detector_loaded: z.boolean(),
  model: z.string().nullable(),
  version: z.int().nullable(),
});
export type Health = z.infer<typeof healthSchema>;
