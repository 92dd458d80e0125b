/** @file Google Cloud Storage against the contracts of buckets and of object stores, on a fake of its JSON API that fails on demand. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudAddress } from '@tintype/contracts/store-address';
import type { Bucket } from '@tintype/core/ports/bucket';
import { bucketContract } from '@tintype/core/ports/bucket.contract';
import { objectStoreContract } from '@tintype/core/ports/object-store.contract';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openRemoteStore } from '../store/open-remote-store.ts';
import { openGcsBucket } from './open-gcs-bucket.ts';
import { type CloudRequest, type FakeCloud, type Fault, first } from './testing/fake-cloud.ts';
import { startFakeGcs } from './testing/fake-gcs.ts';

const anAddress = (bucket: string, prefix = ''): CloudAddress => ({ scheme: 'gs', bucket, prefix });

async function open(): Promise<Bucket> {
  const cloud = await startFakeGcs();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  return openGcsBucket({ address: anAddress('photos', `${randomUUID()}/`), endpoint: cloud.endpoint, pageSize: 10 });
}

bucketContract('Google Cloud Storage', open);
objectStoreContract('a store in Google Cloud Storage', async () => {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'tintype-cache-'));
  onTestFinished(() => rm(cacheFolder, { recursive: true, force: true }));
  return openRemoteStore({ bucket: await open(), cacheFolder });
});

/** Short enough that a test sees the end of them. */
const patience = { answerMs: 2000, stallMs: 150, slowestBytesPerSecond: 1000, attempts: 3, retryDelayMs: 5 };

describe('a server that fails', () => {
  let cloud: FakeCloud;
  let bucket: Bucket;
  beforeEach(async () => {
    cloud = await startFakeGcs();
    bucket = await openGcsBucket({ address: anAddress('photos'), endpoint: cloud.endpoint, patience });
  });
  afterEach(() => cloud[Symbol.asyncDispose]());
  const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
  const isMedia = ({ query }: CloudRequest): boolean => query.get('alt') === 'media';

  const passing: Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429 },
    { kind: 'reset' },
    { kind: 'silence' },
  ];
  test.each(passing)('$kind $status twice is waited out by every operation', async (fault) => {
    // On a busy machine a good answer can come late too: that costs an attempt more, not the operation.
    const attempts = { ...patience, answerMs: 20_000, attempts: 20 };
    bucket = await openGcsBucket({ address: anAddress('photos'), endpoint: cloud.endpoint, patience: attempts });
    cloud.put('photos/a.bin', content);
    const again = (): void => {
      cloud.fault = first(2, fault);
    };

    again();
    await bucket.put('b.bin', content.subarray(0, 100));
    again();
    expect(await bucket.find('a.bin')).toMatchObject({ sizeBytes: 5000 });
    again();
    expect(Buffer.compare(await bucket.get('a.bin'), content)).toBe(0);
    again();
    expect((await bucket.list('')[Symbol.asyncIterator]().next()).value).toMatchObject({ key: 'a.bin' });
    again();
    await bucket.remove('a.bin');

    expect([...cloud.objects.keys()]).toEqual(['photos/b.bin']);
  });

  test.each([...passing, { kind: 'cut', afterBytes: 10 } as const, { kind: 'stall', afterBytes: 10 } as const])(
    '$kind $status for good ends',
    async (fault) => {
      cloud.put('photos/a.bin', content);
      cloud.fault = () => fault;

      await expect(bucket.get('a.bin')).rejects.toMatchObject({
        code: 'BUCKET_UNREACHABLE',
        details: { place: 'gs://photos' },
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
    cloud.fault = (request) => (isMedia(request) ? faults.shift() : undefined);

    expect(Buffer.compare(await bucket.get('a.bin'), content)).toBe(0);
  });

  test('the rest of another version is never put behind the beginning of one', async () => {
    cloud.put('photos/a.bin', content);
    cloud.fault = (request) => {
      if (!isMedia(request) || request.headers.range) return undefined;
      queueMicrotask(() => cloud.put('photos/a.bin', Buffer.alloc(5000, 1)));
      return { kind: 'cut', afterBytes: 1000 };
    };

    await expect(bucket.get('a.bin')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test.each([
    ['closed', 'access is denied'],
    ['nowhere', 'there is no bucket of this name'],
  ])('the bucket %s is told so at once', async (name, reason) => {
    const other = await openGcsBucket({ address: anAddress(name), endpoint: cloud.endpoint, patience });
    const denied = { code: 'BUCKET_DENIED', details: { place: `gs://${name}`, reason } };

    await expect(other.assertOpen()).rejects.toMatchObject(denied);
    await expect(other.put('a', new Uint8Array(3))).rejects.toMatchObject(denied);

    expect(cloud.requests).toHaveLength(2);
  });
});
