/** @file `tintype init`: makes a workspace. */
import { resolve } from 'node:path';
import type { CommandRecord } from '../command.ts';

export const initCommand: CommandRecord = {
  name: 'init',
  summary: 'make a workspace in a folder (default: this one)',
  arguments: '[dir]',
  options: [],
  examples: ['tintype init', 'tintype init photos'],
  async run({ output }, [dir = '.']) {
    const { initWorkspace } = await import('@tintype/adapters/workspace/init-workspace');
    const folder = resolve(dir);
    await initWorkspace(folder);
    output.result(
      { workspace: folder },
      () => `Made a workspace in ${folder}.\nNext: tintype ingest DIR --labels folder`,
    );
  },
};
