/** @file What a training tells while it runs: on the terminal, as JSON lines, over HTTP and in the catalog, in the same words. */
import { z } from 'zod';
import { timestampSchema } from './ids.ts';

/** Which parameters move: the head alone while it warms up, then those that `--train` names. */
export const trainPhases = ['head', 'chosen'] as const;
export const trainPhaseSchema = z.enum(trainPhases);
export type TrainPhase = z.infer<typeof trainPhaseSchema>;

/** One finished epoch; losses are means over pictures, in nats. */
export const epochMetricsSchema = z.object({
  /** From 1. */
  epoch: z.int().min(1),
  phase: trainPhaseSchema,
  /** Of the augmented pictures, label smoothing and mixing included: it may lie above the validation loss. */
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  /** Of the weights that would be registered, on the pixels that serving would see. */
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  /** Whether no epoch before it was better. */
  isBest: z.boolean(),
  /** At its last step. */
  learningRate: z.number(),
  picturesPerSecond: z.number(),
  /** Share of the time that the step waited for pictures. */
  idleShare: z.number(),
  durationMs: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** Where a training stands. */
export const stepMetricsSchema = z.object({
  epoch: z.int().min(1),
  epochs: z.int().min(1),
  /** Of the epoch, from 1. */
  step: z.int().min(1),
  stepsPerEpoch: z.int().min(1),
  phase: trainPhaseSchema,
  /** Mean over the epoch so far. */
  loss: z.number(),
  accuracy: z.number(),
  learningRate: z.number(),
  picturesPerSecond: z.number(),
  idleShare: z.number(),
  /** To the end of the last epoch, if no early stop comes; null until it can be told. */
  remainingMs: z.number().nullable(),
});
export type StepMetrics = z.infer<typeof stepMetricsSchema>;

export const artifactKinds = ['contact-sheet', 'events', 'filtered'] as const;
/** A file that a run left besides its model. */
export const artifactSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/),
  kind: z.enum(artifactKinds),
  mediaType: z.string(),
  /** Absolute, on the machine that trained. */
  path: z.string(),
});
export type Artifact = z.infer<typeof artifactSchema>;

const at = { at: timestampSchema };

/** `step` comes several times a second at most; every epoch gives one `epoch`. */
export const trainEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    ...at,
    run: z.string(),
    snapshot: z.string(),
    epochs: z.int(),
    stepsPerEpoch: z.int(),
    batch: z.int(),
    /** Numbers in all, and how many of them move. */
    parameters: z.object({ total: z.int(), trained: z.int() }),
    pictures: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
    /** Where a resumed run goes on: finished epochs, and steps of the one after them. */
    resumed: z.object({ epochs: z.int(), steps: z.int() }).nullable(),
    folder: z.string(),
  }),
  z.object({ type: z.literal('step'), ...at, run: z.string(), ...stepMetricsSchema.shape }),
  z.object({ type: z.literal('epoch'), ...at, run: z.string(), epochs: z.int(), ...epochMetricsSchema.shape }),
  z.object({ type: z.literal('artifact'), ...at, run: z.string(), ...artifactSchema.shape }),
  z.object({
    type: z.literal('ended'),
    ...at,
    run: z.string(),
    reason: z.enum(['epochs', 'early-stop']),
    best: z.object({ epoch: z.int(), validationAccuracy: z.number(), validationLoss: z.number() }),
  }),
]);
export type TrainEvent = z.infer<typeof trainEventSchema>;

/** The last that is known of a running training; `at` is also its sign of life. */
export const runProgressSchema = z.object({
  at: timestampSchema,
  stage: z.string(),
  done: z.number().optional(),
  total: z.number().optional(),
  note: z.string().optional(),
  /** While a network is trained. */
  step: stepMetricsSchema.optional(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;
