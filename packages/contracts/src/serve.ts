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
  /** Address of a small JPEG, below this server's. */
  thumbnail: z.string().optional(),
});
export type Neighbor = z.infer<typeof neighborSchema>;

/**
 * Where the answer comes from: how much the probability of its class falls when a part of the picture is covered (Zeiler & Fergus 2014). It
 * shows what the model looks at, not why.
 */
export const occlusionSchema = z.object({
  class: z.string(),
  rows: z.int().min(1),
  columns: z.int().min(1),
  /** The part of the picture that the model sees, as shares of its width and height. */
  region: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
  /** Row by row; negative where covering makes it surer. */
  drops: z.array(z.number()),
});
export type Occlusion = z.infer<typeof occlusionSchema>;

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
  /** Only where it was asked for. */
  occlusion: occlusionSchema.optional(),
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

/** A picture in a bucket that this server may read, for `POST /predict` with JSON. */
export const objectAddressSchema = z.strictObject({
  bucket: z.string().min(1).max(255),
  key: z.string().min(1).max(1024),
});
export type ObjectAddress = z.infer<typeof objectAddressSchema>;

/** The same for `POST /get-prediction`. */
export const namedFileSchema = z.strictObject({
  bucket: z.string().min(1).max(255),
  /** Key of the object. */
  filename: z.string().min(1).max(1024),
});

/** Records that one event may have: those of S3 have one. */
export const mostRecords = 64;
/** What S3 sends when objects were made; keys are URL-encoded, a space as `+`. Fields that are not named here are ignored. */
export const s3EventSchema = z.object({
  Records: z
    .array(
      z.object({
        s3: z.object({
          bucket: z.object({ name: z.string().min(1).max(255) }),
          object: z.object({ key: z.string().min(1).max(3072) }),
        }),
      }),
    )
    .min(1)
    .max(mostRecords),
});
export type S3Event = z.infer<typeof s3EventSchema>;

const name = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';

export const predictQuerySchema = z.strictObject({
  /** Only so many classes in `probabilities`, the most probable ones; by default all. */
  top: z.coerce.number().int().min(1).max(1000).optional(),
  /** Another model than the served one: `NAME`, `NAME@VERSION` or `NAME@ALIAS`. */
  model: z
    .string()
    .regex(new RegExp(`^${name}(?:@${name})?$`), 'must be NAME, NAME@VERSION or NAME@ALIAS')
    .optional(),
  /**
   * `neighbors` adds the labeled pictures of the training that are most like this one; `occlusion` a map of what the answer depends on, which
   * takes some seconds.
   */
  explain: z.enum(['neighbors', 'occlusion']).optional(),
});
export type PredictQuery = z.infer<typeof predictQuerySchema>;

/** One answer of a batch: a prediction, or what was wrong with that file alone. */
export const batchPredictionSchema = predictionSchema.extend({
  /** As the client named the file, or the object's key; made harmless, at most 200 characters. */
  filename: z.string(),
});
export const batchPredictionsSchema = z.object({
  /** In the order in which the files were sent. */
  predictions: z.array(batchPredictionSchema),
});
export type BatchPrediction = z.infer<typeof batchPredictionSchema>;

/** One picture has one answer; an event with several records has those of a batch. */
export const predictReplySchema = z.union([predictionSchema, batchPredictionsSchema]);

export const healthSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'starting']),
  model_loaded: z.boolean(),
  processor_loaded: z.boolean(),
  detector_loaded: z.boolean(),
  model: z.string().nullable(),
  version: z.int().nullable(),
});
export type Health = z.infer<typeof healthSchema>;

/** GET /health/live: this process turns. */
export const liveSchema = z.object({ status: z.literal('live') });

/** GET /health/ready: whether requests should be sent here. */
export const readinessSchema = z.object({
  status: z.enum(['ready', 'starting', 'draining', 'no-model', 'no-child']),
  /** Why not, for a person; null where it is ready. */
  detail: z.string().nullable(),
});
export type Readiness = z.infer<typeof readinessSchema>;
