/** @file The hub against a real HTTP server that cuts, stalls, lies and fails. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeHub, type FakeRepository, startFakeHub } from './fake-hub.ts';
import { type HubOptions, openHub } from './open-hub.ts';

const model = randomBytes(600_000);
const modelHash = createHash('sha256').update(model).digest('hex');
const config = new TextEncoder().encode('{"size": 224}');
const commit = 'a'.repeat(40);
const reference = { repository: 'acme/eyes', revision: 'main' };

let hub: FakeHub;
let repositories: Record<string, FakeRepository>;
let cacheFolder: string;

beforeEach(async () => {
  repositories = {
    'acme/eyes': {
      commit,
      license: 'apache-2.0',
      files: { 'onnx/model.onnx': model, 'preprocessor_config.json': config },
      large: ['onnx/model.onnx'],
    },
    'acme/empty': { commit, files: { 'README.md': config } },
  };
  hub = await startFakeHub(repositories);
  cacheFolder = await mkdtemp(join(tmpdir(), 'tintype-hub-'));
});

afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(cacheFolder, { recursive: true });
});

const aHub = (options: Partial<HubOptions> = {}) =>
  openHub({ cacheFolder, endpoint: hub.endpoint, retryDelayMs: 1, attempts: 3, stallMs: 2000, ...options });

/** Files of the cache that look finished: not in the folder of partial ones. */
async function finishedFiles(): Promise<string[]> {
  const entries = await readdir(cacheFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.partial') && !entry.name.endsWith('.json'))
    .map((entry) => entry.name)
    .filter((name) => name !== 'main');
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof TintypeError ? error.code : `other: ${String(error)}`),
  );

test('the default model is downloaded, verified and pinned to the commit of its branch', async () => {
  const progress: number[] = [];

  const file = await aHub().fetchFile(reference, { onProgress: (done) => progress.push(done) });

  expect(file).toMatchObject({ sha256: modelHash, revision: commit, license: 'apache-2.0' });
  expect(model.equals(await readFile(file.path))).toBe(true);
  expect(progress.at(-1)).toBe(model.length);
  expect(await readdir(join(cacheFolder, '.partial'))).toEqual([]);
});

test('a cached commit needs no network at all', async () => {
  await aHub().fetchFile({ ...reference, revision: commit });
  const asked = hub.requests.length;

  const again = await aHub().fetchFile({ ...reference, revision: commit });

  expect(again.sha256).toBe(modelHash);
  expect(hub.requests).toHaveLength(asked);
});

test('a branch that moved gives the new file', async () => {
  const first = await aHub().fetchFile(reference);
  const moved = new TextEncoder().encode('a newer model');
  repositories['acme/eyes'] = { commit: 'b'.repeat(40), files: { 'model.onnx': moved }, large: ['model.onnx'] };

  const second = await aHub().fetchFile(reference);

  expect(second.revision).toBe('b'.repeat(40));
  expect(second.sha256).not.toBe(first.sha256);
});

test('an unreachable hub gives what a branch last stood for', async () => {
  await aHub().fetchFile(reference);
  hub.down = 503;

  expect(await aHub().fetchFile(reference)).toMatchObject({ sha256: modelHash, revision: commit });
});

test('a cut download goes on where it stopped', async () => {
  hub.faults.push({ kind: 'cut', afterBytes: 200_000 });

  const file = await aHub().fetchFile(reference);

  const ranges = hub.requests.filter((request) => request.includes('/storage/')).map((r) => r.split(' ')[2] ?? 'all');
  expect(ranges[0]).toBe('all');
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  expect(file.sha256).toBe(modelHash);
});

test('a download that ran out of attempts keeps its part for the next start, and nothing half is in the cache', async () => {
  hub.faults.push(
    { kind: 'cut', afterBytes: 100_000 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 503 },
  );

  expect(await codeOf(aHub().fetchFile(reference))).toBe('HUB_UNREACHABLE');

  expect(await finishedFiles()).toEqual([]);
  const before = hub.requests.length;
  expect((await aHub().fetchFile(reference)).sha256).toBe(modelHash);
  expect(hub.requests.slice(before).some((request) => /\/storage\/.* bytes=[1-9]\d*-$/.test(request))).toBe(true);
});

test('the part that a killed process holds is taken over', async () => {
  hub.faults.push({ kind: 'cut', afterBytes: 300_000 });
  await codeOf(aHub({ attempts: 1 }).fetchFile(reference));
  const folder = join(cacheFolder, '.partial');
  const [name = ''] = await readdir(folder);
  const part = await readFile(join(folder, name));
  await rm(join(folder, name));
  await writeFile(join(folder, `${name}.${2 ** 22 + 1}.00000000`), part);
  const before = hub.requests.length;

  const file = await aHub().fetchFile(reference);

  expect(file.sha256).toBe(modelHash);
  expect(hub.requests.slice(before).at(-1)).toMatch(/bytes=[1-9]\d*-$/);
  expect(await readdir(folder)).toEqual([]);
});

test('a server that ignores the range is read anew', async () => {
  hub.faults.push({ kind: 'cut', afterBytes: 200_000 }, { kind: 'ignore-range' });

  expect((await aHub().fetchFile(reference)).sha256).toBe(modelHash);
});

test('a connection that stalls is given up and tried again', async () => {
  hub.faults.push({ kind: 'stall', afterBytes: 50_000 });

  expect((await aHub({ stallMs: 100 }).fetchFile(reference)).sha256).toBe(modelHash);
});

test('a file with another hash than promised is thrown away', async () => {
  hub.faults.push({ kind: 'wrong-bytes' });

  expect(await codeOf(aHub().fetchFile(reference))).toBe('HUB_HASH_MISMATCH');

  expect(await finishedFiles()).toEqual([]);
  expect(await readdir(join(cacheFolder, '.partial'))).toEqual([]);
  expect((await aHub().fetchFile(reference)).sha256).toBe(modelHash);
});

test('a small file is checked against the hash of its git blob', async () => {
  const side = { ...reference, file: 'preprocessor_config.json' };
  hub.faults.push({ kind: 'wrong-bytes' });

  expect(await codeOf(aHub().findFile(side))).toBe('HUB_HASH_MISMATCH');
  const found = await aHub().findFile(side);
  expect(found && (await readFile(found.path, 'utf8'))).toBe('{"size": 224}');
});

test('a cached file that was damaged on disk is downloaded again', async () => {
  const { path } = await aHub().fetchFile(reference);
  await writeFile(path, model.subarray(0, 1000));

  const again = await aHub().fetchFile(reference);

  expect(model.equals(await readFile(again.path))).toBe(true);
});

test('what the repository does not have is missing, not an empty file', async () => {
  expect(await codeOf(aHub().fetchFile({ repository: 'acme/empty', revision: 'main' }))).toBe('HUB_FILE_MISSING');
  expect(await codeOf(aHub().fetchFile({ repository: 'acme/nobody', revision: 'main' }))).toBe('HUB_FILE_MISSING');
  expect(await aHub().findFile({ ...reference, file: 'config.json' })).toBeUndefined();
});

test('a hub that is down is said so after the attempts, also half-way', async () => {
  hub.down = 503;
  expect(await codeOf(aHub().fetchFile(reference))).toBe('HUB_UNREACHABLE');
  hub.down = undefined;
  hub.faults.push(...[1, 2, 3].map(() => ({ kind: 'status', status: 503 }) as const));
  expect(await codeOf(aHub().fetchFile(reference))).toBe('HUB_UNREACHABLE');
  expect(await codeOf(aHub({ endpoint: 'http://127.0.0.1:9' }).fetchFile({ ...reference, revision: 'v2' }))).toBe(
    'HUB_UNREACHABLE',
  );
});

test('a hub that does not answer in time is unreachable', async () => {
  const silent = await import('node:http').then(({ createServer }) =>
    createServer(() => undefined).listen(0, '127.0.0.1'),
  );
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };

  expect(await codeOf(aHub({ endpoint: `http://127.0.0.1:${port}`, answerMs: 50 }).fetchFile(reference))).toBe(
    'HUB_UNREACHABLE',
  );

  silent.closeAllConnections();
  silent.close();
});

test('a cancelled download says so and keeps its part', async () => {
  const controller = new AbortController();
  hub.faults.push({ kind: 'stall', afterBytes: 50_000 });

  const fetching = aHub().fetchFile(reference, { signal: controller.signal, onProgress: () => controller.abort() });

  expect(await codeOf(fetching)).toBe('CANCELLED');
  expect(await readdir(join(cacheFolder, '.partial'))).toHaveLength(1);
});

test.each([
  { repository: '../escape', revision: 'main' },
  { repository: 'acme/..', revision: 'main' },
  { repository: 'acme/eyes/more', revision: 'main' },
  { repository: 'acme/eyes', revision: '../../x' },
  { repository: 'acme/eyes', revision: 'main', file: '../../etc/passwd' },
  { repository: 'acme/eyes', revision: 'main', file: '/etc/passwd' },
])('a reference that would leave the cache is refused: %o', async (bad) => {
  expect(await codeOf(aHub().fetchFile(bad))).toBe('USAGE_INVALID');
  expect(hub.requests).toEqual([]);
});
