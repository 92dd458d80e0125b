/** @file What ingesting needs and is asked. */
import type { IngestOptions, IngestProgress } from '@tintype/contracts/ingest';
import type { PictureFormat, PictureLimits } from '@tintype/contracts/picture';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OpenPictureSource, SourceFile } from '../ports/picture-source.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export interface IngestNeeds {
  catalog: Pick<Catalog, 'samples'>;
  store: Pick<ObjectStore, 'put' | 'find' | 'putsAtOnce'>;
  pool: Pick<TaskPool<PictureTasks>, 'run'>;
  openSource: OpenPictureSource;
  clock: Pick<Clock, 'now'>;
}

export interface IngestRequest extends IngestOptions {
  /** `pictureMs`: time for one picture's decode; default 10,000. */
  limits: PictureLimits & { pictureMs?: number };
  /** Where it gives a class, that is the file's, whatever its path states; of undefined the path is asked. */
  classOf?: (path: string) => string | null | undefined;
  /** Formats that are taken; all that can be decoded where absent. */
  formats?: readonly PictureFormat[];
  /** Makes durable what else is wanted of a picture, before its row is. */
  derive?: (bytes: Uint8Array, contentHash: string) => Promise<void>;
  /** Whether a file that an earlier run finished with is taken again: it would not be there if that run had come to its end. */
  takesKnown?: boolean;
  /** Called for each rejected file once its row is durable. */
  onRejected?: (rejected: RejectedFile) => Promise<void>;
  /** Whether a file whose content is another than before takes the place of what it was; see `IngestBy`. */
  isFollowing?: boolean;
  /** Called a few times a second, and once at the end. */
  onProgress?: (progress: IngestProgress) => void;
  signal?: AbortSignal;
}

/** A file that was not taken, and why. */
export interface RejectedFile {
  file: SourceFile;
  rejection: { code: string; detail: string };
}
