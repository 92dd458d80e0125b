/** @file Bodies of the HTTP API that are not an entity by themselves. */
import { z } from 'zod';
import { catalogSummarySchema, dataIssueSchema, listedSampleSchema, samplePageSchema } from './catalog.ts';
import { evaluationSchema } from './evaluate.ts';
import { pageOf, sampleIdSchema } from './ids.ts';
import { jobKinds, jobSchema } from './job.ts';
import { labelEventSchema } from './label.ts';
import { aliasLogEntrySchema, modelVersionSchema, registeredModelSchema } from './registry.ts';
import { runSchema } from './train.ts';
import { artifactSchema, epochMetricsSchema, runProgressSchema } from './train-events.ts';

/** GET /api/workspace */
export const workspaceViewSchema = z.object({
  name: z.string(),
  /** Version of tintype. */
  version: z.string(),
  datasets: catalogSummarySchema.shape.datasets,
  serving: z.object({ model: z.string(), version: z.int() }).nullable(),
  /** What the prediction log may keep of a picture that somebody tries. */
  keeps: z.enum(['nothing', 'answers', 'pictures']),
});
export type WorkspaceView = z.infer<typeof workspaceViewSchema>;

/** GET /api/samples */
export const samplesViewSchema = samplePageSchema;
export type SamplesView = z.infer<typeof samplesViewSchema>;

/** GET /api/samples/:id */
export const sampleViewSchema = listedSampleSchema.extend({ labels: z.array(labelEventSchema) });
export type SampleView = z.infer<typeof sampleViewSchema>;

/** POST /api/samples/remove and /api/samples/restore */
export const sampleIdsBodySchema = z.object({ ids: z.array(sampleIdSchema).min(1).max(10_000) });
export const changedSchema = z.object({ changed: z.int() });

/** GET /api/issues */
export const issuesViewSchema = pageOf(dataIssueSchema);

/** GET /api/models */
export const modelsViewSchema = z.object({ items: z.array(registeredModelSchema) });
export type ModelsView = z.infer<typeof modelsViewSchema>;

/** GET /api/models/:model/versions/:version */
export const versionViewSchema = z.object({ version: modelVersionSchema, evaluations: z.array(evaluationSchema) });
export type VersionView = z.infer<typeof versionViewSchema>;

/** POST /api/models/:model/aliases/:alias; `expected` is where the alias must be now for the move to happen (null: nowhere). */
export const moveAliasBodySchema = z.object({ version: z.int().min(1), expected: z.int().nullable().optional() });

/** GET /api/models/:model/history */
export const historyViewSchema = z.object({ items: z.array(aliasLogEntrySchema) });
export type HistoryView = z.infer<typeof historyViewSchema>;

/** GET /api/runs */
export const runsViewSchema = z.object({ items: z.array(runSchema) });
/** GET /api/runs/:id */
export const runViewSchema = z.object({
  run: runSchema,
  progress: runProgressSchema.nullable(),
  artifacts: z.array(artifactSchema),
});
export type RunView = z.infer<typeof runViewSchema>;
/** GET /api/runs/:id/metrics */
export const runMetricsViewSchema = z.object({ items: z.array(epochMetricsSchema) });
export type RunMetricsView = z.infer<typeof runMetricsViewSchema>;

/** POST /api/jobs */
export const newJobBodySchema = z.object({
  kind: z.enum(jobKinds),
  input: z.record(z.string(), z.unknown()).default({}),
});
export const jobsViewSchema = z.object({ items: z.array(jobSchema) });

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
  request_id: z.string().optional(),
});
