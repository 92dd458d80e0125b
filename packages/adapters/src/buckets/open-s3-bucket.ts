/** @file A bucket of S3, or of any server that speaks as S3 does, by the AWS SDK. Credentials come from the SDK's own chain alone. */
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Config } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import { type CloudAddress, renderStoreAddress } from '@tintype/contracts/store-address';
import type { Bucket, BucketObject } from '@tintype/core/ports/bucket';
import { carryFailure, SourceFailure } from '../store/carry-failure.ts';
import { cloudFailure, isAbsent, isNamed, namedError, statusOf } from './cloud-failure.ts';
import { isKey } from './is-key.ts';
import { askPatiently, deadlineMs, defaultPatience, type Patience, waitBeforeRetry } from './patience.ts';
import { collectBytes, emptyBody, type OpenedBody, readBody } from './read-body.ts';

export interface OpenS3Bucket {
  address: CloudAddress;
  settings?: Config['s3'];
  patience?: Patience;
  /** Objects that a listing tells at once. */
  pageSize?: number;
}

/** Objects larger than this are sent in parts of this size. */
const partBytes = 8 * 2 ** 20;
const partsAtOnce = 2;
const connectMs = 5_000;
const connectionsAtOnce = 128;
/** Where neither settings nor environment name one. The SDK follows a bucket to its own region. */
const defaultRegion = 'us-east-1';

/** Nothing is asked yet: the first operation says what is wrong with address or credentials. */
export async function openS3Bucket(options: OpenS3Bucket): Promise<Bucket> {
  const { address, settings = {}, patience = defaultPatience, pageSize = 1000 } = options;
  return new S3Bucket({ ...(await openClients(settings, patience)), address, patience, pageSize });
}

async function openClients(settings: Config['s3'], patience: Patience): Promise<Pick<Parts, 'client' | 'uploads'>> {
  const { endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL, region, addressing } = settings;
  const config: S3ClientConfig = {
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    forcePathStyle: addressing === undefined ? Boolean(endpoint) : addressing === 'path',
    followRegionRedirects: true,
    // Servers other than Amazon's do not all know the checksums that it added; every request is signed with the SHA-256 of its body.
    ...(endpoint ? { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } : {}),
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: patience.stallMs,
      requestTimeout: deadlineMs(patience, partBytes),
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connectionsAtOnce },
      httpsAgent: { keepAlive: true, maxSockets: connectionsAtOnce },
    },
  };
  // Which Node the library will need one day is the project's matter, not that of whoever runs a command.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const hasRegion = await new S3Client(config).config.region().then(
    () => true,
    () => false,
  );
  const placed = hasRegion ? config : { ...config, region: defaultRegion };
  return {
    client: new S3Client({ ...placed, maxAttempts: 1 }),
    uploads: new S3Client({ ...placed, maxAttempts: patience.attempts }),
  };
}

interface Parts {
  /** What is asked of it is asked again here, so that attempts, waits and deadlines are the same for every cloud. */
  client: S3Client;
  /** Uploads in parts: only the library knows which part has to be sent again. */
  uploads: S3Client;
  address: CloudAddress;
  patience: Patience;
  pageSize: number;
}

class S3Bucket implements Bucket {
  readonly location: string;
  readonly #parts: Parts;
  /** Some servers cannot put an object on the condition that there is none. */
  #hasConditions = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.location = renderStoreAddress(parts.address);
  }

  async assertOpen(): Promise<void> {
    const { client, address } = this.#parts;
    const command = new HeadBucketCommand({ Bucket: address.bucket });
    await this.#ask(async (abortSignal) => {
      try {
        await client.send(command, { abortSignal });
      } catch (error) {
        // An answer without a body does not say what was not found.
        throw statusOf(error) === 404 ? namedError('NoSuchBucket', error) : error;
      }
    });
  }

  async put(key: string, bytes: Uint8Array, { ifAbsent = true }: { ifAbsent?: boolean } = {}): Promise<void> {
    if (bytes.byteLength > partBytes) {
      await this.#upload(key, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), ifAbsent);
      return;
    }
    for (let conflicts = 0; ; ) {
      const outcome = ifAbsent ? await this.#putIfAbsent(key, bytes) : await this.#putOver(key, bytes);
      if (outcome !== 'conflict') return;
      conflicts += 1;
      if (conflicts >= this.#parts.patience.attempts) throw this.#fail(new Error('Others write the same object.'));
      await waitBeforeRetry(this.#parts.patience, conflicts);
    }
  }

  async write(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { ifAbsent = true }: { ifAbsent?: boolean } = {},
  ): Promise<void> {
    await this.#upload(key, Readable.from(carryFailure(chunks), { objectMode: false }), ifAbsent);
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
    const { client } = this.#parts;
    try {
      const head = await this.#ask((abortSignal) => client.send(new HeadObjectCommand(this.#at(key)), { abortSignal }));
      return {
        key,
        sizeBytes: head.ContentLength ?? 0,
        etag: plainTag(head.ETag),
        modifiedAt: head.LastModified?.getTime() ?? 0,
      };
    } catch (error) {
      if (isAbsent((error as TintypeError).cause)) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, { after }: { after?: string } = {}): AsyncGenerator<BucketObject> {
    const { address } = this.#parts;
    const start = after === undefined ? undefined : address.prefix + after;
    for await (const page of this.#pages(address.prefix + prefix, start)) {
      const decode = page.EncodingType === 'url' ? decodeListedKey : (key: string) => key;
      for (const { Key = '', Size = 0, ETag, LastModified } of page.Contents ?? []) {
        const key = decode(Key).slice(address.prefix.length);
        yield { key, sizeBytes: Size, etag: plainTag(ETag), modifiedAt: LastModified?.getTime() ?? 0 };
      }
    }
  }

  async remove(key: string): Promise<void> {
    const { client } = this.#parts;
    await this.#ask((abortSignal) => client.send(new DeleteObjectCommand(this.#at(key)), { abortSignal }));
  }

  async #putOver(key: string, bytes: Uint8Array): Promise<void> {
    await this.#put(new PutObjectCommand({ ...this.#at(key), Body: bytes }), bytes.byteLength);
  }

  /** A conflict: another writer or a removal of the same object is under way, and how it ends is not known. */
  async #putIfAbsent(key: string, bytes: Uint8Array): Promise<'done' | 'conflict'> {
    if (!this.#hasConditions && (await this.find(key))) return 'done';
    const condition = this.#hasConditions ? { IfNoneMatch: '*' } : {};
    try {
      await this.#put(new PutObjectCommand({ ...this.#at(key), Body: bytes, ...condition }), bytes.byteLength);
    } catch (error) {
      const { cause } = error as TintypeError;
      if (statusOf(cause) === 409) return 'conflict';
      if (isNamed(cause, 'NotImplemented') && this.#hasConditions) {
        this.#hasConditions = false;
        return this.#putIfAbsent(key, bytes);
      }
      if (statusOf(cause) !== 412) throw error;
    }
    return 'done';
  }

  async #put(command: PutObjectCommand, sizeBytes: number): Promise<void> {
    const { client } = this.#parts;
    await this.#ask((abortSignal) => client.send(command, { abortSignal }), sizeBytes);
  }

  #at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#parts.address;
    return { Bucket: bucket, Key: prefix + key };
  }

  async *#pages(prefix: string, after: string | undefined): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { client, address, pageSize } = this.#parts;
    const seen = new Set<string>();
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: address.bucket,
        Prefix: prefix,
        MaxKeys: pageSize,
        EncodingType: 'url',
        ...(token === undefined ? { StartAfter: after } : { ContinuationToken: token }),
      });
      const page = await this.#ask((abortSignal) => client.send(command, { abortSignal }));
      yield page;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (page.IsTruncated && (token === undefined || seen.has(token)))
        throw this.#fail(new Error('It lists no further.'));
      if (token !== undefined) seen.add(token);
    } while (token !== undefined);
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
        const from = range.start + done;
        const isPart = from > 0 || range.end !== undefined;
        const { client } = this.#parts;
        const command = new GetObjectCommand({
          ...this.#at(key),
          ...(isPart ? { Range: `bytes=${from}-${range.end === undefined ? '' : range.end - 1}` } : {}),
          ...(etag === undefined ? {} : { IfMatch: `"${etag}"` }),
        });
        try {
          return this.#toBody(await this.#ask((abortSignal) => client.send(command, { abortSignal })), isPart);
        } catch (error) {
          const { cause } = error as TintypeError;
          if (statusOf(cause) === 416) return emptyBody();
          throw isAbsent(cause) ? new TintypeError('OBJECT_NOT_FOUND', { key }, { cause: error }) : error;
        }
      },
    });
  }

  #toBody({ Body, ContentLength = 0, ETag, ContentRange }: GetObjectCommandOutput, isPart: boolean): OpenedBody {
    const body = Body as Readable;
    if (isPart && ContentRange === undefined) {
      body.destroy();
      throw this.#fail(new Error('It gives no ranges.'));
    }
    return { chunks: body, sizeBytes: ContentLength, etag: plainTag(ETag), destroy: () => body.destroy() };
  }

  async #upload(key: string, body: Buffer | Readable, ifAbsent: boolean): Promise<void> {
    const before = await this.find(key);
    if (ifAbsent && before) {
      if (body instanceof Readable) body.destroy();
      return;
    }
    const params = { ...this.#at(key), Body: body };
    const upload = new Upload({ client: this.#parts.uploads, params, partSize: partBytes, queueSize: partsAtOnce });
    let sentBytes = 0;
    upload.on('httpUploadProgress', ({ loaded = 0 }) => {
      sentBytes = loaded;
    });
    try {
      await upload.done();
    } catch (error) {
      if (error instanceof SourceFailure) throw error.cause;
      // The answer to the last step was lost, and the step made again found nothing left to do.
      const after = isNamed(error, 'NoSuchUpload') ? await this.find(key) : undefined;
      if (after?.sizeBytes !== sentBytes || after.etag === before?.etag) throw this.#fail(error);
    }
  }

  #ask<T>(operation: (signal: AbortSignal) => Promise<T>, sizeBytes = 0): Promise<T> {
    return askPatiently(operation, { patience: this.#parts.patience, sizeBytes, fail: (error) => this.#fail(error) });
  }

  #fail(error: unknown): TintypeError {
    return cloudFailure(`s3://${this.#parts.address.bucket}`, error);
  }
}

function plainTag(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//, '').replaceAll('"', '');
}

/** As listings write keys that XML could not hold. */
function decodeListedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
