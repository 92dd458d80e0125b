/** @file What people and models add to samples: tags, declared groups, saved views, predictions, measures; and where samples were used. */
import { z } from 'zod';
import {
  dataIssueKinds,
  groupSchema,
  listedSampleSchema,
  type MeasureName,
  measureNames,
  sampleFilterSchema,
  sampleKeySchema,
  tagSchema,
  viewIdSchema,
} from './catalog.ts';
import { nameSchema, pageOf, sampleIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { labelSources } from './label.ts';

/** Ids that one request may name. */
const sampleIdsSchema = z.array(sampleIdSchema).min(1).max(10_000);

/** Samples that are in the trash are not counted. */
export const tagCountSchema = z.object({ name: tagSchema, samples: z.int().min(0) });
export type TagCount = z.infer<typeof tagCountSchema>;

/** POST /api/samples/tag and /api/samples/untag */
export const tagBodySchema = z.object({ ids: sampleIdsSchema, tag: tagSchema });
/** The samples that it changed something for: those to undo it for. */
export const changedIdsSchema = z.object({ changed: z.int().min(0), ids: z.array(sampleIdSchema) });
export type ChangedIds = z.infer<typeof changedIdsSchema>;

/** POST /api/samples/group; null takes them out of theirs. */
export const groupBodySchema = z.object({ ids: sampleIdsSchema, group: groupSchema.nullable() });
/** `was`: what the changed samples belonged to before. */
export const regroupedSchema = z.object({
  changed: z.int().min(0),
  was: z.array(z.object({ group: groupSchema.nullable(), ids: z.array(sampleIdSchema) })),
});
export type Regrouped = z.infer<typeof regroupedSchema>;

/** A query, or a list of samples. Without a name it is forgotten after a week. */
export const viewSchema = z.object({
  id: viewIdSchema,
  name: z.string().nullable(),
  /** Null for a list. */
  query: sampleFilterSchema.nullable(),
  /** Length of a list; null for a query, which counts anew each time. */
  samples: z.int().min(0).nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
});
export type View = z.infer<typeof viewSchema>;
export const viewsViewSchema = z.object({ items: z.array(viewSchema) });

const viewNameSchema = z.string().trim().min(1).max(100);
/** POST /api/views. A named query of an unnamed list keeps the list. */
export const newViewBodySchema = z
  .object({
    name: viewNameSchema.optional(),
    query: sampleFilterSchema.optional(),
    ids: z.array(sampleIdSchema).max(200_000).optional(),
  })
  .refine(({ query, ids }) => (query === undefined) !== (ids === undefined), 'must hold either query or ids');
export type NewViewBody = z.input<typeof newViewBodySchema>;
/** POST /api/views/:id */
export const renameViewBodySchema = z.object({ name: viewNameSchema.nullable() });

/** What a version of a model answered for a sample. */
export const samplePredictionSchema = z.object({
  model: nameSchema,
  version: z.int().min(1),
  sampleId: sampleIdSchema,
  /** The label it had then; null where it had none. */
  className: z.string().nullable(),
  predicted: z.string(),
  /** Calibrated probability of `predicted`, 0 to 1. */
  confidence: z.number().min(0).max(1),
  probabilities: z.record(z.string(), z.number()).nullable(),
});
export type SamplePrediction = z.infer<typeof samplePredictionSchema>;

/** What the measures mean: a line for people, where numbers lie, and the source. */
export const measureMeanings = {
  brightness: 'mean luma, 0 (black) to 1 (white)',
  contrast: 'standard deviation of the luma, 0 to 0.5',
  sharpness: 'variance of the Laplacian of the grey picture at most 512 px wide; blurred photographs have less than 50',
  saturation: 'mean saturation (HSV), 0 (grey) to 1',
  colorfulness: 'after Hasler and Süsstrunk 2003: 0 (grey) to about 100',
  entropy: 'of the grey histogram in bits, 0 (one grey) to 8',
  outlier: 'how far from the other pictures of its dataset, 0 to 1 (the farthest)',
} as const satisfies Record<MeasureName, string>;

const measureValue = z.number().nullable();
/** Null where nobody has measured it. */
export const sampleMeasuresSchema = z.object({
  sampleId: sampleIdSchema,
  ...(Object.fromEntries(measureNames.map((name) => [name, measureValue])) as Record<MeasureName, typeof measureValue>),
});
export type SampleMeasures = z.infer<typeof sampleMeasuresSchema>;

/** A snapshot that holds a sample, the runs that trained on it and the versions that came of them. */
export const sampleUseSchema = z.object({
  snapshot: z.string(),
  createdAt: timestampSchema,
  /** Split and class that it has in there. */
  split: splitSchema,
  className: z.string(),
  runs: z.array(z.string()),
  versions: z.array(z.object({ model: nameSchema, version: z.int() })),
});
export type SampleUse = z.infer<typeof sampleUseSchema>;

/** GET /api/samples/keys */
export const sampleKeysViewSchema = pageOf(sampleKeySchema);

/** GET /api/samples/choices: what there is to filter by. */
export const filterChoicesSchema = z.object({
  tags: z.array(tagCountSchema),
  groups: z.array(z.object({ name: groupSchema, samples: z.int() })),
  annotators: z.array(z.object({ name: z.string(), samples: z.int() })),
  sources: z.array(z.object({ name: z.enum(labelSources), samples: z.int() })),
  issues: z.array(z.object({ name: z.enum(dataIssueKinds), samples: z.int() })),
  /** Newest first. */
  versions: z.array(z.object({ model: nameSchema, version: z.int(), samples: z.int() })),
  measures: z.array(z.object({ name: z.enum(measureNames), least: z.number(), most: z.number() })),
});
export type FilterChoices = z.infer<typeof filterChoicesSchema>;

/** GET /api/samples/:id/neighbors */
export const neighborsQuerySchema = z.object({ count: z.coerce.number().int().min(1).max(60).default(12) });
/** The samples that look most alike to it, the nearest first. */
export const neighborsViewSchema = z.object({
  items: z.array(
    z.object({
      sample: listedSampleSchema,
      /** Cosine of their features, -1 to 1. */
      similarity: z.number(),
    }),
  ),
});
export type NeighborsView = z.infer<typeof neighborsViewSchema>;
