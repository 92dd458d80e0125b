/** @file One file of a source: read, identified, analyzed in a child process, stored. What comes out is a row, taken or rejected. */
import { createHash } from 'node:crypto';
import { type ErrorCode, TintypeError } from '@tintype/contracts/errors';
import { type PictureAnalysis, type PictureFormat, pictureFormats } from '@tintype/contracts/picture';
import type { IngestRow, Origin } from '../ports/catalog.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { SourceFile } from '../ports/picture-source.ts';
import type { IngestNeeds, IngestRequest } from './ingest-pictures.types.ts';
import { labelFromPath } from './label-from-path.ts';
import { sampleIdOf } from './sample-id.ts';

const defaultPictureMs = 10_000;

/** Failures that are the file's own. Any other ends the ingest. */
const rejectingCodes = new Set<ErrorCode>([
  'FILE_UNREADABLE',
  'IMAGE_EMPTY',
  'IMAGE_UNRECOGNIZED',
  'IMAGE_FORMAT_UNSUPPORTED',
  'IMAGE_TRUNCATED',
  'IMAGE_CORRUPT',
  'IMAGE_TOO_MANY_PIXELS',
  'IMAGE_TOO_LARGE',
  'IMAGE_DECODE_FAILED',
  'ARCHIVE_ENTRY_UNSAFE',
  'ARCHIVE_LIMIT_EXCEEDED',
]);

/** Rejections that end when a permission, a limit or what is installed changes, though the file does not: the next run looks again. */
const passingCodes = new Set<ErrorCode>([
  'FILE_UNREADABLE',
  'IMAGE_FORMAT_UNSUPPORTED',
  'IMAGE_TOO_MANY_PIXELS',
  'IMAGE_TOO_LARGE',
]);

/** No file has this size, so that no later run finds the origin known. */
const unknownSize = -1;

/** Stores the picture durably before it returns. Throws what is not the file's own fault: a full disk, a broken installation, CANCELLED. */
export async function ingestFile(
  { store, pool }: Pick<IngestNeeds, 'store' | 'pool'>,
  request: Omit<IngestRequest, 'sources'>,
  { location, file }: { location: string; file: SourceFile },
): Promise<IngestRow> {
  const { path, sizeBytes, modifiedAt, etag } = file;
  const origin: Origin = { location, path, sizeBytes, modifiedAt, ...(etag === undefined ? {} : { etag }) };
  try {
    const bytes = await file.read();
    const contentHash = hashBytes(bytes);
    const { thumbnail, ...picture } = await analyze(pool, bytes, request);
    assertTaken(picture.format, request.formats);
    crashPoint('ingest.analyzed');
    await settleAll([
      store.put(objectKeys.source(contentHash), bytes),
      store.put(objectKeys.thumbnail(contentHash), thumbnail),
      derive(request, bytes, contentHash),
    ]);
    crashPoint('ingest.stored');
    const stated = request.classOf?.(file.path);
    return {
      origin,
      sample: {
        id: sampleIdOf(request.dataset, contentHash),
        contentHash,
        path: file.path,
        sizeBytes: bytes.byteLength,
        ...picture,
      },
      className: stated === undefined ? labelFromPath(file.path, request.labels) : stated,
      labelSource: stated !== undefined ? 'import' : request.labels === 'filename' ? 'filename' : 'folder',
    };
  } catch (error) {
    if (!(error instanceof TintypeError && rejectingCodes.has(error.code))) throw error;
    return {
      origin: passingCodes.has(error.code) ? { ...origin, sizeBytes: unknownSize } : origin,
      rejection: { code: error.code, detail: error.message },
    };
  }
}

async function derive(request: Pick<IngestRequest, 'derive'>, bytes: Uint8Array, contentHash: string): Promise<void> {
  try {
    await request.derive?.(bytes, contentHash);
  } catch (error) {
    throw toPictureFailure(error);
  }
}

function assertTaken(format: PictureFormat, formats: readonly PictureFormat[] = pictureFormats): void {
  if (!formats.includes(format)) throw new TintypeError('IMAGE_FORMAT_UNSUPPORTED', { format: format.toUpperCase() });
}

/** Like Promise.all, but nothing goes on behind a failure. */
export async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A picture that breaks its child, or keeps it busy for too long even alone, is the picture's failure. */
async function analyze(
  pool: IngestNeeds['pool'],
  bytes: Uint8Array,
  request: Pick<IngestRequest, 'limits' | 'signal'>,
): Promise<PictureAnalysis> {
  const { pictureMs: deadlineMs = defaultPictureMs, ...limits } = request.limits;
  const options = { deadlineMs, ...(request.signal ? { signal: request.signal } : {}) };
  try {
    // It may have waited for a neighbor that blocked their child: only alone is it surely its own.
    return await pool.run('analyze', { bytes, limits }, options).catch((error: unknown) => {
      if (codeOf(error) !== 'DEADLINE_EXCEEDED') throw error;
      return pool.run('analyze', { bytes, limits }, { ...options, alone: true });
    });
  } catch (error) {
    throw toPictureFailure(error);
  }
}

function toPictureFailure(error: unknown): unknown {
  if (!(error instanceof TintypeError))
    return new TintypeError('IMAGE_DECODE_FAILED', { reason: 'crashed' }, { cause: error });
  if (error.code === 'DEADLINE_EXCEEDED')
    return new TintypeError('IMAGE_DECODE_FAILED', { reason: 'timed out' }, { cause: error });
  if (error.code !== 'CHILD_CRASHED') return error;
  // Without a reason no child could be started at all, which is no picture's fault.
  const { reason } = (error as TintypeError<'CHILD_CRASHED'>).details;
  return reason ? new TintypeError('IMAGE_DECODE_FAILED', { reason }, { cause: error }) : error;
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof TintypeError ? error.code : undefined;
}
