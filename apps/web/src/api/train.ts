/** @file Addresses of training, tuning and jobs, with the schema of each answer. */
import {
  type JobsView,
  jobsViewSchema,
  type RunMetricsView,
  type RunsView,
  type RunView,
  runMetricsViewSchema,
  runsViewSchema,
  runViewSchema,
  type StudiesView,
  type StudyView,
  studiesViewSchema,
  studyViewSchema,
  type TrainableModelsView,
  trainableModelsViewSchema,
} from '@tintype/contracts/api';
import { type Job, jobSchema } from '@tintype/contracts/job';
import { type TrainingEstimate, trainingEstimateSchema } from '@tintype/contracts/train';
import { request } from './client.ts';

const segment = encodeURIComponent;
/** A step of a large network takes long, and several are measured. */
const measuringMs = 180_000;

export const listRuns = (signal?: AbortSignal): Promise<RunsView> => request(runsViewSchema, '/api/runs', { signal });

export const getRun = (id: string, signal?: AbortSignal): Promise<RunView> =>
  request(runViewSchema, `/api/runs/${segment(id)}`, { signal });

export const listRunMetrics = (id: string, signal?: AbortSignal): Promise<RunMetricsView> =>
  request(runMetricsViewSchema, `/api/runs/${segment(id)}/metrics`, { signal });

/** Throws RUN_NOT_RESUMABLE, RUN_BUSY. */
export const resumeRun = (id: string): Promise<Job> =>
  request(jobSchema, `/api/runs/${segment(id)}/resume`, { method: 'POST' });

export const runEventsUrl = (id: string): string => `/api/runs/${segment(id)}/events`;
export const contactSheetUrl = (id: string): string => `/api/runs/${segment(id)}/contact-sheet`;

export const listTrainableModels = (signal?: AbortSignal): Promise<TrainableModelsView> =>
  request(trainableModelsViewSchema, '/api/train/models', { signal });

export const estimateTraining = (options: object, signal?: AbortSignal): Promise<TrainingEstimate> =>
  request(trainingEstimateSchema, '/api/train/estimate', {
    method: 'POST',
    body: options,
    signal,
    timeoutMs: measuringMs,
  });

export const listStudies = (signal?: AbortSignal): Promise<StudiesView> =>
  request(studiesViewSchema, '/api/studies', { signal });

export const getStudy = (name: string, signal?: AbortSignal): Promise<StudyView> =>
  request(studyViewSchema, `/api/studies/${segment(name)}`, { signal });

/** Throws VALIDATION_FAILED with pointers into `/input`, PATHS_FORBIDDEN. */
export const addJob = (kind: Job['kind'], input: object): Promise<Job> =>
  request(jobSchema, '/api/jobs', { method: 'POST', body: { kind, input } });

export const listJobs = (signal?: AbortSignal): Promise<JobsView> => request(jobsViewSchema, '/api/jobs', { signal });

export const getJob = (id: string, signal?: AbortSignal): Promise<Job> =>
  request(jobSchema, `/api/jobs/${segment(id)}`, { signal });

export const cancelJob = (id: string): Promise<Job> =>
  request(jobSchema, `/api/jobs/${segment(id)}/cancel`, { method: 'POST' });
