/** @file What a job of training or tuning is called, and where it is looked at. Pure. */
import type { Job } from '@tintype/contracts/job';
import { stepMetricsSchema } from '@tintype/contracts/train-events';
import { formatSpan } from '../../components/format.ts';
import { trainPaths } from './paths.ts';
import { describeModel } from './run-words.ts';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The run of a training job, once it is known. */
export const runOf = ({ progress, result, input }: Pick<Job, 'progress' | 'result' | 'input'>): string | undefined =>
  textOf(progress?.run) ?? textOf(result?.run) ?? textOf(input.resume);

export const studyOf = ({ progress, result, input }: Pick<Job, 'progress' | 'result' | 'input'>): string | undefined =>
  textOf(progress?.study) ?? textOf(result?.study) ?? textOf(input.study);

export function describeJob(job: Pick<Job, 'kind' | 'input' | 'progress' | 'result'>): string {
  if (job.kind === 'tune') return `Tuning ${studyOf(job) ?? textOf(job.input.dataset) ?? ''}`.trim();
  const resumed = textOf(job.input.resume);
  return resumed === undefined ? `Training ${describeModel(job.input)}` : `Going on with ${resumed}`;
}

/** `about 5 min 20 s left`, once a training has made its first steps. */
export function describeLeft({ progress }: Pick<Job, 'progress'>): string {
  const step = stepMetricsSchema.safeParse(progress?.step);
  return step.success && step.data.remainingMs !== null ? `about ${formatSpan(step.data.remainingMs)} left` : '';
}

/** The run or the study where there is one, else the job itself. */
export function jobPath(job: Job): string {
  const run = job.kind === 'train' ? runOf(job) : undefined;
  // A name that was asked for is no study yet.
  const study = job.kind === 'tune' ? (textOf(job.progress?.study) ?? textOf(job.result?.study)) : undefined;
  if (run !== undefined) return trainPaths.run(run);
  return study === undefined ? trainPaths.job(job.id) : trainPaths.study(study);
}
