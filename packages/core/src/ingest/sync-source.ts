/** @file A dataset follows a bucket: the listing is laid beside what the catalog knows, and only what differs is read. */
import { TintypeError } from '@tintype/contracts/errors';
import type { SyncProgress, SyncReport } from '@tintype/contracts/sync';
import { compareKeys } from '../ports/bucket.ts';
import type { Catalog, KnownOrigin } from '../ports/catalog.ts';
import { crashPoint } from '../ports/crash-point.ts';
import type { PictureSource, SourceFile } from '../ports/picture-source.ts';
import { ingestSources, isUnchanged } from './ingest-pictures.ts';
import type { IngestNeeds, IngestRequest } from './ingest-pictures.types.ts';
import { SyncTally } from './sync-tally.ts';

export interface SyncNeeds extends Omit<IngestNeeds, 'openSource' | 'catalog'> {
  catalog: Pick<Catalog, 'samples' | 'origins'>;
  /** Its files come in the order of their paths' UTF-8 bytes. */
  source: PictureSource;
}

export interface SyncRequest extends Omit<IngestRequest, 'sources' | 'move' | 'isFollowing' | 'onProgress'> {
  /** Whether a listing without any object is believed where the catalog knows some. */
  allowsEmpty?: boolean;
  /** Looks at these alone, and at no file of the source but them; what else the catalog knows stays as it is. */
  paths?: readonly string[];
  onProgress?: (progress: SyncProgress) => void;
}

/**
 * Idempotent and incremental: a run that was killed anywhere is simply started again. Neither side is held in memory. Deleted objects
 * lose nothing but their place in lists: their samples are in the trash with their labels, and come out of it when the objects do.
 * Throws SOURCE_EMPTY, and what ingest throws; what was recorded before stays.
 */
export async function syncSource(needs: SyncNeeds, request: SyncRequest): Promise<SyncReport> {
  const { onProgress, ...asked } = request;
  const tally = new SyncTally(request.dataset, onProgress);
  const marks = new OriginMarks(needs, request, tally);
  const differing: PictureSource = {
    location: needs.source.location,
    files: () => findDiffering(needs, request, { tally, marks }),
  };
  await ingestSources(needs, { ...asked, move: false, isFollowing: true, sources: [differing] }, tally);
  // What was gone is marked when all that was new is recorded: a picture that only moved never passes through the trash.
  await marks.flush();
  return tally.finishSync(needs.source.location);
}

/** Files that ingest has to read; the others are counted or marked here. */
async function* findDiffering(
  { catalog, source }: SyncNeeds,
  { dataset, allowsEmpty = false, paths, signal }: SyncRequest,
  { tally, marks }: { tally: SyncTally; marks: OriginMarks },
): AsyncGenerator<SourceFile> {
  const known = listKnown({ catalog, source }, dataset, paths);
  let origin = await known.next();
  let before: string | undefined;
  for await (const file of source.files()) {
    if (signal?.aborted) throw new TintypeError('CANCELLED', {});
    assertOrder(before, file.path);
    before = file.path;
    while (!origin.done && compareKeys(origin.value.path, file.path) < 0) {
      await marks.addGone(origin.value);
      origin = await known.next();
    }
    const match = !origin.done && origin.value.path === file.path ? origin.value : undefined;
    if (match) origin = await known.next();
    if (!match || !isUnchanged(file, match)) yield file;
    else if (match.deletedAt === null) tally.countUnchanged();
    else await marks.addReturned(match);
  }
  // A wrong prefix, or a right that was taken away, lists nothing too.
  if (before === undefined && !origin.done && !allowsEmpty && paths === undefined)
    throw new TintypeError('SOURCE_EMPTY', { source: source.location });
  for (; !origin.done; origin = await known.next()) await marks.addGone(origin.value);
}

async function* listKnown(
  { catalog, source }: Pick<SyncNeeds, 'catalog' | 'source'>,
  dataset: string,
  paths: readonly string[] | undefined,
): AsyncGenerator<KnownOrigin> {
  if (paths === undefined) yield* catalog.origins.stream(dataset, source.location);
  else yield* await catalog.origins.findAt(dataset, source.location, paths);
}

/** Out of order, an object that is there would be taken for one that is gone. */
function assertOrder(before: string | undefined, path: string): void {
  if (before !== undefined && compareKeys(before, path) >= 0)
    throw new TintypeError('STORAGE_FAILED', {
      operation: 'Listing the bucket',
      reason: 'its keys do not come in order, as they do not in directory buckets',
    });
}

/** Paths that are held at most; many more than this that go at once are marked on the way. */
const mostMarks = 10_000;

/** Collects what is gone and what is back, many to a transaction. */
class OriginMarks {
  readonly #needs: SyncNeeds;
  readonly #request: SyncRequest;
  readonly #tally: SyncTally;
  #gone: string[] = [];
  #returned: string[] = [];

  constructor(needs: SyncNeeds, request: SyncRequest, tally: SyncTally) {
    this.#needs = needs;
    this.#request = request;
    this.#tally = tally;
  }

  async addGone({ path, deletedAt }: KnownOrigin): Promise<void> {
    if (deletedAt !== null) return;
    this.#gone.push(path);
    if (this.#gone.length >= mostMarks) await this.flush();
  }

  async addReturned({ path }: KnownOrigin): Promise<void> {
    this.#returned.push(path);
    if (this.#returned.length >= mostMarks) await this.flush();
  }

  async flush(): Promise<void> {
    const { catalog, source, clock } = this.#needs;
    const { dataset, annotator } = this.#request;
    const by = { annotator, at: clock.now() };
    const [gone, returned] = [this.#gone.splice(0), this.#returned.splice(0)];
    if (returned.length > 0) {
      const restored = await catalog.origins.markReturned(dataset, source.location, returned, by);
      this.#tally.countReturned(returned.length, restored);
      crashPoint('sync.returned');
    }
    if (gone.length > 0) {
      const trashed = await catalog.origins.markDeleted(dataset, source.location, gone, by);
      this.#tally.countDeleted(gone.length, trashed);
      crashPoint('sync.marked');
    }
  }
}
