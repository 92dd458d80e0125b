/** @file A worker on a workspace's jobs: opens what they need, works until it is told to end. */
import { hostname, totalmem } from 'node:os';
import { createTrainer } from '@tintype/adapters/children/create-trainer';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureFetcher } from '@tintype/adapters/fetch/open-picture-fetcher';
import { createSourceOpener } from '@tintype/adapters/sources/open-bucket-source';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import type { ExploreTasks } from '@tintype/core/explore/explore-tasks.types';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { TrainerTasks } from '@tintype/core/train/network/plan.types';
import type { TrialTasks } from '@tintype/core/tune/trial-tasks.types';
import type { FastifyBaseLogger } from 'fastify';
import { createJobRunners } from './job-runners.ts';
import { workOnJobs } from './work-on-jobs.ts';

/** Features of 100,000 pictures and what is computed from them. */
const exploreMemoryMb = 4096;

export interface StartWorkerOptions {
  /** The folder with tintype.yaml. */
  workspaceFolder: string;
  /** Processes for pictures and models; default one per core. */
  children?: number;
  /** Jobs at once; default 1. */
  concurrency?: number;
  /** After this long without a sign of life a job goes to another worker; default 30,000. */
  leaseMs?: number;
  /** Ends the worker as `close` does. */
  signal?: AbortSignal;
  logger?: FastifyBaseLogger;
}

export interface RunningWorker extends AsyncDisposable {
  /** Resolves when the worker has ended. */
  readonly closed: Promise<void>;
  /** Hands the jobs under way back to the queue and ends the children. */
  close(): Promise<void>;
}

/** Of the machine's memory, for all trials at once. */
const trialShare = 0.6;

function openTrialPool(size: number): Promise<TaskPool<TrialTasks>> {
  const memoryMb = Math.max(1024, Math.floor((trialShare * totalmem()) / 2 ** 20 / size));
  return openTaskPool({ tasks: '@tintype/core/tune/trial-tasks', size, inFlightPerChild: 1, memoryMb });
}

/** A worker that says on stderr what an operator must know. Throws what keeps the workspace from being opened. */
export async function startLoggingWorker(options: Omit<StartWorkerOptions, 'logger'>): Promise<RunningWorker> {
  const [{ pino }, { openLogDestination }] = await Promise.all([import('pino'), import('./log-destination.ts')]);
  return startWorker({ ...options, logger: pino({ level: 'warn' }, openLogDestination(pino)) });
}

/** Throws what keeps the workspace from being opened. */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const workspace = await openWorkspace({ folder: options.workspaceFolder });
  const pool = await openTaskPool<PictureTasks>({
    tasks: '@tintype/core/model/picture-tasks',
    ...(options.children === undefined ? {} : { size: options.children }),
  });
  const fetcher = openPictureFetcher();
  const stop = new AbortController();
  const { queue, clock } = workspace;
  const trainer = createTrainer<TrainerTasks>({ tasks: '@tintype/core/train/trainer-tasks' });
  const openExploreEngine = () =>
    openTaskPool<ExploreTasks>({ tasks: '@tintype/core/explore/explore-tasks', size: 1, memoryMb: exploreMemoryMb });
  const runners = createJobRunners({
    workspace,
    pool,
    openSource: createSourceOpener(workspace.config, { fetcher }),
    trainer,
    openTrialPool,
    openExploreEngine,
  });
  const work = async (): Promise<void> => {
    try {
      const { logger, leaseMs, concurrency = 1 } = options;
      const chosen = { ...(logger ? { logger } : {}), ...(leaseMs === undefined ? {} : { leaseMs }) };
      const asked = { queue, clock, runners, machine: hostname(), signal: stop.signal, ...chosen };
      await Promise.all(Array.from({ length: concurrency }, () => workOnJobs(asked)));
    } finally {
      await fetcher[Symbol.asyncDispose]();
      await pool[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    }
  };
  const closed = work();
  const close = (): Promise<void> => {
    stop.abort();
    return closed;
  };
  if (options.signal?.aborted) stop.abort();
  else options.signal?.addEventListener('abort', () => stop.abort(), { once: true });
  return { closed, close, [Symbol.asyncDispose]: close };
}
