/** @file What a trainer child runs: networks, for as long as they take. Loaded by the trainer, never by a main process. */
import type { TrainerFunctions } from '../ports/trainer.ts';
import { measureStep } from './network/measure-step.ts';
import type { TrainerTasks } from './network/plan.types.ts';
import { runTraining } from './network/run-training.ts';

export const tasks: TrainerFunctions<TrainerTasks> = { train: runTraining, measure: measureStep };
