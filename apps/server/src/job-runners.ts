/** @file What a worker does for each kind of job: the same use cases as the command line, over the same ports. */
import type { TrainEvent } from '@tintype/contracts/train-events';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { OpenPictureSource } from '@tintype/core/ports/picture-source';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Trainer } from '@tintype/core/ports/trainer';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { TrainerTasks } from '@tintype/core/train/network/plan.types';
import { parseJobInput } from './job-inputs.ts';
import { localActor } from './local-actor.ts';
import type { JobRunners } from './work-on-jobs.ts';

export interface RunnerNeeds {
  workspace: Workspace;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
  trainer: Trainer<TrainerTasks>;
}

/** Each checks its input again: a job may be older than the version that runs it. */
export function createJobRunners({ workspace, pool, openSource, trainer }: RunnerNeeds): JobRunners {
  const { catalog, store, hub, clock, config, runFolders } = workspace;
  const { limits } = config;
  const isResumable = async (run: string): Promise<boolean> => (await catalog.runs.get(run)).status !== 'succeeded';
  return {
    async ingest(input, { signal, report }) {
      const { ingestPictures } = await import('@tintype/core/ingest/ingest-pictures');
      const request = parseJobInput('ingest', input);
      return ingestPictures(
        { catalog, store, clock, pool, openSource },
        { ...request, move: false, limits, signal, onProgress: (progress) => report({ ...progress }) },
      );
    },

    async train(input, { signal, report, before }) {
      const [{ resumeAndRegister, trainAndRegister }, { detectorsOf }] = await Promise.all([
        import('@tintype/core/registry/train-and-register'),
        import('@tintype/core/model/gates/resolve-detectors'),
      ]);
      const request = parseJobInput('train', input);
      const needs = { catalog, store, hub, clock, pool, runFolders, trainer };
      let run = findRun(before);
      const tell = (progress: object): void => report({ ...progress, ...(run === undefined ? {} : { run }) });
      const ways = {
        limits,
        detectors: detectorsOf(workspace),
        signal,
        by: localActor,
        onProgress: tell,
        onEvent: (event: TrainEvent) => {
          ({ run } = event);
          if (event.type === 'step') tell({ stage: 'train', done: event.epoch - 1, total: event.epochs, step: event });
        },
      };
      const { summary, promotion } =
        run !== undefined && (await isResumable(run))
          ? await resumeAndRegister(needs, run, ways)
          : await trainAndRegister(needs, { ...request, ...ways });
      return { ...summary, promotion };
    },

    async evaluate(input, { signal, report }) {
      const [{ resolveVersion }, { evaluateVersion }] = await Promise.all([
        import('@tintype/core/registry/resolve-version'),
        import('@tintype/core/evaluate/evaluate-version'),
      ]);
      const version = await resolveVersion({ catalog }, parseJobInput('evaluate', input).model);
      const onProgress = (done: number, total?: number): void =>
        report({ done, ...(total === undefined ? {} : { total }) });
      return evaluateVersion({ catalog, store, clock, pool }, version, { limits, signal, onProgress });
    },
  };
}

/** The run that a worker before this one had begun for the job. */
function findRun(before: Record<string, unknown> | null): string | undefined {
  const run = before?.run;
  return typeof run === 'string' ? run : undefined;
}
