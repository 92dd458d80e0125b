/** @file What a command may open, lazily: a command pays only for what it touches. */
import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';

/** Of the machine's memory, for all children that fit. */
const fitShare = 0.6;

/** Features of 100,000 pictures and what is computed from them. */
const exploreMemoryMb = 4096;

export function createContext(
  output: Output,
  signal: AbortSignal,
  options: Readonly<Record<string, unknown>>,
): CommandContext {
  return {
    output,
    signal,
    async openWorkspace(chosen = {}) {
      const { openWorkspace } = await import('@tintype/adapters/workspace/open-workspace');
      return openWorkspace({ folder: await workspaceFolder(options), ...chosen });
    },
    async openPool(_workspace, size) {
      const { openTaskPool } = await import('@tintype/adapters/children/open-task-pool');
      const tasks = '@tintype/core/model/picture-tasks';
      return openTaskPool({ tasks, ...(size === undefined ? {} : { size }) });
    },
    async openLightPool(size = availableParallelism()) {
      const { openTaskPool } = await import('@tintype/adapters/children/open-task-pool');
      const memoryMb = Math.max(2048, Math.floor((fitShare * totalmem()) / 2 ** 20 / size));
      return openTaskPool({ tasks: '@tintype/core/model/light/light-tasks', size, inFlightPerChild: 1, memoryMb });
    },
    async openExploreEngine() {
      const { openTaskPool } = await import('@tintype/adapters/children/open-task-pool');
      return openTaskPool({ tasks: '@tintype/core/explore/explore-tasks', size: 1, memoryMb: exploreMemoryMb });
    },
    async openTrainer() {
      const { createTrainer } = await import('@tintype/adapters/children/create-trainer');
      return createTrainer({ tasks: '@tintype/core/train/trainer-tasks' });
    },
    async openTrialPool(size) {
      const { openTaskPool } = await import('@tintype/adapters/children/open-task-pool');
      const memoryMb = Math.max(1024, Math.floor((fitShare * totalmem()) / 2 ** 20 / size));
      return openTaskPool({ tasks: '@tintype/core/tune/trial-tasks', size, inFlightPerChild: 1, memoryMb });
    },
  };
}

/** The folder that --workspace names, else the nearest workspace from this folder upwards. Throws WORKSPACE_NOT_FOUND. */
export async function workspaceFolder(options: Readonly<Record<string, unknown>>): Promise<string> {
  const { findWorkspaceFolder } = await import('@tintype/adapters/workspace/find-workspace-folder');
  const named = options.workspace as string | undefined;
  if (named === undefined) return findWorkspaceFolder(process.cwd());
  // A folder that was named is meant: a slip in the name must not reach the workspace around it.
  const path = resolve(named);
  if (!existsSync(join(path, 'tintype.yaml'))) throw new TintypeError('WORKSPACE_NOT_FOUND', { path, isNamed: true });
  return path;
}
