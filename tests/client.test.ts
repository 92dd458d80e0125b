/** @file The client and the commands that use it against a real server: predictions from afar, every endpoint once. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@tintype/client/create-client';
import { type RunningServer, startServer } from '@tintype/server/start-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { aPicture, aServedWorkspace, type ServedWorkspace } from './server-workspace.ts';

let served: ServedWorkspace;
let server: RunningServer;
let folder: string;
beforeAll(async () => {
  served = await aServedWorkspace();
  await served.publish([0, 2]);
  server = await startServer({ workspaceFolder: served.folder, port: 0, children: 1, logLevel: 'error' });
  folder = await mkdtemp(join(tmpdir(), 'tintype-client-'));
  await writeFile(join(folder, 'a.png'), aPicture());
  await writeFile(join(folder, 'b.png'), aPicture().subarray(0, 60));
});
afterAll(async () => {
  await server.close();
  await served[Symbol.asyncDispose]();
});

test('the client asks a real server for predictions, and for anything else by its name', async () => {
  const client = createClient({ server: server.address });

  const one = await client.predict(aPicture(), { top: 1 });
  const several = await client.predictBatch([
    { name: 'a.png', bytes: aPicture() },
    { name: 'b.png', bytes: new Blob(['no picture']) },
  ]);
  const { items } = await client.call('listModels', {});

  expect(one).toMatchObject({ prediction: 'light', probabilities: { light: expect.any(Number) } });
  expect(several.map(({ prediction, reason }) => prediction ?? reason)).toEqual(['light', 'IMAGE_UNRECOGNIZED']);
  expect(items.map(({ name }) => name)).toEqual(['shades']);
});

test('tintype predict --server answers as it does at home: a bad picture is a row', async () => {
  const { stdout } = await tintype(['predict', folder, '--server', server.address, '--json']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; prediction: string | null; reason?: string });

  expect(rows.map(({ path, prediction, reason }) => [path, prediction ?? reason])).toEqual([
    ['a.png', 'light'],
    ['b.png', 'IMAGE_TRUNCATED'],
  ]);
});

test('a server that is not there, is none, or refuses is said in three lines', async () => {
  const file = join(folder, 'a.png');

  expect(await tintypeProblem(['predict', file, '--server', 'http://127.0.0.1:1'])).toMatchObject({
    exitCode: 69,
    code: 'SERVER_UNREACHABLE',
  });
  expect(await tintypeProblem(['predict', file, '--server', 'ftp://a'])).toMatchObject({
    exitCode: 64,
    code: 'USAGE_INVALID',
  });
  expect(await tintypeProblem(['predict', file, '--server', server.address, '--model', 'none'])).toMatchObject({
    exitCode: 69,
    code: 'SERVER_REFUSED',
    detail: expect.stringContaining('MODEL_NOT_FOUND'),
  });
  expect(await tintypeProblem(['smoke', 'http://127.0.0.1:1'])).toMatchObject({
    exitCode: 69,
    code: 'SERVER_UNREACHABLE',
  });
});

test('tintype smoke asks every endpoint, finds all well, and changes nothing', async () => {
  const before = await served.workspace.catalog.registryVersion();

  const report = (await tintypeJson(['smoke', server.address])) as {
    ok: boolean;
    checks: { check: string; outcome: string; durationMs: number; note: string }[];
  };

  expect(report.checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.checks.length).toBeGreaterThan(40);
  expect(await served.workspace.catalog.registryVersion()).toBe(before);
  expect(await served.workspace.queue.list()).toEqual([]);
});

test('tintype smoke fails where something does not answer as it should', async () => {
  const empty = await aServedWorkspace();
  await using bare = await startServer({ workspaceFolder: empty.folder, port: 0, children: 1, logLevel: 'error' });

  const { exitCode, stdout } = await tintype(['smoke', bare.address]);
  await bare.close();
  await empty[Symbol.asyncDispose]();

  expect(exitCode).toBe(69);
  expect(stdout).toMatch(/predict +POST \/predict +failed +[\d.]+ +503 MODEL_NOT_SERVED/);
}, 60_000);

test('what is generated from the API is what its script makes', async () => {
  const script = join(import.meta.dirname, '../scripts/generate-reference.mjs');

  const { stdout } = await promisify(execFile)(process.execPath, [script, '--check']);

  expect(stdout).toContain('up to date');
});
