/** @file Pictures of a request as bytes, each bounded by itself, all by what all requests hold together. */
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyRequest } from 'fastify';

/** Bytes of pictures that all requests hold at one time. */
export class UploadBudget {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Throws OVERLOADED. */
  take(sizeBytes: number): void {
    if (this.#heldBytes + sizeBytes > this.#limitBytes) throw new TintypeError('OVERLOADED', { retryAfterS: 1 });
    this.#heldBytes += sizeBytes;
  }

  give(sizeBytes: number): void {
    this.#heldBytes -= sizeBytes;
  }
}

interface PictureOptions {
  limitBytes: number;
  budget: UploadBudget;
}

interface UploadOptions extends PictureOptions {
  /** Name of the form's field. */
  field: string;
}

/** A file of a form: its bytes, or why it cannot be taken, which spoils no other file. */
export type Upload = { filename: string } & ({ bytes: Uint8Array } | { error: TintypeError });

const overheadBytes = 64 * 1024;

/**
 * Calls `use` with the bytes of the file in `field`; they count against the budget until it ends.
 * Throws FILE_FIELD_MISSING, IMAGE_TOO_LARGE, OVERLOADED, CANCELLED when the client left, USAGE_INVALID for malformed multipart.
 */
export function withUpload<T>(
  request: FastifyRequest,
  options: UploadOptions,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  return drained(request, async () => {
    assertStatedSize(request, options);
    let found: Upload | undefined;
    const held = new Holding(options.budget);
    try {
      for await (const upload of readUploads(request, { ...options, files: 1, next: { held } })) found = upload;
      if (!found) throw new TintypeError('FILE_FIELD_MISSING', {});
      if ('error' in found) throw found.error;
      return await use(found.bytes);
    } finally {
      held.release();
    }
  });
}

/**
 * Calls `map` with every file in `field` as soon as it has arrived, while the next ones still do; gives what it gave, in order. A file that
 * is too large is mapped as such. Throws what `withUpload` throws for the form as a whole.
 */
export function mapUploads<T>(
  request: FastifyRequest,
  options: UploadOptions & { mostFiles: number },
  map: (upload: Upload) => Promise<T>,
): Promise<T[]> {
  return drained(request, async () => {
    const underWay: Promise<T>[] = [];
    const next = { held: new Holding(options.budget) };
    try {
      for await (const upload of readUploads(request, { ...options, files: options.mostFiles, next })) {
        const own = next.held;
        next.held = new Holding(options.budget);
        const mapped = map(upload).finally(() => own.release());
        mapped.catch(() => undefined);
        underWay.push(mapped);
      }
    } finally {
      next.held.release();
    }
    if (underWay.length === 0) throw new TintypeError('FILE_FIELD_MISSING', {});
    return await Promise.all(underWay);
  });
}

/** Calls `use` with a body that is the picture itself. Throws as `withUpload` does, and IMAGE_EMPTY. */
export function withRawPicture<T>(
  request: FastifyRequest,
  options: PictureOptions,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  return drained(request, async () => {
    assertStatedSize(request, options);
    const held = new Holding(options.budget);
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request.raw as AsyncIterable<Buffer>) {
        held.take(chunk.length);
        if (held.sizeBytes > options.limitBytes)
          throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes: held.sizeBytes, limitBytes: options.limitBytes });
        chunks.push(chunk);
      }
      if (chunks.length === 0) throw new TintypeError('IMAGE_EMPTY', {});
      return await use(Buffer.concat(chunks));
    } catch (error) {
      if (error instanceof TintypeError || !isAbandoned(request)) throw error;
      throw new TintypeError('CANCELLED', {}, { cause: error });
    } finally {
      held.release();
    }
  });
}

/** What one picture holds of the budget. */
class Holding {
  readonly #budget: UploadBudget;
  sizeBytes = 0;

  constructor(budget: UploadBudget) {
    this.#budget = budget;
  }

  take(sizeBytes: number): void {
    this.#budget.take(sizeBytes);
    this.sizeBytes += sizeBytes;
  }

  release(): void {
    this.#budget.give(this.sizeBytes);
    this.sizeBytes = 0;
  }
}

/** After a failure, what is still arriving flows into nothing, so that the client can read why it was refused. */
async function drained<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  }
}

function assertStatedSize(request: FastifyRequest, { limitBytes }: PictureOptions): void {
  const sizeBytes = Number(request.headers['content-length'] ?? 0);
  if (sizeBytes > limitBytes + overheadBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes });
}

const isAbandoned = ({ raw }: FastifyRequest): boolean => raw.destroyed && !raw.complete;

interface ReadOptions extends UploadOptions {
  files: number;
  /** What holds the bytes of the file that is being read; a caller that goes on with one gives the next a new holding. */
  next: { held: Holding };
}

async function* readUploads(request: FastifyRequest, options: ReadOptions): AsyncGenerator<Upload> {
  const { files, limitBytes, field, next } = options;
  const limits = { fileSize: limitBytes, files, fields: 10, fieldSize: 1024, parts: files + 11, headerPairs: 20 };
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type !== 'file') continue;
      const chunks: Buffer[] = [];
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        next.held.take(chunk.length);
        chunks.push(chunk);
      }
      if (part.fieldname !== field) {
        next.held.release();
        continue;
      }
      const filename = part.filename ?? '';
      if (!part.file.truncated) {
        yield { filename, bytes: Buffer.concat(chunks) };
        continue;
      }
      const stated = files === 1 ? Number(request.headers['content-length'] ?? 0) : 0;
      const sizeBytes = Math.max(limitBytes + 1, stated);
      yield { filename, error: new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes }) };
    }
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    if (isAbandoned(request)) throw new TintypeError('CANCELLED', {}, { cause: error });
    const isOverLimit = /^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test((error as { code?: string }).code ?? '');
    const most = files === 1 ? 'one file' : `at most ${files} files`;
    const problem = isOverLimit ? `The form has too many parts; send ${most}.` : 'The multipart body is malformed.';
    throw new TintypeError('USAGE_INVALID', { problem }, { cause: error });
  }
}
