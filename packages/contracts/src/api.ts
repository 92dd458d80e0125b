/** @file Bodies of the HTTP API that are not an entity by themselves. */
import { z } from 'zod';
import { catalogSummarySchema, dataIssueSchema, listedSampleSchema, samplePageSchema, tagSchema } from './catalog.ts';
import { modelFamilies } from './compare.ts';
import { sampleMeasuresSchema, samplePredictionSchema, sampleUseSchema } from './curation.ts';
import { evaluationSchema } from './evaluate.ts';
import { pageOf, sampleIdSchema } from './ids.ts';
import { askedJobKinds, jobSchema } from './job.ts';
import { labelEventSchema } from './label.ts';
import { aliasLogEntrySchema, modelVersionSchema, registeredModelSchema } from './registry.ts';
import { runSchema } from './train.ts';
import { artifactSchema, epochMetricsSchema, runProgressSchema } from './train-events.ts';
import { settingSchema, studyReportSchema, studySchema, trialSchema } from './tune.ts';

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
export const sampleViewSchema = listedSampleSchema.extend({
  /** Oldest first. */
  labels: z.array(labelEventSchema),
  tags: z.array(tagSchema),
  /** Newest version first. */
  predictions: z.array(samplePredictionSchema),
  measures: sampleMeasuresSchema.nullable(),
  /** Newest first. */
  uses: z.array(sampleUseSchema),
});
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
  /** The job that trains it now; null where it ended, or was begun on a command line. */
  job: z.string().nullable(),
  /** Whether it can go on from a checkpoint: a network that was cancelled, failed, or gives no sign of life. */
  isResumable: z.boolean(),
});
export type RunView = z.infer<typeof runViewSchema>;
/** GET /api/runs/:id/metrics */
export const runMetricsViewSchema = z.object({ items: z.array(epochMetricsSchema) });
export type RunMetricsView = z.infer<typeof runMetricsViewSchema>;
export type RunsView = z.infer<typeof runsViewSchema>;

/** GET /api/train/models */
export const trainableModelSchema = z.object({
  /** Unique among them, and stable. */
  id: z.string(),
  name: z.string(),
  family: z.enum(modelFamilies),
  /** What it is good for, in plain words. */
  words: z.string(),
  /** What training takes for it; everything else is usual. */
  options: z.record(z.string(), settingSchema),
  /** Whether weights of somebody have to be named besides. */
  needsBackbone: z.boolean(),
  /** With 1,000 classes; null where that depends on the backbone. */
  parameters: z.int().nullable(),
});
export type TrainableModel = z.infer<typeof trainableModelSchema>;
export const trainableModelsViewSchema = z.object({
  /** From cheap to dear. */
  items: z.array(trainableModelSchema),
  /** That this workspace trained on before, the last first. */
  backbones: z.array(z.string()),
});
export type TrainableModelsView = z.infer<typeof trainableModelsViewSchema>;

/** GET /api/studies */
export const listedStudySchema = z.object({
  study: studySchema,
  /** How many of each status. */
  trials: z.object({ running: z.int(), complete: z.int(), pruned: z.int(), failed: z.int() }),
  best: trialSchema.pick({ number: true, value: true, interval: true, settings: true }).nullable(),
  /** Whether somebody works on it. */
  isLive: z.boolean(),
});
export type ListedStudy = z.infer<typeof listedStudySchema>;
export const studiesViewSchema = z.object({ items: z.array(listedStudySchema) });
export type StudiesView = z.infer<typeof studiesViewSchema>;

/** GET /api/studies/:name */
export const studyViewSchema = z.object({
  report: studyReportSchema,
  isLive: z.boolean(),
  /** The job that works on it now; null where none does, or a command line. */
  job: z.string().nullable(),
});
export type StudyView = z.infer<typeof studyViewSchema>;

/** POST /api/jobs */
export const newJobBodySchema = z.object({
  kind: z.enum(askedJobKinds),
  input: z.record(z.string(), z.unknown()).default({}),
});
export const jobsViewSchema = z.object({ items: z.array(jobSchema) });
export type JobsView = z.infer<typeof jobsViewSchema>;

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
