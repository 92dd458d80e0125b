/** @file Where a workspace keeps what, below its folder. */
import { join } from 'node:path';

export const configFile = 'tintype.yaml';

export const workspacePaths = {
  config: (folder: string): string => join(folder, configFile),
  /** Everything tintype keeps; mode 0700. */
  state: (folder: string): string => join(folder, '.tintype'),
  catalog: (folder: string): string => join(folder, '.tintype', 'catalog.sqlite'),
  store: (folder: string): string => join(folder, '.tintype', 'store'),
  /** A folder per run: checkpoints, event files, contact sheets. */
  runs: (folder: string): string => join(folder, '.tintype', 'runs'),
  hubCache: (folder: string): string => join(folder, '.tintype', 'hub'),
};
