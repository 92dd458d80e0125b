/** @file The model bundle: a folder, hashed, that holds all that is needed to answer as in training. */
import { z } from 'zod';
import { gateSchema } from './gate.ts';
import { intervalSchema, timestampSchema } from './ids.ts';
import { preprocessingSchema } from './preprocessing.ts';

export const headKinds = ['logistic', 'knn', 'svm-linear', 'svm-rbf', 'forest', 'mlp'] as const;
export type HeadKind = (typeof headKinds)[number];
/** Of a network, whose last layer was trained with what is before it. */
export const networkHeadKind = 'linear';
export const modelHeadKinds = [...headKinds, networkHeadKind] as const;

/**
 * Which recipe of built-in features this version computes: raised with every change of what they are for a picture, so that embeddings and
 * bundles of another recipe are left behind.
 */
export const builtInRecipes = { histograms: 'histograms-1', pixels: 'pixels-1' } as const;

/** Where features come from. `histograms` and `pixels` need no weights; `onnx` is an image model cut at its feature output, `network` a whole trained one. */
export const backboneSchema = z.object({
  kind: z.enum(['histograms', 'pixels', 'onnx', 'network']),
  /** As people name it: `histograms`, `pixels:SIZE`, a file name, or `hub:ORG/REPO@REVISION`. */
  name: z.string(),
  /** SHA-256 of the ONNX file; for what needs none the version of the recipe. Part of the embedding cache's key. */
  hash: z.string(),
  preprocessing: preprocessingSchema,
  /** Features per picture. */
  dimensions: z.int().min(1),
  /** Name of the ONNX output the features are read from; absent where there is no file. */
  featureOutput: z.string().optional(),
  inputName: z.string().optional(),
  license: z.string().optional(),
});
export type Backbone = z.infer<typeof backboneSchema>;

export const lightMethods = ['int8-static', 'int8-dynamic', 'fp16'] as const;
export type LightMethod = (typeof lightMethods)[number];

/** How much the answers of two forms of a model differ, on the same pictures. */
export const parityReportSchema = z.object({
  /** At most 200; 0 where the model has no pictures here. */
  pictures: z.int(),
  /** Share of them that both put into the same class; null without pictures, as the next. */
  top1Agreement: z.number().nullable(),
  /** Largest absolute difference of a probability. */
  largestDifference: z.number().nullable(),
});
export type ParityReport = z.infer<typeof parityReportSchema>;

const measuredAccuracySchema = z.object({
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
});

/** What a light model is made from, and what that cost and brought. */
export const lightModelSchema = z.object({
  method: z.enum(lightMethods),
  /** Hash of the bundle it was made from. */
  of: z.string(),
  /** Pictures that the ranges of activations were measured on; 0 where none are needed. */
  calibrationPictures: z.int(),
  /** The split that both accuracies are of, and how many pictures it has. */
  on: z.string(),
  samples: z.int(),
  accuracyBefore: measuredAccuracySchema,
  accuracyAfter: measuredAccuracySchema,
  /** Bytes of `model.onnx`. */
  sizeBefore: z.int(),
  sizeAfter: z.int(),
  parity: parityReportSchema,
});
export type LightModel = z.infer<typeof lightModelSchema>;

export const bundleFormat = 1;

/**
 * `bundle.json`. `model.onnx` beside it maps `input` (pixels `[N, 3, H, W]` for an onnx backbone, features `[N, D]` for
 * histograms and pixels; both float32) to `logits` and `probabilities` `[N, K]`, calibration included, and has no external data.
 */
export const bundleManifestSchema = z.object({
  format: z.literal(bundleFormat),
  model: z.string(),
  classes: z.array(z.string()).min(2),
  backbone: backboneSchema,
  /** The graph's own input: `pixels` or `features`. */
  input: z.object({ name: z.string(), kind: z.enum(['pixels', 'features']) }),
  head: z.object({
    kind: z.enum(modelHeadKinds),
    hyperparameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
  calibration: z.object({ method: z.literal('temperature'), temperature: z.number().gt(0) }),
  /** What every picture must pass before it is answered, wherever the bundle serves. */
  gates: z.array(gateSchema).optional(),
  /** Null where the model was imported. */
  snapshot: z.string().nullable(),
  run: z.string().nullable(),
  seed: z.int(),
  /** Null where the model was imported: it was not measured when this was written. */
  metrics: z
    .object({
      accuracy: z.number(),
      accuracyInterval: intervalSchema,
      balancedAccuracy: z.number(),
      macroF1: z.number(),
    })
    .nullable(),
  /** Of a light model when the one it was made from was made, so that making it again gives the same bytes. */
  createdAt: timestampSchema,
  /** Of a model in 8 or 16 bits. */
  light: lightModelSchema.optional(),
  /** Versions of tintype, onnxruntime, sharp and libvips that made it. */
  versions: z.record(z.string(), z.string()),
  /** SHA-256 of every other file of the bundle, by name. */
  files: z.record(z.string(), z.string()),
});
export type BundleManifest = z.infer<typeof bundleManifestSchema>;

/** `parity.json`: probabilities in training for pictures the loaded bundle must reproduce before it may be registered. */
export const paritySchema = z.object({
  /** Largest allowed absolute difference of a probability. */
  tolerance: z.number(),
  samples: z.array(z.object({ contentHash: z.string(), probabilities: z.array(z.number()) })),
});
export type Parity = z.infer<typeof paritySchema>;
