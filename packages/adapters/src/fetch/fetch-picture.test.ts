/** @file Strangers' addresses: what may not be reached is never connected to, and what may is read within its limits. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TintypeError } from '@tintype/contracts/errors';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FetchOptions, fetchPicture } from './fetch-picture.ts';
import { isPublicAddress } from './public-address.ts';

const limits = { bytes: 1000, totalMs: 2000, idleMs: 300 };
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof TintypeError ? error.code : String(error)),
  );

/** Counts whoever connects: nobody should. */
let canary: Server;
let canaryPort = 0;
let connections = 0;

beforeAll(async () => {
  canary = createServer((_request, response) => response.end('caught'));
  canary.on('connection', () => (connections += 1));
  await new Promise<void>((ready) => canary.listen(0, '127.0.0.1', ready));
  canaryPort = (canary.address() as AddressInfo).port;
});
afterAll(() => void canary.close());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback that stands for the public internet: reached as `picture.test`, by options that allow just that. */
async function aServer(listener: RequestListener): Promise<{ url: string; port: number; options: FetchOptions }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const resolve = async (hostname: string): Promise<string[]> =>
    hostname === 'picture.test' ? ['127.0.0.1'] : ['10.0.0.1'];
  const options = {
    limits,
    ports: [port, canaryPort, 80],
    resolve,
    isAllowed: (address: string) => address === '127.0.0.1',
  };
  return { url: `http://picture.test:${port}/picture.jpg`, port, options };
}

/** Every way of writing an address of this machine, its networks and the clouds' metadata services that we know of. */
const forbiddenHosts = `
  localhost LOCALHOST localhost. ip6-localhost localtest.test 127.0.0.1 127.1 127.0.1 127.0.0.1. 0x7f000001 0x7f.1
  0x7F.0x0.0x0.0x1 0x7f.0.0.1 017700000001 0177.0.0.1 0177.0.01 2130706433 00000177.1 127.127.127.127 127.255.255.254 0
  0.0.0.0 0x0 00 0.1.2.3 %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 ①②⑦.⓪.⓪.① 127.0.0.1%2e loca%6chost ⓛocalhost [::1] [::]
  [0:0:0:0:0:0:0:1] [0000::0001] [::0.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:0:0] [0:0:0:0:0:ffff:127.0.0.1]
  [::127.0.0.1] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
  [2002:7f00:0001::1] [2002:a00:1::] [2002:a9fe:a9fe::] [2001::7f00:1] [2001:0:0:0:0:0:80ff:fffe] [fe80::1]
  [fe80::a9fe:a9fe] [febf::1] [fec0::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fdff:ffff::1] [ff02::1] [ff0e::1] [100::1]
  [2001:db8::1] [3fff::1] [2001:2::1] [2001:10::1] [2001:20::1] [2620:4f:8000::1] [5f00::1] [1::] [4000::1] [::2]
  [64:ff9b::a9fe:a9fe] 10.0.0.1 10.255.255.255 10.1 0xa000001 012.0.0.1 167772161 172.16.0.1 172.31.255.255 172.20.1
  0xac100001 192.168.0.1 192.168.255.255 192.168.1 0xc0a80001 0300.0250.0.1 3232235521 169.254.169.254 169.254.0.1
  0xa9fea9fe 0251.0376.0251.0376 2852039166 169.254.43518 0xa9.0xfe.0xa9.0xfe [::ffff:169.254.169.254] [::ffff:a9fe:a9fe]
  100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.1
  203.0.113.9 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
  0xffffffff 4294967295 metadata.google.internal metadata instance-data kubernetes.default.svc
`
  .trim()
  .split(/\s+/);

const forbiddenUrls = (port: number): string[] => [
  ...forbiddenHosts.map((host) => `http://${host}:${port}/`),
  `http://user@127.0.0.1:${port}/`,
  `http://user:word@picture.test:${port}/`,
  `http://picture.test@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}\\@picture.test/`,
  `http://127.0.0.1:${port}#@picture.test/`,
  `http://127.0.0.1:${port}?@picture.test/`,
  `http:127.0.0.1:${port}/`,
  `http:/127.0.0.1:${port}/`,
  `http:///127.0.0.1:${port}/`,
  `http:\\\\127.0.0.1:${port}/`,
  `hTTp://127.0.0.1:${port}/`,
  ` http://127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}\t/`,
  `ht\ntp://127.0.0.1:${port}/`,
  `http://127.0.0\t.1:${port}/`,
  `http://[::1%25lo]:${port}/`,
  `https://127.0.0.1:${port}/`,
  `https://[::1]:${port}/`,
  `ftp://127.0.0.1:${port}/`,
  `gopher://127.0.0.1:${port}/_GET`,
  `dict://127.0.0.1:${port}/`,
  `ws://127.0.0.1:${port}/`,
  'file:///etc/hostname',
  'file://localhost/etc/hostname',
  'data:image/png;base64,AAAA',
  'blob:http://127.0.0.1/1',
  'javascript:1',
  'jar:http://127.0.0.1!/',
  '//127.0.0.1/',
  '/etc/hostname',
  '127.0.0.1',
  'http://',
  'http://:80/',
  'http://999.0.0.1/',
  'http://127.0.0.1:0/',
  'http://127.0.0.1:22/',
  'http://127.0.0.1:6379/',
  'http://127.0.0.1:99999/',
  '',
  `http://127.0.0.1/${'a'.repeat(5000)}`,
];

test('no way of writing an address of ours leads to a connection', async () => {
  const urls = forbiddenUrls(canaryPort);
  const before = connections;
  // The names that this machine's resolver might know are resolved to what they would be there.
  const resolve = async (hostname: string): Promise<string[]> =>
    hostname.startsWith('metadata')
      ? ['169.254.169.254']
      : hostname.startsWith('kube')
        ? ['10.96.0.1']
        : ['127.0.0.1', '::1'];

  const codes = await Promise.all(
    urls.map((url) => codeOf(fetchPicture(url, { limits, ports: [canaryPort, 80], resolve }))),
  );

  const reached = urls.filter((_, n) => codes[n] !== 'URL_REFUSED');
  expect(urls.length).toBeGreaterThanOrEqual(150);
  expect(reached).toEqual([]);
  expect(connections - before).toBe(0);
});

test('a name with one public and one private address is refused', async () => {
  const resolve = async (): Promise<string[]> => ['93.184.215.14', '127.0.0.1'];

  expect(await codeOf(fetchPicture('http://both.test/', { limits, resolve }))).toBe('URL_REFUSED');
});

test('a name that changes its mind after the check is connected to as it was checked', async () => {
  const { url, options } = await aServer((_request, response) => response.end('picture'));
  let lookups = 0;
  const resolve = async (): Promise<string[]> => (lookups++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);

  const bytes = await fetchPicture(url, { ...options, resolve });

  expect(Buffer.from(bytes).toString()).toBe('picture');
  expect(lookups).toBe(1);
});

describe('redirects', () => {
  test('to what is not public are refused before a connection, however it is written', async () => {
    const targets = forbiddenHosts.map(
      (host) => `http://${encodeURI(host).replace('%5B', '[').replace('%5D', ']')}:${canaryPort}/`,
    );
    const { port, options } = await aServer((request, response) => {
      response.writeHead(302, { location: targets[Number(request.url?.slice(1))] ?? '/' }).end();
    });
    // The first hop may reach loopback, where the server that redirects stands; every other is judged as in production.
    const isAllowedOnce = (): NonNullable<FetchOptions['isAllowed']> => {
      let judged = 0;
      return (address) => (judged++ === 0 ? address === '127.0.0.1' : isPublicAddress(address));
    };
    const resolve = async (): Promise<string[]> => ['127.0.0.1'];
    const before = connections;

    const codes: string[] = [];
    for (const n of targets.keys())
      codes.push(
        await codeOf(
          fetchPicture(`http://picture.test:${port}/${n}`, { ...options, resolve, isAllowed: isAllowedOnce() }),
        ),
      );

    expect(targets.filter((_, n) => codes[n] !== 'URL_REFUSED')).toEqual([]);
    expect(connections - before).toBe(0);
  });

  test('are followed three times and no further', async () => {
    const { options, port } = await aServer((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(307, { location: `/${left - 1}` }).end();
    });

    const bytes = await fetchPicture(`http://picture.test:${port}/3`, options);

    expect(Buffer.from(bytes).toString()).toBe('there');
    expect(await codeOf(fetchPicture(`http://picture.test:${port}/4`, options))).toBe('URL_FAILED');
  });

  test('to nowhere, and to another scheme, end there', async () => {
    const nowhere = await aServer((_request, response) => response.writeHead(301).end());
    const file = await aServer((_request, response) =>
      response.writeHead(301, { location: 'file:///etc/hostname' }).end(),
    );

    expect(await codeOf(fetchPicture(nowhere.url, nowhere.options))).toBe('URL_FAILED');
    expect(await codeOf(fetchPicture(file.url, file.options))).toBe('URL_REFUSED');
  });
});

describe('answers', () => {
  test.each<[string, RequestListener, string]>([
    [
      'that announce too much',
      (_q, r) => void r.writeHead(200, { 'content-length': 5000 }).write('x'),
      'IMAGE_TOO_LARGE',
    ],
    ['that send too much without saying', (_q, r) => void r.end('x'.repeat(5000)), 'IMAGE_TOO_LARGE'],
    ['with an error status', (_q, r) => void r.writeHead(500).end('secret of the upstream'), 'URL_FAILED'],
    ['without content', (_q, r) => void r.writeHead(204).end(), 'URL_FAILED'],
    ['compressed unasked', (_q, r) => void r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'URL_FAILED'],
    ['that never come', () => undefined, 'URL_FAILED'],
    ['that stop in the middle', (_q, r) => void r.writeHead(200, { 'content-length': 10 }).write('x'), 'URL_FAILED'],
    [
      'that break off',
      (_q, r) => void (r.writeHead(200, { 'content-length': 10 }), r.write('x', () => r.destroy())),
      'URL_FAILED',
    ],
  ])('%s are told as such', async (_, listener, expected) => {
    const { url, options } = await aServer(listener);

    const error = await fetchPicture(url, options).catch((thrown: unknown) => thrown as TintypeError);

    expect(error).toMatchObject({ code: expected });
    expect((error as Error).message).not.toMatch(/secret|127\.0\.0\.1|ECONN/);
  });

  test('that trickle end at the total time', async () => {
    const { url, options } = await aServer((_request, response) => {
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();

    const code = await codeOf(fetchPicture(url, { ...options, limits: { ...limits, totalMs: 600 } }));

    expect(code).toBe('URL_FAILED');
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  test('that nobody waits for any more are given up', async () => {
    const { url, options } = await aServer(() => undefined);
    const controller = new AbortController();
    const fetching = codeOf(fetchPicture(url, { ...options, signal: controller.signal }));

    controller.abort();

    expect(await fetching).toBe('CANCELLED');
  });
});

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);
