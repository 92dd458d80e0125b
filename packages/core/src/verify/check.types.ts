/** @file What every check of a workspace is given, and what it tells. */
import type { FindingKind } from '@tintype/contracts/verify';
import type { IngestRequest } from '../ingest/ingest-pictures.types.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RunFolders } from '../ports/run-folders.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export interface VerifyNeeds {
  catalog: Pick<Catalog, 'integrity' | 'samples' | 'snapshots' | 'registry' | 'runs'>;
  store: ObjectStore;
  runFolders: RunFolders;
  clock: Clock;
  limits: IngestRequest['limits'];
  /** Where thumbnails are made; asked for once, when there is one to make. */
  openPool: () => Promise<TaskPool<PictureTasks>>;
}

/** What was looked at so far. */
export interface Looked {
  pictures: number;
  objects: number;
  sizeBytes: number;
}

export interface CheckContext extends VerifyNeeds {
  isQuick: boolean;
  looked: Looked;
}

export interface Found {
  kind: FindingKind;
  subject: string;
  /** One sentence. */
  detail: string;
  /** Says what it did; undefined where nothing can be done. Never called unless somebody asked for repairs. */
  mend?: () => Promise<string | undefined>;
}

/** Holds nothing of the workspace in memory but what it looks at. */
export type Check = (context: CheckContext) => AsyncIterable<Found>;

/** Who is recorded as having done what repairs do. */
export const mender = 'verify';
