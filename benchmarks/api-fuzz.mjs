/** @file Requests made from our own OpenAPI document to a real server: none is answered 5xx, every reply is one that the document promises. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { objectKeys } from '@tintype/core/ports/object-store';
import { startServer } from '@tintype/server/start-server';
import * as fc from 'fast-check';
import { openJudge } from './api-fuzz/judge.mjs';
import { listOperations, requestsOf } from './api-fuzz/requests.mjs';
import { makeServedWorkspace, mapLimited } from './served-workspace.mjs';

const { values: options } = parseArgs({
  options: { requests: { type: 'string', default: '6000' }, seed: { type: 'string', default: '1' } },
});
const longestMs = 20_000;
const atOnce = 6;
const pictures = [
  'R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
].map((text) => Buffer.from(text, 'base64'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A sample, a job and a bucket, so that good requests find something. Gives known values by the name of their field. */
async function fill({ folder, workspace }) {
  mkdirSync(join(folder, 'bucket/in'), { recursive: true });
  writeFileSync(join(folder, 'bucket/in/a.png'), pictures[1]);
  writeFileSync(join(folder, 'tintype.yaml'), "buckets: { pictures: { store: 'file:bucket', prefixes: ['in/'] } }\n");
  const { catalog, store, queue } = workspace;
  const samples = [];
  for (const [at, bytes] of pictures.entries()) {
    const contentHash = sha256(bytes);
    const id = `s_${contentHash.slice(0, 20)}`;
    await store.put(objectKeys.source(contentHash), bytes);
    await store.put(objectKeys.thumbnail(contentHash), bytes);
    const shape = { widthPx: 1, heightPx: 1, sizeBytes: bytes.length, perceptualHash: contentHash.slice(0, 16) };
    samples.push({
      origin: { location: '/fuzz', path: `${at}.png`, sizeBytes: bytes.length, modifiedAt: 1 },
      sample: { id, contentHash, path: `${at}.png`, format: at === 0 ? 'gif' : 'png', ...shape },
      className: 'one',
      labelSource: 'folder',
    });
  }
  await catalog.samples.recordIngest('default', samples, { annotator: 'fuzz', at: 1 });
  const job = await queue.add({ kind: 'evaluate', input: {} });
  return {
    id: [...samples.map(({ sample }) => sample.id), job.id],
    ids: samples.map(({ sample }) => [sample.id]),
    model: ['bench', 'bench@1', 'bench@champion'],
    version: [1, '1', 'champion'],
    alias: ['champion', 'canary'],
    bucket: ['pictures'],
    key: ['in/a.png', 'in/absent.png'],
    filename: ['in/a.png'],
    url: ['http://127.0.0.1:1/', 'http://[::1]/', 'http://169.254.169.254/latest', 'file:///etc/passwd', 'ftp://a/'],
    dataset: ['default'],
  };
}

/** Labeling answers 503 until it has seen every picture once, as it says; what is tested comes after. */
async function prepareLabeling(address) {
  for (let waits = 0; waits < 120; waits += 1) {
    const { status } = await fetch(`${address}/api/label/next?dataset=default`);
    if (status !== 503) return;
    await delay(500);
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

function send(address, { method, address: path, headers, body }) {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, hostname, port, method, path, headers, timeout: longestMs }, (response) => {
      const type = response.headers['content-type'] ?? '';
      const chunks = [];
      const end = () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, type, text, headers: new Headers(Object.entries(response.headers)) });
      };
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', end);
      response.on('error', reject);
      // A stream of events has no end of its own.
      if (type.startsWith('text/event-stream')) {
        end();
        response.destroy();
      }
    });
    request.on('timeout', () => request.destroy(new Error(`no reply within ${longestMs / 1000} s`)));
    request.on('error', reject);
    request.end(body);
  });
}

const describe = ({ operationId, method, address, headers, body }) => ({
  operationId,
  method,
  address: address.slice(0, 300),
  headers,
  body: body?.toString('latin1').slice(0, 300),
});

const served = await makeServedWorkspace();
const known = await fill(served);
const server = await startServer({ workspaceFolder: served.folder, port: 0, logLevel: 'error' });
try {
  const document = await (await fetch(`${server.address}/openapi.json`)).json();
  const operations = listOperations(document);
  await prepareLabeling(server.address);
  const judge = openJudge(document);
  const seed = Number(options.seed);
  const each = Math.ceil(Number(options.requests) / operations.length);
  const requests = operations.flatMap((entry, at) =>
    fc.sample(requestsOf(entry, { known, pictures }), { numRuns: each, seed: seed + at }),
  );
  // Interleaved, so that operations meet what others have changed.
  const mixed = requests.map((request, at) => [(at % each) * operations.length + Math.floor(at / each), request]);
  mixed.sort(([a], [b]) => a - b);

  const failures = [];
  const statuses = {};
  const goodByOperation = {};
  let slowestMs = 0;
  await mapLimited(mixed, atOnce, async ([, request]) => {
    const startedAt = performance.now();
    let problem;
    try {
      const reply = await send(server.address, request);
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
      if (reply.status < 400) goodByOperation[request.operationId] = (goodByOperation[request.operationId] ?? 0) + 1;
      problem = judge(request, reply);
    } catch (error) {
      problem = `no reply: ${error.message}`;
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    if (problem) failures.push({ problem, ...describe(request) });
  });
  const health = await (await fetch(`${server.address}/health`)).json();
  const serverErrors = Object.entries(statuses).reduce((sum, [status, n]) => sum + (status >= 500 ? n : 0), 0);
  const met = failures.length === 0 && serverErrors === 0 && health.status === 'healthy';
  console.log(
    JSON.stringify({
      met,
      requests: mixed.length,
      operations: operations.length,
      neverAnsweredWell: operations
        .map(({ operation }) => operation.operationId)
        .filter((operationId) => !(operationId in goodByOperation)),
      serverErrors,
      failures: failures.length,
      examples: failures.slice(0, 10),
      statuses,
      slowestMs: Math.round(slowestMs),
      health: health.status,
      seed,
    }),
  );
  if (!met) process.exitCode = 1;
} finally {
  agent.destroy();
  await server.close();
  await served.remove();
}
