/** @file What a dataset looks like: balance, sizes, measures, twins, outliers, doubtful labels and the map, as the report that every door shows. */
import { z } from 'zod';
import { nameSchema, sampleIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { jobSchema } from './job.ts';

/** What is measured on the pixels of every picture; `measureMeanings` of the catalog's curation says what each means. */
export const pixelMeasureNames = [
  'brightness',
  'contrast',
  'sharpness',
  'saturation',
  'colorfulness',
  'entropy',
] as const;
export type PixelMeasureName = (typeof pixelMeasureNames)[number];
export const pixelMeasureSchema = z.enum(pixelMeasureNames);

/** The measures of one picture. */
export type PictureStatistics = Record<PixelMeasureName, number>;

/** A picture as the report names it. */
export const exploredSampleSchema = z.object({
  id: sampleIdSchema,
  path: z.string(),
  className: z.string().nullable(),
  split: splitSchema.nullable(),
  widthPx: z.int(),
  heightPx: z.int(),
});
export type ExploredSample = z.infer<typeof exploredSampleSchema>;

/** `edges`: one more than `counts`, ascending; the first and last bins also hold what lies beyond. */
export const histogramSchema = z.object({ edges: z.array(z.number()), counts: z.array(z.int()) });
export type Histogram = z.infer<typeof histogramSchema>;

/** The middle and the range of nine tenths of the pictures. */
export const spreadSchema = z.object({ low: z.number(), median: z.number(), high: z.number() });
export type Spread = z.infer<typeof spreadSchema>;

/** One class as the pictures of the dataset show it; `className: null` holds those without a label. */
export const exploredClassSchema = z.object({
  className: z.string().nullable(),
  pictures: z.int(),
  splits: z.object({ train: z.int(), validation: z.int(), test: z.int(), none: z.int() }),
  /** Mean of its pictures, squashed to a square: JPEG in base64; null where none could be read. */
  meanPicture: z.string().nullable(),
  /** Mean color as `#rrggbb`. */
  meanColor: z.string().nullable(),
  /** Drawn at random, the same every time. */
  sheet: z.array(exploredSampleSchema),
  measures: z.partialRecord(pixelMeasureSchema, spreadSchema),
});
export type ExploredClass = z.infer<typeof exploredClassSchema>;

/** Pictures beyond a bound that stands for something one sees: too dark, blurred. */
export const unusualSchema = z.object({
  name: z.enum(['dark', 'bright', 'flat', 'blurred', 'gray']),
  from: z.number(),
  to: z.number(),
  pictures: z.int(),
  /** The farthest first. */
  examples: z.array(exploredSampleSchema),
});
export type Unusual = z.infer<typeof unusualSchema>;

export const exploredMeasureSchema = z.object({
  measure: pixelMeasureSchema,
  histogram: histogramSchema,
  spread: spreadSchema,
  unusual: z.array(unusualSchema),
});
export type ExploredMeasure = z.infer<typeof exploredMeasureSchema>;

/** `exact`: the same pixels; `near`: alike in hash and pixels, as splits see it. */
export const duplicateGroupSchema = z.object({
  kind: z.enum(['exact', 'near']),
  similarity: z.number(),
  /** The one worth keeping first: labeled, then larger. */
  samples: z.array(exploredSampleSchema),
  /** Whether they have different labels: one of them is wrong. */
  isDisagreeing: z.boolean(),
  /** Whether they are in different splits: what is tested on was learned. */
  isLeaking: z.boolean(),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

/** Two pictures of different splits that look alike to the backbone. */
export const leakPairSchema = z.object({
  samples: z.tuple([exploredSampleSchema, exploredSampleSchema]),
  /** Cosine similarity of their features. */
  similarity: z.number(),
});
export type LeakPair = z.infer<typeof leakPairSchema>;

/** `distance`: to its neighbors, in units of what is usual in this dataset. */
export const outlierSchema = z.object({ sample: exploredSampleSchema, distance: z.number() });
export type Outlier = z.infer<typeof outlierSchema>;

export const doubtSchema = z.object({
  sample: exploredSampleSchema,
  /** Probability of the label it has, by heads that have not seen it. */
  confidence: z.number(),
  suggestion: z.object({ className: z.string(), confidence: z.number() }),
  isLikelyWrong: z.boolean(),
});
export type Doubt = z.infer<typeof doubtSchema>;

export const unreadableSchema = z.object({ path: z.string(), code: z.string(), detail: z.string() });

export const findingKinds = [
  'unreadable',
  'leakage',
  'disagreeing-duplicates',
  'mistakes',
  'exact-duplicates',
  'near-duplicates',
  'outliers',
  'dark',
  'bright',
  'blurred',
  'flat',
  'gray',
  'small',
  'imbalance',
  'few',
  'unlabeled',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** One thing worth knowing, as a sentence, with what to do about it. */
export const findingSchema = z.object({
  kind: z.enum(findingKinds),
  /** `grave`: a model trained on it is worse or its figures are wrong; `look`: worth a look. */
  weight: z.enum(['grave', 'look']),
  count: z.int(),
  sentence: z.string(),
  advice: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const exploreReportSchema = z.object({
  dataset: nameSchema,
  /** Whose features likeness, outliers, doubts and the map are made from. */
  backbone: z.string(),
  at: timestampSchema,
  durationMs: z.number(),
  pictures: z.int(),
  unlabeled: z.int(),
  sizeBytes: z.int(),
  /** Most urgent first. */
  findings: z.array(findingSchema),
  classes: z.array(exploredClassSchema),
  sizes: z.object({
    /** Most frequent first. */
    common: z.array(z.object({ widthPx: z.int(), heightPx: z.int(), pictures: z.int() })),
    /** How many different ones there are. */
    distinct: z.int(),
    formats: z.array(z.object({ format: z.string(), pictures: z.int() })),
    /** Of the shorter side in pixels. */
    shorterSide: histogramSchema,
    shorterSideSpread: spreadSchema,
    /** Of width / height. */
    aspectRatio: histogramSchema,
    aspectRatioSpread: spreadSchema,
  }),
  measures: z.array(exploredMeasureSchema),
  duplicates: z.object({ total: z.int(), pictures: z.int(), groups: z.array(duplicateGroupSchema) }),
  leakage: z.object({
    /** Null where the dataset was never split. */
    snapshot: z.string().nullable(),
    groups: z.int(),
    /** The most alike first. */
    pairs: z.array(leakPairSchema),
  }),
  outliers: z.array(outlierSchema),
  doubts: z.object({ labels: z.int(), likelyWrong: z.int(), items: z.array(doubtSchema) }),
  unreadable: z.object({ total: z.int(), items: z.array(unreadableSchema) }),
});
export type ExploreReport = z.infer<typeof exploreReportSchema>;

/** What an exploration works on, in this order. */
export const exploreStages = ['measure', 'features', 'map', 'duplicates', 'classes', 'labels', 'umap'] as const;
export const exploreStageSchema = z.enum(exploreStages);
export type ExploreStage = (typeof exploreStages)[number];
export const exploreProgressSchema = z.object({ stage: exploreStageSchema, done: z.int(), total: z.int() });
export type ExploreProgress = z.infer<typeof exploreProgressSchema>;

export const exploreOptionsSchema = z.object({
  /** The only dataset of the workspace where absent. */
  dataset: nameSchema.optional(),
});
export type ExploreOptions = z.input<typeof exploreOptionsSchema>;

/** GET /api/explore */
export const exploreViewSchema = z.object({
  dataset: nameSchema,
  /** Null until the dataset was explored; labels and trash as they are now. */
  report: exploreReportSchema.nullable(),
  /** Whether pictures or labels changed since. */
  isStale: z.boolean(),
  /** Of the map there is: PCA first, UMAP when it is done. */
  methods: z.array(z.enum(['pca', 'umap'])),
  /** The exploration that is queued or under way, or failed last. */
  job: jobSchema.nullable(),
});
export type ExploreView = z.infer<typeof exploreViewSchema>;

/** POST /api/explore */
export const exploreStartedSchema = z.object({ job: z.string() });

export const mapMethods = ['pca', 'umap'] as const;
export type MapMethod = (typeof mapMethods)[number];

/** What cross-validation says of a picture's label. */
export const mapDoubts = ['unlabeled', 'agrees', 'unsure', 'wrong'] as const;
export type MapDoubt = (typeof mapDoubts)[number];

export const mapQuerySchema = exploreOptionsSchema.extend({ method: z.enum(mapMethods).default('pca') });

/** Columns of up to 1,000 pictures each, in sample-id order. Coordinates lie in -1 to 1. */
export const mapBlockSchema = z.object({
  sampleIds: z.array(z.string()),
  x: z.array(z.number()),
  y: z.array(z.number()),
  /** Position in `classes`; -1: unlabeled. */
  classIndices: z.array(z.number()),
  /** Position in `splits`; -1: in none. */
  splits: z.array(z.number()),
  /** Position in `mapDoubts`, as of the last exploration. */
  doubts: z.array(z.number()),
});
export type MapBlock = z.infer<typeof mapBlockSchema>;

/** GET /api/explore/map */
export const mapViewSchema = z.object({
  dataset: nameSchema,
  method: z.enum(mapMethods),
  classes: z.array(z.string()),
  blocks: z.array(mapBlockSchema),
});
export type MapView = z.infer<typeof mapViewSchema>;
