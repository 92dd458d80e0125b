/** @file What a command may open, lazily: a command pays only for what it touches. */
import { createRequire } from 'node:module';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';

export function createContext(
  output: Output,
  signal: AbortSignal,
  options: Readonly<Record<string, unknown>>,
): CommandContext {
  return {
    output,
    signal,
    async openWorkspace() {
      const { findWorkspaceFolder } = await import('@tintype/adapters/workspace/find-workspace');
      const { openWorkspace } = await import('@tintype/adapters/workspace/open-workspace');
      const named = options.workspace as string | undefined;
      return openWorkspace({
        folder: await findWorkspaceFolder(named ?? process.cwd(), { exact: named !== undefined }),
      });
    },
    async openPool(_workspace, size) {
      const { openTaskPool } = await import('@tintype/adapters/children/open-task-pool');
      const tasks = createRequire(import.meta.url).resolve('@tintype/core/model/picture-tasks');
      return openTaskPool({ tasks, ...(size === undefined ? {} : { size }) });
    },
  };
}
