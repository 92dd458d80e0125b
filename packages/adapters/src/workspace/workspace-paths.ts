/** @file Where a workspace keeps what, below its folder. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export const configFile = 'tintype.yaml';

export const workspacePaths = {
  config: (folder: string): string => join(folder, configFile),
  /** Everything tintype keeps; mode 0700. */
  state: (folder: string): string => join(folder, '.tintype'),
  catalog: (folder: string): string => join(folder, '.tintype', 'catalog.sqlite'),
  /** Copies of objects of a store in a bucket; another address has others. */
  storeCache: (folder: string, address: string): string =>
    join(folder, '.tintype', 'cache', createHash('sha256').update(address).digest('hex').slice(0, 16)),
  /** A folder per run: checkpoints, event files, contact sheets. */
  runs: (folder: string): string => join(folder, '.tintype', 'runs'),
  /** What is kept before the schema of the catalog is changed. */
  upgradeBackups: (folder: string): string => join(folder, '.tintype', 'backups'),
  hubCache: (folder: string): string => join(folder, '.tintype', 'hub'),
};
