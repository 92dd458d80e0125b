/** @file Copies of a bucket's objects on this machine: how many stay, and which. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openS3Bucket } from '../buckets/open-s3-bucket.ts';
import { startFakeS3 } from '../buckets/testing/fake-s3.ts';
import { LocalCopies } from './local-copies.ts';
import { openRemoteStore } from './open-remote-store.ts';

/** Of a process that has ended. */
const deadProcess = spawnSync(process.execPath, ['--version']).pid;

function aCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-copies-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** 1,000 bytes that were used so many minutes ago. */
function aCopy(cacheFolder: string, name: string, minutesAgo: number): void {
  const folder = join(cacheFolder, 'objects', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), new Uint8Array(1000));
  const at = Date.now() / 1000 - minutesAgo * 60;
  utimesSync(folder, at, at);
}

const left = (cacheFolder: string): string[] =>
  ['models', 'pixels'].flatMap((kind) =>
    existsSync(join(cacheFolder, 'objects', kind))
      ? readdirSync(join(cacheFolder, 'objects', kind)).map((name) => `${kind}/${name}`)
      : [],
  );

test('what was not used for the longest goes first, until the rest fits', async () => {
  const cacheFolder = aCache();
  aCopy(cacheFolder, 'models/old', 50);
  aCopy(cacheFolder, 'pixels/older', 60);
  aCopy(cacheFolder, 'models/new', 1);
  aCopy(cacheFolder, 'pixels/middle', 20);

  await new LocalCopies({ cacheFolder, limitBytes: 2500 }).trim();

  expect(left(cacheFolder)).toEqual(['models/new', 'pixels/middle']);
  expect(readdirSync(cacheFolder)).toEqual(['objects']);
});

test('what a running process has asked for stays, however old and large; what an ended one has asked for goes', async () => {
  const cacheFolder = aCache();
  aCopy(cacheFolder, 'models/served', 60);
  aCopy(cacheFolder, 'models/ended', 50);
  aCopy(cacheFolder, 'models/new', 1);
  await new LocalCopies({ cacheFolder, limitBytes: 0, processId: process.ppid }).use('models/served/');
  await new LocalCopies({ cacheFolder, limitBytes: 0, processId: deadProcess }).use('models/ended/');

  await new LocalCopies({ cacheFolder, limitBytes: 0 }).trim();

  expect(left(cacheFolder)).toEqual(['models/served']);
  expect(readdirSync(join(cacheFolder, 'uses'))).toHaveLength(1);
});

test('what killed downloads left goes after a day', async () => {
  const cacheFolder = aCache();
  const dayAgo = Date.now() / 1000 - 90_000;
  for (const name of ['12-0123456789ab', '13-0123456789ab', 'notes.txt']) writeFileSync(join(cacheFolder, name), 'x');
  for (const name of ['12-0123456789ab', 'notes.txt']) utimesSync(join(cacheFolder, name), dayAgo, dayAgo);

  await new LocalCopies({ cacheFolder, limitBytes: 0 }).trim();

  expect(readdirSync(cacheFolder)).toEqual(['13-0123456789ab', 'notes.txt']);
});

test('a store in a bucket keeps its copies below the limit, and downloads again what went', async () => {
  await using cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const address = { scheme: 's3', bucket: 'photos', prefix: '' } as const;
  const bucket = await openS3Bucket({ address, settings: { endpoint: cloud.endpoint } });
  const cacheFolder = aCache();
  aCopy(cacheFolder, 'models/before', 10);
  cloud.put('photos/models/a/model.onnx', new Uint8Array(800));
  cloud.put('photos/models/before/model.onnx', new Uint8Array(1000));
  const store = await openRemoteStore({ bucket, cacheFolder, cacheBytes: 1500 });

  await store.localFolder('models/a/');
  const afterFirst = left(cacheFolder);
  await store.localFolder('models/before/');

  expect([afterFirst, left(cacheFolder)]).toEqual([['models/a'], ['models/a', 'models/before']]);
});
