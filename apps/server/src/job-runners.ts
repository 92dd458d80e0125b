/** @file What a worker does for each kind of job: the same use cases as the command line, over the same ports. */
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { OpenPictureSource } from '@tintype/core/ports/picture-source';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Workspace } from '@tintype/core/ports/workspace';
import { parseJobInput } from './job-inputs.ts';
import { localActor } from './local-actor.ts';
import type { JobRunners } from './work-on-jobs.ts';

export interface RunnerNeeds {
  workspace: Workspace;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
}

/** Each checks its input again: a job may be older than the version that runs it. */
export function createJobRunners({ workspace, pool, openSource }: RunnerNeeds): JobRunners {
  const { catalog, store, hub, clock, config } = workspace;
  const { limits } = config;
  return {
    async ingest(input, { signal, report }) {
      const { ingestPictures } = await import('@tintype/core/ingest/ingest-pictures');
      const request = parseJobInput('ingest', input);
      return ingestPictures(
        { catalog, store, clock, pool, openSource },
        { ...request, move: false, limits, signal, onProgress: (progress) => report({ ...progress }) },
      );
    },

    async train(input, { signal, report }) {
      const [{ trainHead }, { registerRun }] = await Promise.all([
        import('@tintype/core/train/train-head'),
        import('@tintype/core/registry/register-run'),
      ]);
      const request = parseJobInput('train', input);
      const needs = { catalog, store, hub, clock, pool };
      const onProgress = (progress: object): void => report({ ...progress });
      const run = await trainHead(needs, { ...request, limits, signal, onProgress });
      const { summary, promotion } = await registerRun(needs, run, { by: localActor, limits, signal, onProgress });
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
