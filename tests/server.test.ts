/** @file The server as people run it: its own process, real children, real models, and everything that goes wrong around it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { objectKeys } from '@tintype/core/ports/object-store';
import { startServer } from '@tintype/server/start-server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aPicture, aServedWorkspace, type ServedWorkspace } from './server-workspace.ts';

interface ServerProcess {
  address: string;
  process: ChildProcess;
  /** What it has written to stderr. */
  log: () => string;
}

/** The built server in a process of its own, as the command line starts it. */
async function aServerProcess(folder: string): Promise<ServerProcess> {
  const script = `
    const { startServer } = await import('@tintype/server/start-server');
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());
    const server = await startServer({ workspaceFolder: process.argv[1], port: 0, children: 2, signal: stop.signal });
    console.log(server.address);
    await server.closed;`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const [address] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the server ended: ${log}`))),
  ])) as [Buffer];
  return { address: address.toString().trim(), process: child, log: () => log };
}

/** Process ids of the running children of a process. */
function childrenOf(processId: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/, '').split(' ');
        return Number(fields[2]) === processId && fields[1] !== 'Z';
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function predict(address: string, bytes: Uint8Array<ArrayBuffer> = aPicture()) {
  const form = new FormData();
  form.append('file', new Blob([bytes]), 'picture.png');
  const response = await fetch(`${address}/predict`, { method: 'POST', body: form });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const health = async (address: string): Promise<unknown> => (await fetch(`${address}/health`)).json();

const canSeeProcesses = process.platform === 'linux';

describe('a running server', () => {
  let served: ServedWorkspace;
  let server: ServerProcess;
  beforeAll(async () => {
    served = await aServedWorkspace();
    await served.publish([0, 2]);
    server = await aServerProcess(served.folder);
  });
  afterAll(async () => {
    server.process.kill('SIGKILL');
    await served[Symbol.asyncDispose]();
  });

  test('answers a picture with its model as soon as it says its address', async () => {
    expect(await health(server.address)).toMatchObject({ status: 'healthy', model_loaded: true, model: 'shades' });

    const { status, body } = await predict(server.address);

    expect(status).toBe(200);
    expect(body).toMatchObject({ prediction: 'light', model: 'shades', version: 1 });
    expect(body.confidence).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
  });

  test.each([
    { what: 'no bytes', bytes: new Uint8Array(0), status: 422, code: 'IMAGE_EMPTY' },
    {
      what: 'text',
      bytes: Uint8Array.from(Buffer.from('hello, this is not a picture')),
      status: 415,
      code: 'IMAGE_UNRECOGNIZED',
    },
    {
      what: 'half a picture',
      bytes: aPicture({ widthPx: 300, heightPx: 300 }).slice(0, 150),
      status: 422,
      code: 'IMAGE_TRUNCATED',
    },
    {
      what: 'too long a side',
      bytes: aPicture({ widthPx: 40_000, heightPx: 1 }),
      status: 413,
      code: 'IMAGE_TOO_MANY_PIXELS',
    },
  ])('answers $what with $code', async ({ bytes, status, code }) => {
    const reply = await predict(server.address, bytes);

    expect(reply).toMatchObject({ status, body: { code, request_id: expect.stringMatching(/^req_/) } });
  });

  test('keeps an idle connection for longer than proxies do, who would lose a request otherwise', async () => {
    const { headers } = await fetch(`${server.address}/health`);

    expect(headers.get('keep-alive')).toMatch(/^timeout=72\b/);
  });

  test('looks at an address in a child of its own, and goes to no machine of the neighborhood', async () => {
    const response = await fetch(`${server.address}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${server.address}/favicon.svg` }),
    });

    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'URL_REFUSED' });
  });

  test.skipIf(!canSeeProcesses)('loses no other request when one of its children is killed (needs /proc)', async () => {
    const children = childrenOf(server.process.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);

    const requests = Array.from({ length: 40 }, () => predict(server.address));
    setTimeout(() => process.kill(children[0] as number, 'SIGKILL'), 30);
    const replies = await Promise.all(requests);

    expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => 200));
    // A spare child may have come meanwhile.
    await vi.waitFor(
      () => {
        const now = childrenOf(server.process.pid);
        expect(now).not.toContain(children[0]);
        expect(now.length).toBeGreaterThanOrEqual(children.length);
      },
      { timeout: 10_000 },
    );
    expect((await predict(server.address)).status).toBe(200);
  });

  test('takes up newly promoted versions under load without a failed request', async () => {
    const stop = new AbortController();
    const seen = new Set<unknown>();
    const statuses = new Set<number>();
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!stop.signal.aborted) {
          const { status, body } = await predict(server.address);
          statuses.add(status);
          seen.add(body.version);
        }
      }),
    );

    for (const bias of [1, 3, 5]) {
      const { version } = await served.publish([bias, 0]);
      await vi.waitFor(() => expect(seen).toContain(version), { timeout: 15_000, interval: 20 });
    }
    stop.abort();
    await load;

    expect([...statuses]).toEqual([200]);
  });

  test('tells those it cannot answer in time to come again, and stays healthy meanwhile', async () => {
    // Equal pictures would be answered together.
    const pictures = Array.from({ length: 150 }, (_, i) =>
      aPicture({ widthPx: 1000, heightPx: 1000, color: [200, 120, i] }),
    );
    const requests = pictures.map((picture) => predict(server.address, picture));

    expect(await health(server.address)).toMatchObject({ status: 'healthy' });
    const replies = await Promise.all(requests);

    const statuses = new Set(replies.map((reply) => reply.status));
    expect(statuses).toEqual(new Set([200, 503]));
    expect(new Set(replies.filter((reply) => reply.status === 503).map((reply) => reply.body.code))).toEqual(
      new Set(['OVERLOADED']),
    );
    expect((await predict(server.address)).status).toBe(200);
  });

  test('keeps serving the old version when the new bundle is damaged, says so, and recovers', async () => {
    const before = (await health(server.address)) as { version: number };
    const broken = await served.publish([7, 0]);
    const folder = await served.workspace.store.localFolder(objectKeys.bundlePrefix(broken.bundleHash));
    await rm(folder, { recursive: true });
    // It may have been opened before it was damaged: another one comes between.
    const good = await served.publish([0, 9]);
    await vi.waitFor(async () => expect(await health(server.address)).toMatchObject({ version: good.version }), {
      timeout: 10_000,
    });
    await served.workspace.catalog.registry.moveAlias({
      model: 'shades',
      alias: 'champion',
      version: broken.version,
      by: 'test',
      at: 1,
    });

    await vi.waitFor(async () => expect(await health(server.address)).toMatchObject({ status: 'degraded' }), {
      timeout: 10_000,
    });
    const { status, body } = await predict(server.address);
    expect(status).toBe(200);
    expect(body.version).toBe(good.version);
    expect(server.log()).toContain('The champion cannot be served');
    expect(before.version).toBeLessThan(broken.version);

    const next = await served.publish([0, 1]);
    await vi.waitFor(
      async () => expect(await health(server.address)).toMatchObject({ status: 'healthy', version: next.version }),
      { timeout: 10_000 },
    );
  });

  test('ends on SIGTERM after answering what it has, and leaves no process behind', async () => {
    const children = canSeeProcesses ? childrenOf(server.process.pid) : [];
    const requests = Array.from({ length: 10 }, () => predict(server.address).catch(() => ({ status: 0 })));
    await new Promise((resolve) => setTimeout(resolve, 20));

    server.process.kill('SIGTERM');
    const [code] = (await once(server.process, 'exit')) as [number];

    expect(code).toBe(0);
    const replies = await Promise.all(requests);
    expect(replies.some((reply) => reply.status === 200)).toBe(true);
    expect(replies.every((reply) => [0, 200, 503].includes(reply.status))).toBe(true);
    await vi.waitFor(() => {
      for (const child of children) expect(() => process.kill(child, 0)).toThrow('ESRCH');
    });
  });
});

describe('starting a server', () => {
  let served: ServedWorkspace;
  beforeAll(async () => {
    served = await aServedWorkspace();
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test.each(['0.0.0.0', '::'])(
    'on %s answers only to whom it knows, and says how the first is made known',
    async (host) => {
      const said: string[] = [];
      const onFirstAdmin = (sentence: string): void => void said.push(sentence);

      await using server = await startServer({
        workspaceFolder: served.folder,
        host,
        port: 0,
        children: 1,
        onFirstAdmin,
      });
      const { port } = new URL(server.address);
      const [health, workspace] = await Promise.all(
        ['/health', '/api/workspace'].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
      );

      expect(health?.status).toBe(200);
      expect(workspace?.status).toBe(401);
      expect(workspace?.headers.get('www-authenticate')).toContain('Bearer');
      expect(await predict(`http://127.0.0.1:${port}`)).toMatchObject({
        status: 401,
        body: { code: 'UNAUTHENTICATED' },
      });
      expect(said).toEqual([expect.stringMatching(/\n {2}http:\/\/\S+\/join#inv_[0-9a-f]{20}\.[\w-]{43}$/)]);
    },
  );

  test('on a taken port says so and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const before = canSeeProcesses ? childrenOf(process.pid) : [];

    const starting = startServer({ workspaceFolder: served.folder, port, children: 1 });

    await expect(starting).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port } });
    expect(canSeeProcesses ? childrenOf(process.pid) : []).toEqual(before);
    other.close();
  });

  test('in a folder that is no workspace is refused', async () => {
    const starting = startServer({ workspaceFolder: join(served.folder, 'nothing'), port: 0, children: 1 });

    await expect(starting).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' });
  });

  test('without a model answers, waits, and serves the first one that is published', async () => {
    await using server = await startServer({ workspaceFolder: served.folder, port: 0, children: 1 });
    expect(await predict(server.address)).toMatchObject({ status: 503, body: { code: 'MODEL_NOT_SERVED' } });

    await served.publish([3, 0]);

    await vi.waitFor(async () => expect(await health(server.address)).toMatchObject({ status: 'healthy' }), {
      timeout: 10_000,
    });
    expect(await predict(server.address)).toMatchObject({ status: 200, body: { prediction: 'dark' } });
  });

  test('ends when its signal is aborted, once', async () => {
    const stop = new AbortController();
    const server = await startServer({ workspaceFolder: served.folder, port: 0, children: 1, signal: stop.signal });

    stop.abort();
    await server.closed;
    await server.close();

    await expect(fetch(`${server.address}/health`)).rejects.toThrow('fetch failed');
  });
});
