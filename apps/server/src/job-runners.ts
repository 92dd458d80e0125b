/** @file What a worker does for each kind of job: the same use cases as the command line, over the same ports. */
import { availableParallelism } from 'node:os';
import type { BackupManifest, BackupVerification } from '@tintype/contracts/backup';
import type { TrainEvent } from '@tintype/contracts/train-events';
import type { ExploreTasks } from '@tintype/core/explore/explore-tasks.types';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { OpenPictureSource } from '@tintype/core/ports/picture-source';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Trainer } from '@tintype/core/ports/trainer';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { TrainerTasks } from '@tintype/core/train/network/plan.types';
import type { TrialTasks } from '@tintype/core/tune/trial-tasks.types';
import type { StudyState } from '@tintype/core/tune/tune-models';
import { createBatchRunners } from './batch-runners.ts';
import { parseJobInput, trainWithWholePaths, tuneWithWholePaths } from './job-inputs.ts';
import { localActor } from './local-actor.ts';
import { takeOver } from './take-over.ts';
import { version } from './version.ts';
import type { JobContext, JobRunners } from './work-on-jobs.ts';

export interface RunnerNeeds {
  workspace: Workspace;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
  trainer: Trainer<TrainerTasks>;
  /** One child for each trial at once; disposed with the study. */
  openTrialPool: (size: number) => Promise<TaskPool<TrialTasks>>;
  /** A child that finds maps and neighbors, for one job. */
  openExploreEngine: () => Promise<TaskPool<ExploreTasks>>;
}

/** Each checks its input again: a job may be older than the version that runs it. */
export function createJobRunners(means: RunnerNeeds): JobRunners {
  const { workspace, pool, openSource, trainer, openTrialPool, openExploreEngine } = means;
  const { catalog, store, hub, clock, config, runFolders, folder } = workspace;
  const { limits } = config;
  const needs = { catalog, store, hub, clock, pool, runFolders, trainer };
  return {
    async ingest(input, { signal, report }) {
      const { ingestPictures } = await import('@tintype/core/ingest/ingest-pictures');
      const request = parseJobInput('ingest', input);
      return ingestPictures(
        { catalog, store, clock, pool, openSource },
        { ...request, move: false, limits, signal, onProgress: (progress) => report({ ...progress }) },
      );
    },

    async train(input, { signal, report, keep, before }) {
      const [{ resumeAndRegister, trainAndRegister }, { detectorsOf }] = await Promise.all([
        import('@tintype/core/registry/train-and-register'),
        import('@tintype/core/model/gates/resolve-detectors'),
      ]);
      const { resume, ...request } = parseJobInput('train', input);
      const begun = await takeOver(workspace, textOf(before, 'run'));
      if (begun?.result) return begun.result;
      let run = begun?.run ?? resume;
      const tell = (progress: object): void => report({ ...progress, ...(run === undefined ? {} : { run }) });
      const ways = {
        limits,
        detectors: detectorsOf(workspace),
        signal,
        by: localActor,
        onProgress: tell,
        onRun: async (id: string) => {
          run = id;
          await keep({ stage: 'snapshot', done: 1, total: 1, run });
        },
        onEvent: (event: TrainEvent) => {
          if (event.type === 'step') tell({ stage: 'train', done: event.epoch - 1, total: event.epochs, step: event });
        },
      };
      if (run !== undefined) await ways.onRun(run);
      const { summary, promotion } =
        run === undefined
          ? await trainAndRegister(needs, { ...trainWithWholePaths(request, folder), ...ways })
          : await resumeAndRegister(needs, run, ways);
      return { ...summary, promotion };
    },

    async tune(input, { signal, report, keep, before }) {
      const { tuneModels } = await import('@tintype/core/tune/tune-models');
      const { budgetMs, ...request } = tuneWithWholePaths(parseJobInput('tune', input), folder);
      const begun = textOf(before, 'study');
      // A study that is taken over uses up what was left of its time.
      const way =
        begun === undefined ? (budgetMs === undefined ? {} : { budgetMs }) : { study: begun, resume: true as const };
      let study: string | undefined;
      await using trialPool = await openTrialPool(request.jobs);
      const { summary, registration } = await tuneModels(
        { ...needs, trialPool },
        {
          ...request,
          ...way,
          limits,
          signal,
          by: localActor,
          cores: availableParallelism(),
          onStudy: (state) => {
            const progress = describeStudy(state);
            if (study === undefined) void keep(progress);
            else report(progress);
            study = state.study.name;
          },
          onProgress: (progress) => report({ ...progress, ...(study === undefined ? {} : { study }) }),
        },
      );
      return { ...summary, promotion: registration.promotion };
    },

    async evaluate(input, { signal, report }) {
      const [{ resolveVersion }, { evaluateVersion }] = await Promise.all([
        import('@tintype/core/registry/resolve-version'),
        import('@tintype/core/evaluate/evaluate-version'),
      ]);
      const version = await resolveVersion({ catalog }, parseJobInput('evaluate', input).model);
      const onProgress = (done: number, total?: number): void =>
        report({ stage: 'evaluate', done, ...(total === undefined ? {} : { total }) });
      return evaluateVersion({ catalog, store, clock, pool }, version, { limits, signal, onProgress });
    },

    async score(input, { signal, report }) {
      const [{ resolveVersion }, { resolveDataset }, { scoreDataset }] = await Promise.all([
        import('@tintype/core/registry/resolve-version'),
        import('@tintype/core/catalog/catalog'),
        import('@tintype/core/evaluate/score-dataset'),
      ]);
      const request = parseJobInput('score', input);
      const version = await resolveVersion({ catalog }, request.model);
      const dataset = await resolveDataset(catalog, request.dataset);
      const onProgress = (done: number, total?: number): void =>
        report({ stage: 'score', done, ...(total === undefined ? {} : { total }) });
      return scoreDataset({ catalog, store, pool }, version, { dataset, limits, signal, onProgress });
    },

    async explore(input, { signal, report }) {
      const [{ exploreDataset }, { resolveLabelBackbone }] = await Promise.all([
        import('@tintype/core/explore/explore-dataset'),
        import('@tintype/core/label/resolve-label-backbone'),
      ]);
      await using engine = await openExploreEngine();
      const { findings, dataset, pictures } = await exploreDataset(
        { catalog, measures: catalog.measures, store, clock, pictures: pool, engine },
        parseJobInput('explore', input),
        { resolve: () => resolveLabelBackbone(needs, workspace), limits, signal, onProgress: report },
      );
      return { dataset, pictures, findings };
    },

    async backup(input, { signal, report }) {
      const [{ createBackup }, { removeOldBackups, summarizeManifest }] = await Promise.all([
        import('@tintype/core/backup/create-backup'),
        import('@tintype/core/backup/list-backups'),
      ]);
      const { keep, verify } = parseJobInput('backup', input);
      const place = store;
      const manifest = await createBackup(
        { catalog, archive: workspace.archive, store, place, clock },
        { madeBy: version, signal, onProgress: ({ stage, done }) => report({ stage: `backup-${stage}`, done }) },
      );
      const verified = verify ? await verifyAndRecord({ place, clock }, manifest, { signal, report }) : null;
      const removed = keep === undefined ? [] : await removeOldBackups({ place, clock }, { keep });
      return { backup: summarizeManifest(manifest, verified), removed };
    },

    ...createBatchRunners({ workspace, pool, openSource }),
  };
}

/** Throws BACKUP_DAMAGED: then older ones are not removed. */
async function verifyAndRecord(
  needs: { place: Workspace['store']; clock: Workspace['clock'] },
  manifest: BackupManifest,
  { signal, report: tell }: Pick<JobContext, 'signal' | 'report'>,
): Promise<BackupVerification> {
  const [{ verifyBackup }, { assertUndamaged, recordVerification }] = await Promise.all([
    import('@tintype/core/backup/verify-backup'),
    import('@tintype/core/backup/verification'),
  ]);
  const onProgress = (done: number, total: number): void => tell({ stage: 'backup-verify', done, total });
  const report = await verifyBackup(needs, manifest, { signal, onProgress });
  const verified = await recordVerification(needs, report);
  assertUndamaged(report);
  return verified;
}

/** Of what a worker that had the job before had told last. */
function textOf(before: Record<string, unknown> | null, name: string): string | undefined {
  const value = before?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** Trials that ended, of the time that was given. */
function describeStudy({ study, trials, spentMs, budgetMs }: StudyState): Record<string, unknown> {
  const ended = trials.filter(({ status }) => status !== 'running').length;
  return { stage: 'tune', done: spentMs(), total: budgetMs, note: `${ended} trials`, study: study.name };
}
