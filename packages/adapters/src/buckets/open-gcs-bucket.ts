/** @file A bucket of Google Cloud Storage, by Google's own library. Credentials are the application default ones; without any, what is public can be read. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Bucket as CloudBucket,
  type File,
  type FileMetadata,
  IdempotencyStrategy,
  Storage,
} from '@google-cloud/storage';
import { TintypeError } from '@tintype/contracts/errors';
import { type CloudAddress, renderStoreAddress } from '@tintype/contracts/store-address';
import type { Bucket, BucketObject } from '@tintype/core/ports/bucket';
import { carryFailure, SourceFailure } from '../store/carry-failure.ts';
import { cloudFailure, isAbsent, namedError, statusOf } from './cloud-failure.ts';
import { isKey } from './is-key.ts';
import { askPatiently, deadlineMs, defaultPatience, type Patience } from './patience.ts';
import { collectBytes, emptyBody, type OpenedBody, readBody } from './read-body.ts';

export interface OpenGcsBucket {
  address: CloudAddress;
  patience?: Patience;
  /** Of a server that speaks as Google's does, asked without credentials. */
  endpoint?: string;
  /** Objects that a listing tells at once. */
  pageSize?: number;
}

/** Objects larger than this are sent in parts of this size. */
const partBytes = 8 * 2 ** 20;

/** Nothing is asked yet: the first operation says what is wrong with address or credentials. */
export async function openGcsBucket(options: OpenGcsBucket): Promise<Bucket> {
  const { address, patience = defaultPatience, pageSize = 1000, endpoint } = options;
  const place = endpoint ? { apiEndpoint: endpoint, useAuthWithCustomEndpoint: false, projectId: 'none' } : {};
  const storage = (autoRetry: boolean): CloudBucket =>
    new Storage({
      ...place,
      timeout: deadlineMs(patience, partBytes),
      retryOptions: {
        autoRetry,
        maxRetries: patience.attempts - 1,
        totalTimeout: deadlineMs(patience, partBytes) / 1000,
        idempotencyStrategy: IdempotencyStrategy.RetryAlways,
      },
    }).bucket(address.bucket);
  return new GcsBucket({ bucket: storage(false), uploads: storage(true), address, patience, pageSize });
}

interface Parts {
  /** What is asked of it is asked again here, so that attempts, waits and deadlines are the same for every cloud. */
  bucket: CloudBucket;
  /** Uploads in parts: only the library knows which part has to be sent again. */
  uploads: CloudBucket;
  address: CloudAddress;
  patience: Patience;
  pageSize: number;
}

class GcsBucket implements Bucket {
  readonly location: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.location = renderStoreAddress(parts.address);
  }

  async assertOpen(): Promise<void> {
    for await (const _ of this.list('')) return;
  }

  async put(key: string, bytes: Uint8Array, { ifAbsent = true }: { ifAbsent?: boolean } = {}): Promise<void> {
    if (bytes.byteLength > partBytes) return this.write(key, piecesOf(bytes), { ifAbsent });
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const options = { resumable: false, ...conditionOf(ifAbsent) };
    await this.#ask(() => passIfThere(ifAbsent, this.#file(key).save(content, options)), {
      sizeBytes: bytes.byteLength,
      needsBucket: true,
    });
  }

  async write(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { ifAbsent = true }: { ifAbsent?: boolean } = {},
  ): Promise<void> {
    if (ifAbsent && (await this.find(key))) return;
    const { uploads, address } = this.#parts;
    const file = uploads.file(address.prefix + key);
    const upload = file.createWriteStream({ resumable: true, chunkSize: partBytes, ...conditionOf(ifAbsent) });
    try {
      await passIfThere(ifAbsent, pipeline(Readable.from(carryFailure(chunks), { objectMode: false }), upload));
    } catch (error) {
      throw error instanceof SourceFailure ? error.cause : this.#fail(error, { needsBucket: true });
    }
  }

  async get(key: string): Promise<Uint8Array> {
    return collectBytes(this.read(key));
  }

  async *read(key: string, { etag }: { etag?: string } = {}): AsyncGenerator<Uint8Array> {
    yield* this.#readRange(key, { start: 0, end: undefined, etag });
  }

  async getRange(
    key: string,
    { start, end, etag }: { start: number; end: number; etag?: string },
  ): Promise<Uint8Array> {
    if (end > start) return collectBytes(this.#readRange(key, { start, end, etag }));
    if (!(await this.find(key))) throw new TintypeError('OBJECT_NOT_FOUND', { key });
    return new Uint8Array();
  }

  async find(key: string): Promise<BucketObject | undefined> {
    if (!isKey(this.#parts.address.prefix + key)) return undefined;
    try {
      const [metadata] = await this.#ask(() => this.#file(key).getMetadata());
      return toBucketObject(key, metadata);
    } catch (error) {
      if (isAbsent((error as TintypeError).cause)) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, { after }: { after?: string } = {}): AsyncGenerator<BucketObject> {
    const { bucket, address, pageSize } = this.#parts;
    const query = {
      prefix: address.prefix + prefix,
      maxResults: pageSize,
      autoPaginate: false,
      ...(after === undefined ? {} : { startOffset: address.prefix + after }),
    };
    const seen = new Set<string>();
    let pageToken: string | undefined;
    do {
      const page = { ...query, ...(pageToken === undefined ? {} : { pageToken }) };
      const [files, next] = await this.#ask(() => bucket.getFiles(page), { needsBucket: true });
      for (const file of files) {
        const key = file.name.slice(address.prefix.length);
        if (key !== after) yield toBucketObject(key, file.metadata);
      }
      pageToken = (next as { pageToken?: string } | null)?.pageToken;
      if (pageToken !== undefined && seen.has(pageToken)) throw this.#fail(new Error('It lists no further.'));
      if (pageToken !== undefined) seen.add(pageToken);
    } while (pageToken !== undefined);
  }

  async remove(key: string): Promise<void> {
    await this.#ask(() => this.#file(key).delete({ ignoreNotFound: true }));
  }

  #file(key: string, generation?: string): File {
    const { bucket, address } = this.#parts;
    return bucket.file(address.prefix + key, generation === undefined ? {} : { generation });
  }

  /** Without an end: to the end of the object. */
  #readRange(
    key: string,
    range: { start: number; end: number | undefined; etag: string | undefined },
  ): AsyncGenerator<Uint8Array> {
    const { patience } = this.#parts;
    return readBody({
      patience,
      fail: (error) => this.#fail(error),
      open: async ({ done, etag = range.etag }) => {
        if (!isKey(this.#parts.address.prefix + key)) throw new TintypeError('OBJECT_NOT_FOUND', { key });
        const start = range.start + done;
        const end = range.end === undefined ? {} : { end: range.end - 1 };
        const isPart = start > 0 || range.end !== undefined;
        const part = isPart ? { start, ...end } : {};
        try {
          return await this.#ask(() => openBody(this.#file(key, etag), part));
        } catch (error) {
          const { cause } = error as TintypeError;
          if (statusOf(cause) === 416) return emptyBody();
          throw isAbsent(cause) ? new TintypeError('OBJECT_NOT_FOUND', { key }, { cause: error }) : error;
        }
      },
    });
  }

  /** `needsBucket`: only a bucket that is not there is not found. */
  #ask<T>(
    operation: () => Promise<T>,
    { sizeBytes = 0, needsBucket = false }: { sizeBytes?: number; needsBucket?: boolean } = {},
  ): Promise<T> {
    const { patience } = this.#parts;
    return askPatiently(operation, { patience, sizeBytes, fail: (error) => this.#fail(error, { needsBucket }) });
  }

  #fail(error: unknown, { needsBucket = false }: { needsBucket?: boolean } = {}): TintypeError {
    const place = `gs://${this.#parts.address.bucket}`;
    if (needsBucket && statusOf(error) === 404) return cloudFailure(place, namedError('NoSuchBucket', error));
    return cloudFailure(place, error);
  }
}

const conditionOf = (ifAbsent: boolean): object => (ifAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {});

async function passIfThere(ifAbsent: boolean, putting: Promise<unknown>): Promise<void> {
  try {
    await putting;
  } catch (error) {
    if (!ifAbsent || statusOf(error) !== 412) throw error;
  }
}

/** The tag of a version is its generation. */
function toBucketObject(key: string, { size, generation, updated }: FileMetadata): BucketObject {
  return { key, sizeBytes: Number(size ?? 0), etag: String(generation), modifiedAt: Date.parse(String(updated)) || 0 };
}

interface CloudResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
}

/** Resolves when the answer begins. */
function openBody(file: File, part: { start?: number; end?: number }): Promise<OpenedBody> {
  // What arrives is checked by its length; ranges have no sum of their own.
  const stream = file.createReadStream({ validation: false, decompress: false, ...part });
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('response', ({ statusCode, headers }: CloudResponse) => {
      if (statusCode >= 300) return;
      resolve({
        chunks: stream,
        sizeBytes: Number(headers['content-length']),
        etag: headers['x-goog-generation'] ?? '',
        destroy: () => stream.destroy(),
      });
    });
    stream.read(0);
  });
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += partBytes) yield bytes.subarray(start, start + partBytes);
}
