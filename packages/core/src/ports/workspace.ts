/** @file An open workspace: its settings and every port a use case may need. */
import type { Config } from '@tintype/contracts/config';
import type { BackboneHub } from './backbone-hub.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogArchive } from './catalog-archive.ts';
import type { Clock } from './clock.ts';
import type { JobQueue } from './job-queue.ts';
import type { ObjectStore } from './object-store.ts';
import type { RunFolders } from './run-folders.ts';

export interface Workspace extends AsyncDisposable {
  /** Absolute path of the folder with tintype.yaml. */
  readonly folder: string;
  readonly config: Config;
  readonly catalog: Catalog;
  /** The rows of the catalog as a whole. */
  readonly archive: CatalogArchive;
  readonly store: ObjectStore;
  readonly queue: JobQueue;
  readonly hub: BackboneHub;
  readonly runFolders: RunFolders;
  readonly clock: Clock;
}
