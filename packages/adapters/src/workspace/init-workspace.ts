/** @file Makes a workspace: its state folder first, then tintype.yaml, which makes the folder one. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { systemReason } from '../storage-failure.ts';
import { configTemplate } from './config-template.ts';
import { workspacePaths } from './workspace-paths.ts';

/** Absolute path of the new workspace. Throws WORKSPACE_EXISTS, or WORKSPACE_UNREADABLE where nothing can be written. */
export async function initWorkspace(dir: string): Promise<string> {
  const folder = resolve(dir);
  try {
    await mkdir(workspacePaths.state(folder), { recursive: true, mode: 0o700 });
    await chmod(workspacePaths.state(folder), 0o700);
    await writeFile(workspacePaths.config(folder), configTemplate(folder), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new TintypeError('WORKSPACE_EXISTS', { path: folder });
    throw new TintypeError('WORKSPACE_UNREADABLE', { path: folder, reason: systemReason(error) }, { cause: error });
  }
  return folder;
}
