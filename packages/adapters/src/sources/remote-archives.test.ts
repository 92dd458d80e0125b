/** @file Archives in buckets and at addresses, read where they are. */
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TintypeError } from '@tintype/contracts/errors';
import type { PartFetcher } from '@tintype/core/ports/picture-fetcher';
import type { PictureSource } from '@tintype/core/ports/picture-source';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FakeCloud } from '../buckets/testing/fake-cloud.ts';
import { startFakeS3 } from '../buckets/testing/fake-s3.ts';
import { fetchPart } from '../fetch/fetch-picture.ts';
import { openPictureFetcher } from '../fetch/open-picture-fetcher.ts';
import { createSourceOpener } from './open-bucket-source.ts';
import { remoteArchive } from './remote-archive.ts';
import { makeTar, makeZip } from './testing.ts';

const limits = { bytes: 2 ** 20 };
const files = Array.from({ length: 40 }, (_, number) => ({
  name: `class ${number % 3}/ü+${number}.jpg`,
  bytes: randomBytes(2000 + number * 500),
}));
const hostile = { name: '../escape.jpg', bytes: Buffer.from('x') };
const large = { name: 'large.jpg', bytes: randomBytes(2 ** 20 + 1) };

let archives: Record<'set.zip' | 'set.tar' | 'set.tar.gz', Buffer>;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const entries = [...files, hostile, large];
  archives = {
    'set.zip': makeZip(entries.map((entry, index) => ({ ...entry, isStored: index % 2 === 0 }))),
    'set.tar': await makeTar(entries),
    'set.tar.gz': await makeTar(entries, { isGzipped: true }),
  };
});
afterAll(() => vi.unstubAllEnvs());

/** Path -> bytes, or the code of the refusal. Throws what would end an ingest. */
async function readAll(source: PictureSource): Promise<Map<string, Uint8Array | string>> {
  const all = new Map<string, Uint8Array | string>();
  for await (const file of source.files()) {
    const refuse = (error: TintypeError): string => {
      if (error.code === 'ARCHIVE_UNREADABLE') throw error;
      return error.code;
    };
    all.set(file.path, await file.read().catch(refuse));
  }
  return all;
}

/** What reading one of the archives must come to. */
const allOfThem = {
  right: files.length,
  escape: 'ARCHIVE_ENTRY_UNSAFE',
  large: 'IMAGE_TOO_LARGE',
  size: files.length + 2,
};

function judge(read: Map<string, Uint8Array | string>): typeof allOfThem {
  const right = files.filter(({ name, bytes }) =>
    Buffer.from((read.get(name) ?? '') as Uint8Array).equals(bytes),
  ).length;
  const [escape, large] = [String(read.get('../escape.jpg')), String(read.get('large.jpg'))];
  return { right, escape, large, size: read.size };
}

const kinds = ['set.zip', 'set.tar', 'set.tar.gz'] as const;

describe('an archive in a bucket', () => {
  async function aCloud(): Promise<FakeCloud> {
    const cloud = await startFakeS3();
    onTestFinished(() => cloud[Symbol.asyncDispose]());
    return cloud;
  }
  const open = (cloud: FakeCloud, name: string): Promise<PictureSource> =>
    createSourceOpener({ s3: { endpoint: cloud.endpoint } })(`s3://photos/sets/${name}`, limits);

  test.each(kinds)('%s gives its files, and what is wrong with some, under the tag of the object', async (name) => {
    const cloud = await aCloud();
    cloud.put(`photos/sets/${name}`, archives[name]);

    const source = await open(cloud, name);
    const first = (await source.files()[Symbol.asyncIterator]().next()).value as unknown;

    expect(judge(await readAll(source))).toEqual(allOfThem);
    expect(source.location).toBe(`s3://photos/sets/${name}`);
    expect(first).toMatchObject({ etag: cloud.objects.get(`photos/sets/${name}`)?.etag });
  });

  test('a zip is read by a few ranges, not a file at a time', async () => {
    const cloud = await aCloud();
    cloud.put('photos/sets/set.zip', archives['set.zip']);

    await readAll(await open(cloud, 'set.zip'));

    const bodies = cloud.requests.filter((request) => request.startsWith('GET /photos/sets/set.zip'));
    // Two blocks of the megabyte, for the directory and again for the files.
    expect(bodies.length).toBeLessThanOrEqual(8);
  });

  test.each(kinds)('%s that is written anew while it is read ends the ingest, with the reason', async (name) => {
    const cloud = await aCloud();
    cloud.put(`photos/sets/${name}`, archives[name]);
    const source = await open(cloud, name);

    cloud.put(`photos/sets/${name}`, Buffer.concat([archives[name], Buffer.from('more')]));

    await expect(readAll(source)).rejects.toMatchObject({
      code: 'ARCHIVE_UNREADABLE',
      details: { reason: 'it was changed or deleted while it was read' },
    });
  });

  test('connections that are cut are taken up again', async () => {
    const cloud = await aCloud();
    cloud.put('photos/sets/set.tar.gz', archives['set.tar.gz']);
    let cuts = 0;
    cloud.fault = ({ method }) => {
      cuts += 1;
      return method === 'GET' && cuts % 2 === 0 ? { kind: 'cut', afterBytes: 400_000 } : undefined;
    };

    expect(judge(await readAll(await open(cloud, 'set.tar.gz')))).toEqual(allOfThem);
  });

  test.each(['set.zip', 'set.tar.gz'])('a %s that is none is ARCHIVE_UNREADABLE', async (name) => {
    const cloud = await aCloud();
    cloud.put(`photos/sets/${name}`, randomBytes(5000));

    await expect(open(cloud, name).then(readAll)).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
  });
});

describe('an archive at an address', () => {
  /** Gives parts as servers do; `listener` may answer before. */
  async function aServer(name: string, bytes: Buffer, listener: RequestListener = () => undefined): Promise<string> {
    const server = createServer((request, response) => {
      listener(request, response);
      if (response.writableEnded || response.headersSent) return;
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(start), Number(end) + 1);
      const range = `bytes ${start}-${Number(start) + part.byteLength - 1}/${bytes.byteLength}`;
      response.writeHead(206, { 'content-range': range, etag: '"one"', 'content-length': part.byteLength }).end(part);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sets/${name}?signature=secret`;
  }

  /** In this process, and allowed to reach this machine. */
  const fetcher: PartFetcher = {
    fetchPart: (url, range) =>
      fetchPart(url, range, { limits: {}, isAllowed: () => true, ports: [Number(new URL(url).port)] }),
  };
  const open = (address: string): Promise<PictureSource> =>
    createSourceOpener({ s3: {} }, { fetcher })(address, limits);

  test.each(kinds)('%s gives its files, and what is wrong with some', async (name) => {
    const source = await open(await aServer(name, archives[name]));

    expect(judge(await readAll(source))).toEqual(allOfThem);
    expect(source.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sets\/set\.(zip|tar|tar\.gz)$/);
  });

  test('a part that fails is asked for again', async () => {
    let count = 0;
    const address = await aServer('set.zip', archives['set.zip'], (_request, response) => {
      count += 1;
      if (count === 2) response.writeHead(503).end();
    });

    expect(judge(await readAll(await open(address)))).toEqual(allOfThem);
  });

  test.each<[string, RequestListener, string]>([
    ['gives no parts', (_q, r) => void r.writeHead(200).end('all of it'), 'its server gives no parts of files'],
    ['is not there', (_q, r) => void r.writeHead(404).end(), 'it answered with status 404'],
  ])('a server that %s is told as such', async (_, listener, reason) => {
    const address = await aServer('set.zip', archives['set.zip'], listener);

    await expect(open(address)).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE', details: { reason } });
  });

  test('a file that becomes another while it is read is told as such', async () => {
    let count = 0;
    const address = await aServer('set.tar', archives['set.tar'], (_request, response) => {
      count += 1;
      if (count > 1) response.setHeader('etag', '"two"').writeHead(206, { 'content-range': 'bytes 0-0/1' }).end('x');
    });

    await expect(open(address).then(readAll)).rejects.toMatchObject({
      code: 'ARCHIVE_UNREADABLE',
      details: { reason: 'it was changed while it was read' },
    });
  });

  test('what is no archive is not asked for', async () => {
    await expect(open('https://example.org/a.jpg')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  });

  test('an address of this machine is refused by the real process', async () => {
    await using real = openPictureFetcher();
    const address = await aServer('set.zip', archives['set.zip']);

    const opening = createSourceOpener({ s3: {} }, { fetcher: real })(address, limits);

    await expect(opening).rejects.toMatchObject({ code: 'URL_REFUSED' });
  });
});

test('a file is put together from blocks at any place of it', async () => {
  const whole = randomBytes(10_000);
  const asked: number[] = [];
  const { readRange } = remoteArchive(
    {
      sizeBytes: whole.byteLength,
      readRange: async (start, end) => {
        asked.push(start);
        return whole.subarray(start, end);
      },
      async *read() {},
    },
    { blockBytes: 1000, blocksKept: 5 },
  );

  for (const [start, end] of [
    [0, 1],
    [999, 1001],
    [1000, 2000],
    [2500, 5400],
    [100, 9900],
    [9999, 20_000],
    [10_000, 10_001],
  ] as const)
    expect(Buffer.from(await readRange(start, end)).equals(whole.subarray(start, end))).toBe(true);
  expect(asked).toEqual([0, 1000, 2000, 3000, 4000, 5000, 100, 9000]);
});
