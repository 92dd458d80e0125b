/** @file A small hub on this machine for tests: repository, file list and downloads over real HTTP, with faults on demand. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepository {
  commit: string;
  license?: string;
  /** By path. Those named in `large` are promised by SHA-256, the others by git's SHA-1. */
  files: Record<string, Uint8Array>;
  large?: readonly string[];
}

/** What to do instead of answering a download well; taken from the front, one per download. */
export type Fault =
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'stall'; afterBytes: number }
  | { kind: 'status'; status: number }
  | { kind: 'ignore-range' }
  | { kind: 'wrong-bytes' };

export interface FakeHub extends AsyncDisposable {
  endpoint: string;
  faults: Fault[];
  /** Every request so far: method, path and range. */
  requests: string[];
  /** Answers every request with this status while set. */
  down: number | undefined;
}

/** `repositories` is read at each request, so that a test may move a branch. All names but a commit stand for `commit`. */
export async function startFakeHub(repositories: Record<string, FakeRepository>): Promise<FakeHub> {
  const state: Pick<FakeHub, 'faults' | 'requests' | 'down'> = { faults: [], requests: [], down: undefined };
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] as string);
    state.requests.push(`${request.method} ${path}${request.headers.range ? ` ${request.headers.range}` : ''}`);
    if (state.down !== undefined) response.writeHead(state.down).end();
    else void answer({ request, response, path, repositories, faults: state.faults });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  repositories: Record<string, FakeRepository>;
  faults: Fault[];
}

async function answer({ request, response, path, repositories, faults }: Exchange): Promise<void> {
  const find = (name: string, revision: string): FakeRepository | undefined => {
    const found = repositories[name];
    return found && (!/^[0-9a-f]{40}$/.test(revision) || revision === found.commit) ? found : undefined;
  };
  const json = (value: unknown): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const missing = (): void => void response.writeHead(404).end();

  const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path);
  if (info) {
    const found = find(info[1] as string, info[2] as string);
    if (!found) return missing();
    return json({ _id: '1', id: info[1], sha: found.commit, lastModified: 0, cardData: { license: found.license } });
  }
  const list = /^\/api\/models\/([^/]+\/[^/]+)\/paths-info\/(.+)$/.exec(path);
  if (list) {
    const found = find(list[1] as string, list[2] as string);
    if (!found) return missing();
    const { paths } = JSON.parse(await readBody(request)) as { paths: string[] };
    return json(
      paths.flatMap((name) =>
        found.files[name] ? [describe(name, found.files[name], found.large?.includes(name))] : [],
      ),
    );
  }
  const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
  if (resolve) {
    const found = find(resolve[1] as string, resolve[2] as string)?.files[resolve[3] as string];
    return found ? void response.writeHead(302, { location: `/storage${path}` }).end() : missing();
  }
  const storage = /^\/storage\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
  const bytes = storage && repositories[storage[1] as string]?.files[storage[3] as string];
  if (!bytes) return missing();
  send({ request, response, bytes, fault: faults.shift() });
}

function send(exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  bytes: Uint8Array;
  fault: Fault | undefined;
}): void {
  const { request, response, fault } = exchange;
  if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
  const bytes = fault?.kind === 'wrong-bytes' ? exchange.bytes.map((byte) => byte ^ 1) : exchange.bytes;
  const start =
    fault?.kind === 'ignore-range' ? 0 : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const body = bytes.subarray(start);
  const range = start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length, ...range });
  if (fault?.kind === 'cut')
    return void response.write(body.subarray(0, fault.afterBytes), () => setTimeout(() => response.destroy(), 20));
  if (fault?.kind === 'stall') return void response.write(body.subarray(0, fault.afterBytes));
  response.end(body);
}

function describe(path: string, bytes: Uint8Array, isLarge = false): object {
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const lfs = { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 130 };
  return { type: 'file', path, size: bytes.length, oid, ...(isLarge ? { lfs } : {}) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString('utf8');
}
