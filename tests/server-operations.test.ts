/** @file What operators turn on in tintype.yaml, end to end: metrics, logs, answers kept for review, buckets. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { objectKeys } from '@tintype/core/ports/object-store';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTintype } from './cli.ts';
import { aPicture, aServedWorkspace, type ServedWorkspace } from './server-workspace.ts';

interface Running {
  address: string;
  metrics: string;
  log: () => Record<string, unknown>[];
  end: () => Promise<number | null>;
}

const settings = `
serve:
  port: 0
  children: 1
  metrics: { port: 0 }
  predictionLog: { share: 1, pictures: true }
buckets:
  photos: { store: 'file:photos', prefixes: ['in/'] }
`;

let served: ServedWorkspace;
let running: Running;
beforeAll(async () => {
  served = await aServedWorkspace();
  await served.publish([0, 2]);
  await writeFile(join(served.folder, 'tintype.yaml'), settings);
  await mkdir(join(served.folder, 'photos/in'), { recursive: true });
  await writeFile(join(served.folder, 'photos/in/a.png'), aPicture({ color: [1, 2, 3] }));
  running = await serve('--log-level', 'info');
}, 60_000);
afterAll(async () => {
  await running.end();
  await served[Symbol.asyncDispose]();
});

async function serve(...options: string[]): Promise<Running> {
  const child = startTintype(['serve', '--workspace', served.folder, '--json', ...options]);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { address, metrics } = JSON.parse(line.toString()) as { address: string; metrics: string };
  return {
    address,
    metrics,
    log: () =>
      log
        .split('\n')
        .filter((text) => text.startsWith('{'))
        .map((text) => JSON.parse(text) as Record<string, unknown>),
    end: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      return ((await ended) as [number | null])[0];
    },
  };
}

async function predict(bytes: Uint8Array<ArrayBuffer>, requestId: string): Promise<Record<string, unknown>> {
  const form = new FormData();
  form.append('file', new Blob([bytes]), 'secret-name.png');
  const headers = { 'x-request-id': requestId };
  const response = await fetch(`${running.address}/predict`, { method: 'POST', headers, body: form });
  return (await response.json()) as Record<string, unknown>;
}

test('a served picture is answered, counted, logged under its name, and kept for review with its bytes', async () => {
  const bytes = aPicture();
  const answer = await predict(bytes, 'order-1');
  await predict(bytes, 'order-2');

  expect(answer).toMatchObject({ prediction: 'light', request_id: 'order-1' });
  const metrics = await (await fetch(running.metrics)).text();
  expect(metrics).toMatch(/tintype_predictions_total\{model="shades",version="1",outcome="answered"\} 2/);
  expect(metrics).toMatch(/^tintype_children_ready 1$/m);
  expect(metrics).toMatch(/^tintype_answer_cache_hits_total 1$/m);

  const list = async () =>
    (await (await fetch(`${running.address}/api/predictions`)).json()) as {
      items: { requestId: string; contentHash: string; hasPicture: boolean }[];
    };
  await vi.waitFor(async () => expect((await list()).items).toHaveLength(2));
  const { items } = await list();
  expect(items.map(({ requestId, hasPicture }) => [requestId, hasPicture])).toEqual([
    ['order-2', true],
    ['order-1', true],
  ]);
  const kept = await served.workspace.store.get(objectKeys.prediction(items[0]?.contentHash ?? ''));
  expect(Buffer.compare(kept, bytes)).toBe(0);

  await vi.waitFor(() => expect(running.log().some(({ requestId }) => requestId === 'order-2')).toBe(true));
  expect(running.log().find(({ requestId }) => requestId === 'order-1')).toMatchObject({
    route: 'POST /predict',
    status: 200,
  });
  expect(JSON.stringify(running.log())).not.toContain('secret-name');
});

test('an object of a bucket that the settings name is answered', async () => {
  const body = JSON.stringify({ bucket: 'photos', filename: 'in/a.png' });
  const headers = { 'content-type': 'application/json' };

  const response = await fetch(`${running.address}/get-prediction`, { method: 'POST', headers, body });

  expect(await response.json()).toMatchObject({ prediction: 'light' });
});

test('what was logged last is written before the process ends', async () => {
  const other = await serve('--log-level', 'debug');
  await fetch(`${other.address}/health/live`, { headers: { 'x-request-id': 'the-last' } });

  expect(await other.end()).toBe(0);

  expect(other.log().map(({ requestId }) => requestId)).toContain('the-last');
}, 60_000);

test('a server whose log nobody reads any more answers on, and ends when it is told to', {
  timeout: 60_000,
}, async () => {
  const child = startTintype(['serve', '--workspace', served.folder, '--json', '--log-level', 'info']);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { address } = JSON.parse(line.toString()) as { address: string };
  child.stderr.pause();

  // Half a megabyte of lines: more than a pipe and its reader hold.
  for (let n = 0; n < 60; n += 1)
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${address}/api/nothing`)).text()));
  const { status } = await fetch(`${address}/health`);
  const startedAt = performance.now();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');

  expect([status, await ended]).toEqual([200, [0, null]]);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
