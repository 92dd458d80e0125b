/** @file `tintype init`: makes a workspace. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';

export const initCommand: CommandRecord = {
  name: 'init',
  summary: 'make a workspace in a folder (default: this one)',
  arguments: '[dir]',
  options: [],
  examples: ['tintype init', 'tintype init photos'],
  async run({ output }, [dir = '.']) {
    const { initWorkspace } = await import('@tintype/adapters/workspace/init-workspace');
    if (dir === '') throw new TintypeError('USAGE_INVALID', { problem: 'The name of the folder is empty.' });
    const folder = resolve(dir);
    if (await isFile(folder)) {
      throw new TintypeError('USAGE_INVALID', { problem: `${folder} is a file; a workspace is a folder.` });
    }
    await initWorkspace(folder);
    output.result(
      { workspace: folder },
      () => `Made a workspace in ${folder}.\nNext: tintype ingest DIR --labels folder`,
    );
  },
};

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  );
