/** @file Estimates of trainings for who asks over HTTP: one at a time, in children that give way, and no step is measured twice. */
import { createTrainer } from '@tintype/adapters/children/create-trainer';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { TintypeError } from '@tintype/contracts/errors';
import type { TrainingEstimate, TrainOptions } from '@tintype/contracts/train';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { Trainer } from '@tintype/core/ports/trainer';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { TrainerTasks } from '@tintype/core/train/network/plan.types';
import { trainWithWholePaths } from './job-inputs.ts';
import { Turns } from './turns.ts';

export interface TrainingEstimates {
  /** Throws OVERLOADED where many wait, and what an estimate throws. */
  estimate(options: TrainOptions, control: { signal: AbortSignal }): Promise<TrainingEstimate>;
}

/** Who answers pictures goes first. */
const niceness = 5;
const mostWaiting = 16;
const mostKnown = 200;

export function openTrainingEstimates(workspace: Workspace): TrainingEstimates {
  const turns = new Turns({ width: 1, mostWaiting });
  const trainer = rememberSteps(createTrainer<TrainerTasks>({ tasks: '@tintype/core/train/trainer-tasks' }));
  return {
    estimate: (options, { signal }) =>
      turns.take(async () => {
        if (signal.aborted) throw new TintypeError('CANCELLED', {});
        const { estimateTraining } = await import('@tintype/core/train/estimate-training');
        const { catalog, store, hub, clock, runFolders, config } = workspace;
        await using pool = await openTaskPool<PictureTasks>({ tasks: '@tintype/core/model/picture-tasks', niceness });
        const needs = { catalog, store, hub, clock, pool, runFolders, trainer };
        const request = trainWithWholePaths(options, workspace.folder);
        return await estimateTraining(needs, { ...request, limits: config.limits, signal });
      }),
  };
}

/** A step of the same network with the same settings takes as long as it did. */
function rememberSteps(trainer: Trainer<TrainerTasks>): Trainer<TrainerTasks> {
  const known = new Map<string, unknown>();
  return {
    async run(task, input, options) {
      const key = JSON.stringify([task, input]);
      const measured = known.get(key) ?? (await trainer.run(task, input, options));
      if (known.size >= mostKnown) known.clear();
      known.set(key, measured);
      return measured as TrainerTasks[typeof task]['output'];
    },
  };
}
