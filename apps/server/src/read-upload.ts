/** @file The one picture of a multipart request as bytes, bounded by itself and by what all requests hold together. */
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

interface UploadOptions {
  field: string;
  limitBytes: number;
  budget: UploadBudget;
}

const overheadBytes = 64 * 1024;

/**
 * Calls `use` with the bytes of the file in `field`; they count against the budget until it ends.
 * Throws FILE_FIELD_MISSING, IMAGE_TOO_LARGE, OVERLOADED, CANCELLED when the client left, USAGE_INVALID for malformed multipart.
 */
export async function withUpload<T>(
  request: FastifyRequest,
  options: UploadOptions,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const statedBytes = Number(request.headers['content-length'] ?? 0);
  const held = { sizeBytes: 0 };
  try {
    if (statedBytes > options.limitBytes + overheadBytes) {
      throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes: statedBytes, limitBytes: options.limitBytes });
    }
    return await use(await readFile(request, options, held));
  } catch (error) {
    // What is still arriving flows into nothing, so that the client can read why it was refused.
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  } finally {
    options.budget.give(held.sizeBytes);
  }
}

async function readFile(request: FastifyRequest, options: UploadOptions, held: { sizeBytes: number }): Promise<Buffer> {
  const limits = { fileSize: options.limitBytes, files: 1, fields: 10, fieldSize: 1024, parts: 12, headerPairs: 20 };
  let bytes: Buffer | undefined;
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type !== 'file') continue;
      const chunks: Buffer[] = [];
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        options.budget.take(chunk.length);
        held.sizeBytes += chunk.length;
        chunks.push(chunk);
      }
      if (part.file.truncated) {
        const sizeBytes = Math.max(options.limitBytes + 1, Number(request.headers['content-length'] ?? 0));
        throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes: options.limitBytes });
      }
      if (part.fieldname === options.field) bytes = Buffer.concat(chunks);
    }
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    if (request.raw.destroyed && !request.raw.complete) throw new TintypeError('CANCELLED', {}, { cause: error });
    const isOverLimit = /^FST_(?:PARTS|FILES|FIELDS)_LIMIT$/.test((error as { code?: string }).code ?? '');
    const problem = isOverLimit ? 'The form has too many parts; send one file.' : 'The multipart body is malformed.';
    throw new TintypeError('USAGE_INVALID', { problem }, { cause: error });
  }
  if (!bytes) throw new TintypeError('FILE_FIELD_MISSING', {});
  return bytes;
}
