/** @file What training takes, reports while it runs, and ends with. */
import { z } from 'zod';
import { defaultSplitShares, splitSharesSchema } from './catalog.ts';
import { gatesOptionSchema, pictureGateTextSchema } from './gate.ts';
import { intervalSchema, nameSchema, timestampSchema } from './ids.ts';
import { headKinds } from './model.ts';
import { settingSchema } from './tune.ts';

export const trainProviders = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;
/** Built-in networks, trained from nothing or from weights; `core/model/architectures` says what each is. */
export const architectureNames = [
  'cnn-small',
  'mobilenet-v2',
  'resnet-18',
  'vit-tiny',
  'vit-small',
  'vit-base-patch16-224',
] as const;
export type ArchitectureName = (typeof architectureNames)[number];

export const optimizerNames = ['sgd', 'adamw'] as const;
export const scheduleNames = ['cosine', 'constant', 'step'] as const;

/** What training a network takes. What is absent depends on whether it starts from weights or from nothing (`network-settings.ts`). */
export const networkOptionsSchema = z.object({
  /** One of the built-in architectures; from nothing unless `weights` are named. */
  architecture: z.string().optional(),
  /** Of the architecture: a safetensors file, a folder or `hub:ORG/REPO[@REVISION]` in the layout of Hugging Face. */
  weights: z.string().optional(),
  /** What moves: the head, the last K blocks with it, or everything. With a backbone that is a graph, its presence asks for fine-tuning. */
  train: z
    .string()
    .regex(/^(head|all|last:[1-9]\d?)$/, 'must be head, last:K or all')
    .optional(),
  epochs: z.int().min(1).max(10_000).optional(),
  /** Pictures per step. */
  batch: z.int().min(1).max(4096).optional(),
  /** Steps whose gradients are added up before the weights move. */
  accumulate: z.int().min(1).max(1024).optional(),
  /** At its highest, after the warm-up. */
  learningRate: z.number().gt(0).max(100).optional(),
  optimizer: z.enum(optimizerNames).optional(),
  schedule: z.enum(scheduleNames).optional(),
  /** Epochs in which the learning rate rises. */
  warmup: z.number().min(0).max(1000).optional(),
  weightDecay: z.number().min(0).max(10).optional(),
  /** Largest norm of all gradients together; 0 is off. */
  clipNorm: z.number().min(0).optional(),
  /** Learning rate of a block as a share of that of the block after it. */
  layerDecay: z.number().gt(0).max(1).optional(),
  /** A policy, and what is different: `standard,flip=off`. */
  augment: z.string().optional(),
  /** Strength of mixing pictures (alpha of the beta distribution); 0 is off. */
  mixup: z.number().min(0).max(10).optional(),
  cutmix: z.number().min(0).max(10).optional(),
  labelSmoothing: z.number().min(0).lt(1).optional(),
  /** Share of the features left out before the last layer. */
  dropout: z.number().min(0).lt(1).optional(),
  /** Probability of leaving a block out for a picture. */
  dropPath: z.number().min(0).lt(1).optional(),
  /** Decay of the running mean of the weights, which is then what is evaluated and registered; 0 is off. */
  ema: z.number().min(0).lt(1).optional(),
  freezeBatchNorm: z.boolean().optional(),
  /** Epochs in which the head moves alone. */
  headWarmup: z.int().min(0).max(1000).optional(),
  /** Width and height of the network's input. */
  sizePx: z.int().min(16).max(1024).optional(),
  /** Epochs without a better validation before it ends early; 0 is off. */
  patience: z.int().min(0).max(10_000).optional(),
  /** Show pictures of every class equally often. */
  balancedSampling: z.boolean().optional(),
  provider: z.enum(trainProviders).optional(),
  threads: z.int().min(1).max(1024).optional(),
});
export type NetworkOptions = z.infer<typeof networkOptionsSchema>;

export const trainOptionsSchema = z.object({
  ...networkOptionsSchema.shape,
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
  /** Gates that a picture must pass to take part: `min-size=64`, `person-count=1`. */
  require: z.array(pictureGateTextSchema).default([]),
  /** Gates that the model asks of every picture once it serves: `person-count=1`, `unknown=0.99`. Stored in its bundle. */
  gates: gatesOptionSchema,
});
export type TrainOptions = z.infer<typeof trainOptionsSchema>;

export const runIdSchema = z.string().regex(/^run_[0-9a-z]{1,40}$/, 'must be the id of a run');

/** What a job trains: a new run, or one that goes on. */
export const trainJobSchema = trainOptionsSchema.extend({
  /** Go on with this run from its checkpoint; it has its options, and those given here count for nothing. */
  resume: runIdSchema.optional(),
});

/** Whether a network is trained, and not a head on frozen features. */
export const isNetworkTraining = ({ architecture, train }: Pick<TrainOptions, 'architecture' | 'train'>): boolean =>
  architecture !== undefined || train !== undefined;

/** How long a training would take here, by a few steps and pictures that were measured. */
export const trainingEstimateSchema = z.object({
  /** Of the splits as they are or would be, before gates. */
  pictures: z.object({ train: z.int(), validation: z.int() }),
  classes: z.int(),
  /** Pictures that have to be decoded first; those of earlier trainings are kept. */
  missing: z.int(),
  /** Decoding them. */
  preparationMs: z.number(),
  trainingMs: z.number(),
  /** Null for a head. */
  network: z
    .object({
      /** Every setting with its value, also where nobody said one. */
      settings: z.record(z.string(), settingSchema),
      parameters: z.object({ total: z.int(), trained: z.int() }),
      /** Of a step. */
      memoryBytes: z.number(),
      stepMs: z.number(),
      stepsPerEpoch: z.int(),
    })
    .nullable(),
  /** What was assumed: sentences for a person. */
  notices: z.array(z.string()),
});
export type TrainingEstimate = z.infer<typeof trainingEstimateSchema>;

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
  /** Pictures of the snapshot that took no part: not readable, or refused by a gate. */
  filtered: z.int(),
});
export type TrainSummary = z.infer<typeof trainSummarySchema>;

/** `cancelled` and `failed` runs of networks can be resumed where they have a checkpoint. */
export const runStatuses = ['running', 'succeeded', 'failed', 'cancelled'] as const;
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
  stage: 'snapshot' | 'gates' | 'features' | 'pixels' | 'fit' | 'train' | 'calibrate' | 'evaluate' | 'register';
  done: number;
  total?: number;
  /** A few words on where it stands, such as `C 0.001: 87.1 % in cross-validation`. */
  note?: string;
}
