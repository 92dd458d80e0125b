/** @file Takes pictures in: bytes are durable before rows, rows before they are counted, and only then may an original go. */
import { setMaxListeners } from 'node:events';
import { TintypeError } from '@tintype/contracts/errors';
import type { IngestReport } from '@tintype/contracts/ingest';
import type { Origin } from '../ports/catalog.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { PictureSource, SourceFile } from '../ports/picture-source.ts';
import { InFlight } from './in-flight.ts';
import { hashBytes, ingestFile, settleAll } from './ingest-file.ts';
import type { IngestNeeds, IngestRequest } from './ingest-pictures.types.ts';
import { IngestTally } from './ingest-tally.ts';
import { type FinishedFile, RowRecorder } from './row-recorder.ts';
import { sampleIdOf } from './sample-id.ts';

const atOnce = { files: 16, bytes: 64 * 2 ** 20 };
/** Originals of recorded files that are deleted, or kept elsewhere, together. */
const leavesAtOnce = 16;
/** Files looked up in the catalog together; archives hold their bytes meanwhile. */
const lookup = { files: 64, bytes: 16 * 2 ** 20 };

/**
 * Idempotent: what an earlier run finished with is passed over, so a run that was killed anywhere is simply started again.
 * Throws SOURCE_NOT_FOUND before anything is done, SOURCE_EMPTY, ARCHIVE_UNREADABLE, STORAGE_FAILED or CANCELLED; what was
 * recorded before stays.
 */
export async function ingestPictures(needs: IngestNeeds, request: IngestRequest): Promise<IngestReport> {
  const sources = await Promise.all(
    request.sources.map((source) => needs.openSource(source, { bytes: request.limits.bytes })),
  );
  const tally = new IngestTally(request.dataset, request.onProgress);
  await ingestSources(needs, { ...request, sources }, tally);
  if (tally.seen === 0) throw new TintypeError('SOURCE_EMPTY', { source: request.sources.join(', ') });
  return tally.finish();
}

/** Sources that are open. Throws as `ingestPictures` does. */
export async function ingestSources(
  needs: WorkNeeds,
  request: WorkRequest & { sources: readonly PictureSource[] },
  tally: IngestTally,
): Promise<void> {
  await needs.catalog.samples.ensureDataset(request.dataset);
  const work = new IngestWork(needs, request, tally);
  try {
    for (const source of request.sources) await work.take(source);
  } catch (error) {
    work.fail(error);
  }
  await work.end();
}

type WorkNeeds = Omit<IngestNeeds, 'openSource'>;
type WorkRequest = Omit<IngestRequest, 'sources'>;

class IngestWork {
  readonly #needs: WorkNeeds;
  readonly #request: WorkRequest;
  readonly #tally: IngestTally;
  readonly #inFlight: InFlight;
  readonly #recorder: RowRecorder;
  readonly #stop = new AbortController();
  #failure: unknown;

  constructor(needs: WorkNeeds, request: WorkRequest, tally: IngestTally) {
    const signal = request.signal ? AbortSignal.any([request.signal, this.#stop.signal]) : this.#stop.signal;
    // Every picture in flight listens.
    setMaxListeners(0, signal);
    this.#needs = needs;
    // Of each file two objects are put.
    this.#inFlight = new InFlight({ ...atOnce, files: Math.max(atOnce.files, (needs.store.putsAtOnce ?? 0) / 2) });
    this.#request = { ...request, signal };
    this.#tally = tally;
    this.#recorder = new RowRecorder({
      record: (files) => this.#record(files),
      onFailure: (error) => this.fail(error),
    });
  }

  /** The first failure counts; what is being worked on is stopped. */
  fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#failure = error;
    this.#stop.abort();
  }

  async take(source: PictureSource): Promise<void> {
    for await (const files of inGroups(source.files())) {
      const paths = files.map(({ path }) => path);
      const origins = await this.#needs.catalog.samples.findOrigins(this.#request.dataset, source.location, paths);
      for (const file of files) {
        const isKnown = !this.#request.takesKnown && isUnchanged(file, origins.get(file.path));
        if (isKnown) await this.#passOver(file);
        else await this.#start(source.location, file);
      }
    }
  }

  /** Everything that is finished is recorded when this returns or throws. */
  async end(): Promise<void> {
    await this.#inFlight.empty();
    await this.#recorder.close();
    if (this.#stop.signal.aborted) throw this.#failure;
  }

  async #start(location: string, file: SourceFile): Promise<void> {
    const turn = await this.#recorder.takeTurn();
    await this.#inFlight.enter(file.sizeBytes);
    if (this.#request.signal?.aborted) {
      this.#inFlight.leave(file.sizeBytes);
      throw new TintypeError('CANCELLED', {});
    }
    void ingestFile(this.#needs, this.#request, { location, file })
      .then((row) => this.#recorder.finish(turn, { file, row }))
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#inFlight.leave(file.sizeBytes));
  }

  async #record(files: readonly FinishedFile[]): Promise<void> {
    const { dataset, annotator, move, onRejected, isFollowing = false } = this.#request;
    const rows = files.map(({ row }) => row);
    const by = { annotator, at: this.#needs.clock.now(), isFollowing };
    const { outcomes } = await this.#needs.catalog.samples.recordIngest(dataset, rows, by);
    crashPoint('ingest.recorded');
    for (const [index, { row }] of files.entries()) this.#tally.countRow(row, outcomes[index] ?? 'rejected');
    const leave = async ({ file, row }: FinishedFile): Promise<void> => {
      if ('rejection' in row) await onRejected?.({ file, rejection: row.rejection });
      else if (move) await removeOriginal(file);
    };
    // Each may be a few questions to a bucket.
    for (let start = 0; start < files.length; start += leavesAtOnce)
      await settleAll(files.slice(start, start + leavesAtOnce).map(leave));
  }

  /** An earlier run may have been killed after it recorded the file and before it deleted it. */
  async #passOver(file: SourceFile): Promise<void> {
    if (this.#request.signal?.aborted) throw new TintypeError('CANCELLED', {});
    if (this.#request.move && file.remove && (await this.#isKept(file))) await removeOriginal(file);
    this.#tally.countKnown();
  }

  /** Whether these very bytes are in the store and in the catalog: a rejected file is not, and keeps its original. */
  async #isKept(file: SourceFile): Promise<boolean> {
    const bytes = await file.read().catch(() => undefined);
    if (!bytes) return false;
    const contentHash = hashBytes(bytes);
    try {
      await this.#needs.catalog.samples.get(sampleIdOf(this.#request.dataset, contentHash));
    } catch (error) {
      if (error instanceof TintypeError && error.code === 'SAMPLE_NOT_FOUND') return false;
      throw error;
    }
    const stored = await this.#needs.store.find(objectKeys.source(contentHash));
    return stored?.sizeBytes === bytes.byteLength;
  }
}

/** An object that was written again as it was has another time, and the same tag. */
export function isUnchanged(file: SourceFile, origin: Origin | undefined): boolean {
  if (origin?.sizeBytes !== file.sizeBytes) return false;
  return file.etag === undefined ? origin.modifiedAt === file.modifiedAt : origin.etag === file.etag;
}

async function removeOriginal(file: SourceFile): Promise<void> {
  try {
    await file.remove?.();
  } catch (error) {
    const reason = (error as Error).message;
    throw new TintypeError(
      'STORAGE_FAILED',
      { operation: `Deleting the original ${file.path}`, reason },
      { cause: error },
    );
  }
  crashPoint('ingest.removed');
}

async function* inGroups(files: AsyncIterable<SourceFile>): AsyncGenerator<SourceFile[]> {
  let group: SourceFile[] = [];
  let sizeBytes = 0;
  for await (const file of files) {
    group.push(file);
    sizeBytes += file.sizeBytes;
    if (group.length < lookup.files && sizeBytes < lookup.bytes) continue;
    yield group;
    group = [];
    sizeBytes = 0;
  }
  if (group.length > 0) yield group;
}
