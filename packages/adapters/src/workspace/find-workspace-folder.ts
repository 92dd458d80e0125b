/** @file Finds the workspace that a folder is in, as git finds its repository. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { workspacePaths } from './workspace-paths.ts';

/** The nearest folder, from `start` upwards, with a tintype.yaml. Throws WORKSPACE_NOT_FOUND. */
export function findWorkspaceFolder(start: string): string {
  const path = resolve(start);
  let folder = path;
  while (!existsSync(workspacePaths.config(folder))) {
    const parent = dirname(folder);
    if (parent === folder) throw new TintypeError('WORKSPACE_NOT_FOUND', { path });
    folder = parent;
  }
  return folder;
}
