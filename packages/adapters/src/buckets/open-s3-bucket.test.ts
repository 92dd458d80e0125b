/** @file S3 against the contracts of buckets and of object stores, on a real server where there is one, and on a fake one that fails on demand. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudAddress } from '@tintype/contracts/store-address';
import type { Bucket } from '@tintype/core/ports/bucket';
import { bucketContract } from '@tintype/core/ports/bucket.contract';
import { bucketStoreContract } from '@tintype/core/ports/bucket-store.contract';
import { objectStoreContract } from '@tintype/core/ports/object-store.contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openRemoteStore } from '../store/open-remote-store.ts';
import { openS3Bucket } from './open-s3-bucket.ts';
import { type CloudRequest, type FakeCloud, type Fault, first } from './testing/fake-cloud.ts';
import { startFakeS3 } from './testing/fake-s3.ts';
import { type RealS3, startRealS3, whyNoRealS3 } from './testing/real-s3.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});
beforeEach(() => {
  process.env.AWS_ACCESS_KEY_ID = 'key';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
});

const anAddress = (bucket: string, prefix: string = `${randomUUID()}/`): CloudAddress => ({
  scheme: 's3',
  bucket,
  prefix,
});

async function aCache(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-cache-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function contracts(name: string, open: () => Promise<Bucket>): void {
  bucketContract(name, open);
  objectStoreContract(`a store in ${name}`, async () =>
    openRemoteStore({ bucket: await open(), cacheFolder: await aCache() }),
  );
  bucketStoreContract(name, async (objects) => {
    const bucket = await open();
    for (const [key, bytes] of Object.entries(objects)) await bucket.put(key, bytes);
    return {
      find: async (key) => {
        const object = await bucket.find(key);
        return object && { key, sizeBytes: object.sizeBytes };
      },
      getRange: (key, range) => bucket.getRange(key, range),
    };
  });
}

const reason = whyNoRealS3();
describe.skipIf(reason !== undefined)(`a real server${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let server: RealS3;
  beforeAll(async () => {
    server = await startRealS3();
    Object.assign(process.env, server.credentials);
    const client = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'photos' }));
  }, 120_000);
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => Object.assign(process.env, server.credentials));

  const open = (): Promise<Bucket> =>
    openS3Bucket({ address: anAddress('photos'), settings: { endpoint: server.endpoint }, pageSize: 10 });
  contracts('S3', open);

  test('a bucket that is not there is told so', async () => {
    const bucket = await openS3Bucket({ address: anAddress('absent'), settings: { endpoint: server.endpoint } });

    await expect(bucket.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'BUCKET_DENIED',
      details: { place: 's3://absent', reason: 'there is no bucket of this name' },
    });
    await expect(bucket.put('a', new Uint8Array())).rejects.toMatchObject({ code: 'BUCKET_DENIED' });
    await expect(bucket.assertOpen()).rejects.toMatchObject({ code: 'BUCKET_DENIED' });
  });
});

/** Short enough that a test sees the end of them. */
const patience = { answerMs: 2000, stallMs: 150, slowestBytesPerSecond: 1000, attempts: 3, retryDelayMs: 5 };

describe('a server that fails', () => {
  let cloud: FakeCloud;
  let bucket: Bucket;
  beforeEach(async () => {
    cloud = await startFakeS3();
    bucket = await openS3Bucket({ address: anAddress('photos', ''), settings: { endpoint: cloud.endpoint }, patience });
  });
  afterEach(() => cloud[Symbol.asyncDispose]());
  const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
  const isGet = ({ method, path }: CloudRequest): boolean => method === 'GET' && path !== '/photos/';

  const passing: Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503, code: 'SlowDown' },
    { kind: 'status', status: 429, code: 'TooManyRequests' },
    { kind: 'reset' },
    { kind: 'silence' },
  ];
  test.each(passing)('$kind $status twice is waited out by every operation', async (fault) => {
    // On a busy machine a good answer can come late too: that costs an attempt more, not the operation.
    const attempts = { ...patience, answerMs: 20_000, attempts: 20 };
    const settings = { endpoint: cloud.endpoint };
    bucket = await openS3Bucket({ address: anAddress('photos', ''), settings, patience: attempts });
    cloud.put('photos/a.bin', content);
    const again = (): void => {
      cloud.fault = first(2, fault);
    };

    again();
    await bucket.put('b.bin', content);
    again();
    expect(await bucket.find('a.bin')).toMatchObject({ sizeBytes: 5000 });
    again();
    expect(Buffer.compare(await bucket.get('a.bin'), content)).toBe(0);
    again();
    expect((await bucket.getRange('a.bin', { start: 10, end: 20 })).byteLength).toBe(10);
    again();
    expect((await bucket.list('')[Symbol.asyncIterator]().next()).value).toMatchObject({ key: 'a.bin' });
    again();
    await bucket.remove('a.bin');

    expect([...cloud.objects.keys()]).toEqual(['photos/b.bin']);
  });

  test.each([...passing, { kind: 'cut', afterBytes: 10 } as const, { kind: 'stall', afterBytes: 10 } as const])(
    '$kind $status for good ends, with the reason and without words of the server',
    async (fault) => {
      cloud.put('photos/a.bin', content);
      cloud.fault = () => fault;

      await expect(bucket.get('a.bin')).rejects.toMatchObject({
        code: 'BUCKET_UNREACHABLE',
        details: { place: 's3://photos', reason: expect.not.stringContaining('InternalError') },
      });

      expect(cloud.requests.length).toBeLessThanOrEqual(9);
    },
  );

  test('a body that is cut or stalls is taken up where it ended, each byte once', async () => {
    cloud.put('photos/a.bin', content);
    const faults: Fault[] = [
      { kind: 'cut', afterBytes: 1000 },
      { kind: 'stall', afterBytes: 500 },
    ];
    cloud.fault = (request) => (isGet(request) ? faults.shift() : undefined);

    const read = await bucket.get('a.bin');

    expect(Buffer.compare(read, content)).toBe(0);
    expect(cloud.requests).toHaveLength(3);
  });

  test('a range that is cut goes on to its end and no further', async () => {
    cloud.put('photos/a.bin', content);
    cloud.fault = first(1, { kind: 'cut', afterBytes: 40 }, isGet);

    const read = await bucket.getRange('a.bin', { start: 100, end: 200 });

    expect(Buffer.compare(read, content.subarray(100, 200))).toBe(0);
  });

  test('the rest of another version is never put behind the beginning of one', async () => {
    cloud.put('photos/a.bin', content);
    cloud.fault = (request) => {
      if (!isGet(request) || request.headers.range) return undefined;
      queueMicrotask(() => cloud.put('photos/a.bin', Buffer.alloc(5000, 1)));
      return { kind: 'cut', afterBytes: 1000 };
    };

    await expect(bucket.get('a.bin')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test('a body that trickles for too long is given up, though each byte comes in time', async () => {
    const impatient = await openS3Bucket({
      address: anAddress('photos', ''),
      settings: { endpoint: cloud.endpoint },
      patience: { ...patience, answerMs: 200, slowestBytesPerSecond: 1e6, attempts: 1 },
    });
    cloud.put('photos/a.bin', content);
    cloud.fault = () => ({ kind: 'trickle', everyMs: 20 });

    const startedAt = performance.now();
    await expect(impatient.get('a.bin')).rejects.toMatchObject({ code: 'BUCKET_UNREACHABLE' });

    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('a large object whose parts fail now and then is whole', async () => {
    const large = Buffer.alloc(20 * 2 ** 20, 'tintype ');
    const failed = new Set<string>();
    cloud.fault = ({ method, query }) => {
      const part = query.get('partNumber') ?? '';
      if (method !== 'PUT' || failed.has(part)) return undefined;
      failed.add(part);
      return { kind: 'status', status: 503 };
    };

    await bucket.put('large.bin', large);

    const stored = cloud.objects.get('photos/large.bin')?.bytes ?? Buffer.alloc(0);
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(stored)).toBe(hash(large));
    expect(failed.size).toBe(3);
  });

  test('a put that another writer meets is asked again, and one that finds the object is done', async () => {
    cloud.fault = first(1, { kind: 'status', status: 409, code: 'ConditionalRequestConflict' });

    await bucket.put('a.bin', content);
    await bucket.put('a.bin', Buffer.from('other'));

    expect(cloud.objects.get('photos/a.bin')?.bytes.equals(content)).toBe(true);
  });

  test('a server without conditions is asked first whether the object is there', async () => {
    cloud.fault = ({ headers }) =>
      headers['if-none-match'] ? { kind: 'status', status: 501, code: 'NotImplemented' } : undefined;

    await bucket.put('a.bin', content);
    await bucket.put('a.bin', Buffer.from('other'));

    expect(cloud.objects.get('photos/a.bin')?.bytes.equals(content)).toBe(true);
  });

  test.each([
    [{ kind: 'status', status: 403, code: 'AccessDenied' }, 'access is denied'],
    [{ kind: 'status', status: 403, code: 'SignatureDoesNotMatch' }, 'the secret key is not the right one'],
    [{ kind: 'status', status: 400, code: 'ExpiredToken' }, 'the credentials have expired'],
    [{ kind: 'status', status: 404, code: 'NoSuchBucket' }, 'there is no bucket of this name'],
  ] as const)('%j is told at once', async (fault, reason) => {
    cloud.fault = () => fault;

    await expect(bucket.get('a.bin')).rejects.toMatchObject({ code: 'BUCKET_DENIED', details: { reason } });

    expect(cloud.requests).toHaveLength(1);
  });

  test('an address that nobody answers, and a machine without credentials, are told so', async () => {
    const silent = await openS3Bucket({
      address: anAddress('photos'),
      settings: { endpoint: 'http://127.0.0.1:9' },
      patience,
    });
    await expect(silent.find('a')).rejects.toMatchObject({
      code: 'BUCKET_UNREACHABLE',
      details: { reason: 'nobody answers at its address' },
    });

    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent', AWS_PROFILE: '' });
    const strange = await openS3Bucket({
      address: anAddress('photos'),
      settings: { endpoint: cloud.endpoint },
      patience,
    });
    await expect(strange.find('a')).rejects.toMatchObject({
      code: 'BUCKET_DENIED',
      details: { reason: 'this machine has no credentials for it' },
    });
  });

  test('a listing that goes in a circle is given up', async () => {
    const body =
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>';
    cloud.fault = () => ({ kind: 'answer', answer: { status: 200, body } });

    await expect(bucket.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BUCKET_UNREACHABLE' });

    expect(cloud.requests).toHaveLength(2);
  });
});

contracts('the fake of S3', async () => {
  const cloud = await startFakeS3();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  return openS3Bucket({ address: anAddress('photos'), settings: { endpoint: cloud.endpoint }, pageSize: 10 });
});
