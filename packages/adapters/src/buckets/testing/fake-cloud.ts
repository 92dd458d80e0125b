/** @file A cloud on this machine for tests: objects in memory behind real HTTP, with faults on demand. What it speaks is a table of its own. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredObject {
  bytes: Buffer;
  etag: string;
  modifiedAt: number;
  /** Grows with every version of any object. */
  generation: number;
}

/** What happens to a request instead of its answer. `cut` and `stall` send a part of the body and then end the connection or wait. */
export type Fault =
  | { kind: 'status'; status: number; code?: string }
  | { kind: 'reset' }
  | { kind: 'silence' }
  | { kind: 'cut' | 'stall'; afterBytes: number }
  | { kind: 'trickle'; everyMs: number }
  | { kind: 'answer'; answer: CloudAnswer };

export interface CloudRequest {
  method: string;
  /** Decoded, with its slash at the beginning. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Whether whoever asked has gone. */
  isLeft: () => boolean;
}

export interface CloudAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

export interface FakeCloud extends AsyncDisposable {
  endpoint: string;
  /** By bucket and key: `photos/a.jpg`. */
  objects: Map<string, StoredObject>;
  /** Every request so far: `GET /photos/a.jpg`, with its query. */
  requests: string[];
  /** Asked at every request; undefined lets it be answered well. */
  fault: (request: CloudRequest) => Fault | undefined;
  put(path: string, bytes: Uint8Array | string): void;
  /** Calls of `put` so far. */
  writes: number;
}

export type Speak = (request: CloudRequest, cloud: FakeCloud) => CloudAnswer | Promise<CloudAnswer>;

export async function startFakeCloud(speak: Speak): Promise<FakeCloud> {
  const objects = new Map<string, StoredObject>();
  const server = createServer((request, response) => void answer(request, response, cloud, speak));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cloud: FakeCloud = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests: [],
    writes: 0,
    fault: () => undefined,
    put(path, bytes) {
      cloud.writes += 1;
      const etag = createHash('md5').update(bytes).digest('hex');
      objects.set(path, {
        bytes: Buffer.from(bytes as Uint8Array),
        etag,
        modifiedAt: Date.now(),
        generation: cloud.writes,
      });
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return cloud;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  cloud: FakeCloud,
  speak: Speak,
): Promise<void> {
  const asked = await readRequest(request).catch(() => undefined);
  if (!asked) return;
  cloud.requests.push(`${asked.method} ${asked.path}${asked.query.size > 0 ? `?${asked.query.toString()}` : ''}`);
  const fault = cloud.fault(asked);
  if (fault?.kind === 'silence') return;
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status, headers = {}, body = '' } = answerOf(fault) ?? (await speak(asked, cloud));
  const bytes = Buffer.from(body as Buffer);
  const isBare = asked.method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, isBare ? headers : { 'content-length': bytes.byteLength, ...headers });
  if (isBare) response.end();
  else await sendBody(response, bytes, fault);
}

async function readRequest(request: IncomingMessage): Promise<CloudRequest> {
  const url = new URL(request.url ?? '/', 'http://fake');
  const parts: Buffer[] = [];
  for await (const chunk of request) parts.push(chunk as Buffer);
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(parts),
    isLeft: () => request.socket.destroyed,
  };
}

function answerOf(fault: Fault | undefined): CloudAnswer | undefined {
  if (fault?.kind === 'answer') return fault.answer;
  return fault?.kind === 'status' ? refusal(fault) : undefined;
}

function refusal({ status, code = 'InternalError' }: { status: number; code?: string }): CloudAnswer {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code></Error>` };
}

async function sendBody(response: ServerResponse, bytes: Buffer, fault: Fault | undefined): Promise<void> {
  switch (fault?.kind) {
    case 'cut':
      response.write(bytes.subarray(0, fault.afterBytes), () => response.destroy());
      return;
    case 'stall':
      response.write(bytes.subarray(0, fault.afterBytes));
      return;
    case 'trickle':
      for (let index = 0; index < bytes.byteLength && !response.destroyed; index += 1) {
        response.write(bytes.subarray(index, index + 1));
        await new Promise((resolve) => setTimeout(resolve, fault.everyMs));
      }
      response.end();
      return;
    default:
      response.end(bytes);
  }
}

/** A fault for the first `times` requests that are meant, none after them. */
export function first(
  times: number,
  fault: Fault,
  isMeant: (request: CloudRequest) => boolean = () => true,
): (request: CloudRequest) => Fault | undefined {
  let left = times;
  return (request) => {
    if (left === 0 || !isMeant(request)) return undefined;
    left -= 1;
    return fault;
  };
}

interface KeyQuery {
  bucket: string;
  prefix: string;
  /** First key that may be listed. */
  from?: string;
  /** Last key that may not. */
  after?: string;
  most: number;
}

/** The first `most` keys below the prefix, in the order of their UTF-8 bytes; one more tells that there are more. */
export function listKeys(cloud: FakeCloud, { bucket, prefix, from = '', after = '', most }: KeyQuery): string[] {
  const paths = sortedPaths(cloud);
  const beginning = Buffer.from(`${bucket}/${prefix}`);
  const keys: string[] = [];
  let index = Math.max(...[prefix, from, after].map((key) => firstAtLeast(paths, Buffer.from(`${bucket}/${key}`))));
  for (; keys.length <= most; index += 1) {
    const path = paths[index];
    if (!path?.subarray(0, beginning.length).equals(beginning)) return keys;
    const key = path.toString().slice(bucket.length + 1);
    if (key !== after || after === '') keys.push(key);
  }
  return keys;
}

function firstAtLeast(paths: readonly Buffer[], wanted: Buffer): number {
  let [low, high] = [0, paths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(paths[middle] as Buffer, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const sorted = new WeakMap<FakeCloud, { paths: Buffer[]; count: number; writes: number }>();

/** Sorted once for all listings between two writes: a large bucket is listed a page at a time. */
function sortedPaths(cloud: FakeCloud): Buffer[] {
  const known = sorted.get(cloud);
  if (known?.count === cloud.objects.size && known.writes === cloud.writes) return known.paths;
  const paths = [...cloud.objects.keys()].map((path) => Buffer.from(path)).sort((a, b) => Buffer.compare(a, b));
  sorted.set(cloud, { paths, count: cloud.objects.size, writes: cloud.writes });
  return paths;
}
