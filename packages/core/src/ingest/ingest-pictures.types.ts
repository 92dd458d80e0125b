/** @file What ingesting needs and is asked. */
import type { IngestOptions, IngestProgress } from '@tintype/contracts/ingest';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OpenPictureSource } from '../ports/picture-source.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export interface IngestNeeds {
  catalog: Pick<Catalog, 'samples'>;
  store: Pick<ObjectStore, 'put' | 'find'>;
  pool: Pick<TaskPool<PictureTasks>, 'run'>;
  openSource: OpenPictureSource;
  clock: Pick<Clock, 'now'>;
}

export interface IngestRequest extends IngestOptions {
  /** `pictureMs`: time for one picture's decode; default 10,000. */
  limits: PictureLimits & { pictureMs?: number };
  /** Called a few times a second, and once at the end. */
  onProgress?: (progress: IngestProgress) => void;
  signal?: AbortSignal;
}
