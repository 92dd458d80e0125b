/** @file A command is a record: the parser, the help, the reference page and the tests are all made from it. */

import type { ExploreTasks } from '@tintype/core/explore/explore-tasks.types';
import type { LightTasks } from '@tintype/core/model/light/light-tasks.types';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Trainer } from '@tintype/core/ports/trainer';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { TrainerTasks } from '@tintype/core/train/network/plan.types';
import type { TrialTasks } from '@tintype/core/tune/trial-tasks.types';
import type { Output } from './output.ts';

export interface OptionRecord {
  /** commander's notation: `--seed <number>`, `--move`, `--without <class...>`. */
  flags: string;
  description: string;
  choices?: readonly string[];
  /** The option takes a whole number in this range, ends included. */
  range?: readonly [number, number];
  default?: string | number | boolean;
}

export interface CommandContext {
  output: Output;
  /** Aborted by Ctrl+C. */
  signal: AbortSignal;
  /** `cacheBytes`: of an SQLite catalog's pages, held in memory. */
  openWorkspace(chosen?: { cacheBytes?: number }): Promise<Workspace>;
  /** Children for hostile bytes: `size` of them, by default one per core. */
  openPool(workspace?: Workspace, size?: number): Promise<TaskPool<PictureTasks>>;
  /** Children that rewrite graphs: `size` of them, by default one per core. */
  openLightPool(size?: number): Promise<TaskPool<LightTasks>>;
  /** One child that finds maps and neighbors. */
  openExploreEngine(): Promise<TaskPool<ExploreTasks>>;
  /** Starts a child per training. */
  openTrainer(): Promise<Trainer<TrainerTasks>>;
  /** Children that fit: one for each trial at a time. */
  openTrialPool(size: number): Promise<TaskPool<TrialTasks>>;
}

export interface CommandRecord {
  /** Words after `tintype`: `catalog remove`. */
  name: string;
  summary: string;
  /** commander's notation: `<source...>`, `[model]`. */
  arguments?: string;
  options: readonly OptionRecord[];
  examples: readonly string[];
  run(context: CommandContext, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<void>;
}
