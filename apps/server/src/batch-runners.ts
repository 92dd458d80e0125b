/** @file What a worker does for a batch and for its shards, and a worker for one batch alone. */
import { setTimeout as delay } from 'node:timers/promises';
import { createOutputOpener } from '@tintype/adapters/buckets/open-output';
import { batchJobSchema } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { JobQueue } from '@tintype/core/ports/job-queue';
import type { OpenPictureSource } from '@tintype/core/ports/picture-source';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { BatchNeeds, BatchSettings } from '@tintype/core/serve/batch/batch.types';
import { parseJobInput } from './job-inputs.ts';
import { type JobRunners, type WorkOptions, workOn } from './work-on-jobs.ts';

export interface BatchRunnerNeeds {
  workspace: Pick<Workspace, 'folder' | 'config' | 'catalog' | 'store' | 'queue' | 'hub' | 'clock'>;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
}

export type BatchRunners = Pick<JobRunners, 'predict' | 'shard'>;

export function createBatchRunners(means: BatchRunnerNeeds): BatchRunners {
  const { workspace, pool, openSource } = means;
  const { catalog, store, queue, clock, config } = workspace;
  const { limits } = config;
  const openOutput = createOutputOpener(config);
  let settings: Promise<BatchSettings> | undefined;
  const needs: BatchNeeds = { catalog, store, queue, clock, pool, openSource, openOutput };
  return {
    async predict(input, { job, signal, report, keep, before, workOnPart }) {
      const { runBatch } = await import('@tintype/core/serve/batch/run-batch');
      const batch = parseJobInput('predict', input);
      return runBatch(needs, { job, batch, limitBytes: limits.bytes, signal, report, keep, before, workOnPart });
    },

    async shard(input, { job, signal, report }) {
      const { predictShard } = await import('@tintype/core/serve/batch/predict-shard');
      settings ??= openSettings(means);
      const batch = batchJobSchema.parse((await queue.get(job.parent ?? '')).input);
      const shard = parseJobInput('shard', input);
      return predictShard(needs, { job, shard, batch, settings: await settings, signal, report });
    },
  };
}

async function openSettings({ workspace, pool }: BatchRunnerNeeds): Promise<BatchSettings> {
  const [{ parseGates }, { detectorsOf }, { DetectorShelf }] = await Promise.all([
    import('@tintype/contracts/gate'),
    import('@tintype/core/model/gates/resolve-detectors'),
    import('@tintype/core/model/gates/detector-shelf'),
  ]);
  const { limits, serve } = workspace.config;
  return {
    limits,
    pictureMs: limits.pictureMs,
    gates: parseGates(serve.gates),
    detectors: new DetectorShelf(pool, detectorsOf(workspace)),
  };
}

const hasEnded = ({ status }: Job): boolean => status !== 'queued' && status !== 'running';

/** Works on one batch, and on nothing else, until it has ended or `signal` is aborted. Other workers may have it or its shards meanwhile. */
export async function workOnBatch(
  jobId: string,
  options: Omit<WorkOptions, 'runners'> & { queue: JobQueue; runners: BatchRunners },
): Promise<Job> {
  const { queue, clock, signal, pollMs = 500, leaseMs = 30_000 } = options;
  const worker = clock.newId('worker');
  const workOnce = async (): Promise<boolean> => {
    const lease = { worker, leaseMs };
    const leased = (await queue.lease({ ...lease, job: jobId })) ?? (await queue.lease({ ...lease, partOf: jobId }));
    if (leased) await workOn(leased, { ...options, worker });
    return leased !== undefined;
  };
  for (;;) {
    // A database that is away for a while is waited for, as by every worker.
    const job = await queue.get(jobId).catch(passStorage);
    if (job && (signal.aborted || hasEnded(job))) return job;
    const isIdle = !job || !(await workOnce().catch(passStorage));
    if (isIdle && signal.aborted) throw new TintypeError('CANCELLED', {});
    if (isIdle) await delay(pollMs, undefined, { signal }).catch(() => {});
  }
}

/** Throws what is not the storage's. */
function passStorage(error: unknown): undefined {
  if (error instanceof TintypeError && error.kind === 'storage') return undefined;
  throw error;
}
