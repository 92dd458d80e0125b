/** @file What the labeling engine tells screens: what to show next, what it suggests, pages to accept, clusters to audit, when to stop. */
import { z } from 'zod';
import { classNameSchema, intervalSchema, nameSchema, sampleIdSchema } from './ids.ts';

/** Why a picture is shown: typical of many, uncertain, likely of a class that has few labels, or drawn at random as control. */
export const pickReasons = ['typical', 'uncertain', 'rare', 'random'] as const;
export type PickReason = (typeof pickReasons)[number];

/** A class and how sure the head is, 0 to 1: of 100 pictures shown with 0.9, about 90 are of it. */
export const suggestionSchema = z.object({ className: classNameSchema, confidence: z.number().min(0).max(1) });
export type Suggestion = z.infer<typeof suggestionSchema>;

export const pickSchema = z.object({
  sampleId: sampleIdSchema,
  reason: z.enum(pickReasons),
  /** The class that is looked for, where the reason is `rare`. */
  wanted: classNameSchema.nullable(),
  /** Null while fewer than two classes have labels. */
  suggestion: suggestionSchema.nullable(),
});
export type LabelPick = z.infer<typeof pickSchema>;

/** What every answer of the engine is about. */
export const labelScopeSchema = z.object({
  /** The only dataset of the workspace where absent. */
  dataset: nameSchema.optional(),
  /** Orders and samples are drawn by it. */
  seed: z.coerce.number().int().min(0).default(1),
});

export const nextQuerySchema = labelScopeSchema.extend({
  count: z.coerce.number().int().min(1).max(200).default(20),
  /** Ids, with commas between, of pictures that were given out before and still wait: kept, and not given out again. Where it is said, all others are free again. */
  holding: z
    .string()
    .max(200 * 23)
    .regex(/^(?:s_[0-9a-f]{20}(?:,s_[0-9a-f]{20})*)?$/, 'must be sample ids with commas between')
    .optional(),
});
export type NextQuery = z.input<typeof nextQuerySchema>;

export const labelProgressSchema = z.object({
  labeled: z.int().min(0),
  unlabeled: z.int().min(0),
  /** Pictures that could not be decoded: never suggested, never shown by this engine. */
  unreadable: z.int().min(0),
  classes: z.array(z.object({ className: classNameSchema, labels: z.int().min(0) })),
});
export type LabelProgress = z.infer<typeof labelProgressSchema>;

/** GET /api/label/next */
export const nextViewSchema = z.object({ items: z.array(pickSchema), progress: labelProgressSchema });
export type NextView = z.infer<typeof nextViewSchema>;

export const gridQuerySchema = labelScopeSchema.extend({
  /** Of this class alone. */
  className: z.string().optional(),
  /** Pictures of a page. */
  size: z.coerce.number().int().min(1).max(200).default(40),
});
export type GridQuery = z.input<typeof gridQuerySchema>;

/** One page: everything on it is suggested to be of the class; accept all but those that are not. */
export const gridPageSchema = z.object({
  className: classNameSchema,
  items: z.array(z.object({ sampleId: sampleIdSchema, confidence: z.number().min(0).max(1) })),
  /** Wrong pictures to expect on it. */
  expectedWrong: z.number().min(0),
  /** Pictures suggested to be of the class, this page's included. */
  waiting: z.int().min(0),
});
export type GridPage = z.infer<typeof gridPageSchema>;

/** GET /api/label/grids: a page per class, the one with the fewest wrong pictures to expect first. */
export const gridsViewSchema = z.object({ items: z.array(gridPageSchema) });
export type GridsView = z.infer<typeof gridsViewSchema>;

/** Pictures that look alike and have no label. */
export const clusterSchema = z.object({
  id: z.string(),
  sampleIds: z.array(sampleIdSchema),
  /** Those nearest to its middle, to show it by. */
  typical: z.array(sampleIdSchema),
  /** The class of most of it by the head, with the mean confidence; null while there is no head. */
  suggestion: suggestionSchema.nullable(),
  /** A random part of it to look at once it was labeled as a whole, in this order: none wrong means at most 2 % of it is. */
  audit: z.array(sampleIdSchema),
});
export type LabelCluster = z.infer<typeof clusterSchema>;

/** GET /api/label/clusters: those worth most first. */
export const clustersViewSchema = z.object({ items: z.array(clusterSchema) });

/** GET /api/label/audit-bound */
export const auditQuerySchema = z
  .object({
    /** Pictures of the batch. */
    size: z.coerce.number().int().min(1).max(10_000_000),
    /** Of them looked at, drawn at random. */
    looks: z.coerce.number().int().min(0),
    errors: z.coerce.number().int().min(0),
    /** Whether the number of looks was fixed before the first. */
    planned: z.stringbool().or(z.boolean()).default(false),
  })
  .refine(
    ({ size, looks, errors }) => errors <= looks && looks <= size,
    'no more errors than looks, no more looks than pictures',
  );

/** What an audit by random sample proves. */
export const auditBoundSchema = z.object({
  /** `planned`: as many looks as were planned before. `anytime`: stopped whenever somebody liked, so a wider bound. */
  method: z.enum(['planned', 'anytime']),
  looks: z.int().min(0),
  errors: z.int().min(0),
  /** Highest believable share of wrong labels before the errors found were mended. */
  upper: z.number().min(0).max(1),
  /** The same once they are. */
  upperMended: z.number().min(0).max(1),
  confidence: z.number().min(0).max(1),
});
export type AuditBound = z.infer<typeof auditBoundSchema>;

/** One point of the learning curve: heads fitted on so many labels, judged on labels they had not seen. */
export const curvePointSchema = z.object({
  labels: z.int().min(1),
  accuracy: z.number().min(0).max(1),
  interval: intervalSchema,
});

/** Have I labeled enough? */
export const forecastSchema = z.object({
  curve: z.array(curvePointSchema),
  /** Of the next so many labels. */
  nextLabels: z.int().min(1),
  /** Accuracy to expect to gain, 0 to 1. */
  gain: z.number(),
  gainInterval: z.tuple([z.number(), z.number()]),
  /** Share of each class's pictures that would be recognized more. */
  classes: z.array(z.object({ className: classNameSchema, recall: z.number(), gain: z.number() })),
});
export type LabelForecast = z.infer<typeof forecastSchema>;

export const forecastQuerySchema = labelScopeSchema.extend({
  nextLabels: z.coerce.number().int().min(1).max(100_000).default(100),
});
/** Null while the labels are too few to forecast from. */
export const forecastViewSchema = z.object({ forecast: forecastSchema.nullable() });

/** A label that the pictures like it contradict. */
export const suspectSchema = z.object({
  sampleId: sampleIdSchema,
  className: classNameSchema,
  suggestion: suggestionSchema,
  /** Cross-validated probability of the class it has. */
  confidence: z.number().min(0).max(1),
  /** Whether confident learning counts it as an error, and not only as doubtful. */
  isLikelyWrong: z.boolean(),
});
export type LabelSuspect = z.infer<typeof suspectSchema>;

export const suspectsQuerySchema = labelScopeSchema.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** GET /api/label/suspects: the most doubtful first. */
export const suspectsViewSchema = z.object({
  items: z.array(suspectSchema),
  likelyWrong: z.int().min(0),
  /** Share of the labels that heads which had not seen them say too; null where there are too few to ask. */
  score: z.object({ accuracy: z.number().min(0).max(1), interval: intervalSchema, labels: z.int().min(1) }).nullable(),
});
export type SuspectsView = z.infer<typeof suspectsViewSchema>;

/** POST /api/label/events. Ids are made by whoever labels: sending an event again changes nothing. */
export const labelEventsBodySchema = z.object({
  events: z
    .array(z.object({ id: z.string().min(8).max(64), sampleId: sampleIdSchema, className: classNameSchema.nullable() }))
    .min(1)
    .max(1000),
});
