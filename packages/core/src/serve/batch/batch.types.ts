/** @file What the steps of a batch share. */
import type { BatchJob, ListedPicture } from '@tintype/contracts/batch';
import type { Gate } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { DetectorShelf } from '../../model/gates/detector-shelf.ts';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { OpenOutput } from '../../ports/output-place.ts';
import type { OpenPictureSource } from '../../ports/picture-source.ts';
import type { TaskPool } from '../../ports/task-pool.ts';

export interface BatchNeeds {
  catalog: Pick<Catalog, 'samples' | 'registry'>;
  store: Pick<ObjectStore, 'get' | 'localFolder'>;
  queue: JobQueue;
  clock: Clock;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
  openOutput: OpenOutput;
}

export interface BatchSettings {
  limits: PictureLimits;
  /** Time for one picture, decode and model together. */
  pictureMs: number;
  /** Judged after those of the bundle. */
  gates: readonly Gate[];
  /** What gates count with, shared by all shards of a worker. */
  detectors: Pick<DetectorShelf, 'hold'>;
}

/** A picture of a shard, to be read. */
export interface BatchPicture extends Pick<ListedPicture, 'path' | 'sample'> {
  read(): Promise<Uint8Array>;
}

/** One of the places that a batch scores. */
export interface BatchSource {
  /** Every picture once, in an order that stays; only those after the one that `after` names. */
  list(after: string | undefined): AsyncIterable<ListedPicture>;
  /** What names a picture to `list`. */
  nameOf(picture: ListedPicture): string;
  /** Pictures that were listed, in the order given. */
  open(pictures: readonly ListedPicture[]): AsyncIterable<BatchPicture>;
}

export type Batch = Pick<BatchJob, 'sources' | 'dataset'>;
