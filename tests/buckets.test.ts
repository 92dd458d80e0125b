/** @file Pictures and bytes in buckets, by the commands a user types: sync, train, predict and the drop zone, with nothing but a catalog on this machine. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { startFakeSqs } from '@tintype/adapters/notifications/testing/fake-sqs';
import { s3Message } from '@tintype/adapters/notifications/testing/messages';
import type { DropReport } from '@tintype/contracts/drop';
import type { SyncReport } from '@tintype/contracts/sync';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTintype, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let cloud: FakeCloud;
let workspace: string[];
/** Keys of the pictures, below `in/`. */
let keys: string[];

beforeAll(async () => {
  scratch = await temporaryFolder();
  cloud = await startFakeS3();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', cloud.endpoint);
  vi.stubEnv('TINTYPE_STORE', 's3://photos/tintype');
  const pictures = join(scratch.path, 'pictures');
  await writePictures(pictures, { count: 60, seed: 5, sizePx: 64, layout: 'folders' });
  keys = readdirSync(pictures, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jpg|png)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(pictures.length + 1));
  for (const key of keys) cloud.put(`photos/in/${key}`, readFileSync(join(pictures, key)));
  workspace = ['--workspace', join(scratch.path, 'workspace')];
  await tintypeJson(['init', join(scratch.path, 'workspace')]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

const syncWords = ['sync', 's3://photos/in'];

test('a bucket becomes a dataset and a model, with all bytes in a bucket', { timeout: 120_000 }, async () => {
  const first = await tintypeJson<SyncReport>([...syncWords, ...workspace]);
  const again = await tintypeJson<SyncReport>([...syncWords, ...workspace]);
  const trained = await tintypeJson<{ model: string; version: number }>(['train', '--seed', '3', ...workspace]);
  const predicted = await tintypeJson<{ path: string; prediction: string }>([
    'predict',
    `s3://photos/in/${keys[0]}`,
    ...workspace,
  ]);

  expect(first).toMatchObject({ listed: keys.length, added: keys.length, rejected: 0 });
  expect(again).toMatchObject({ unchanged: keys.length, added: 0 });
  expect(trained.version).toBe(1);
  expect(predicted.prediction).toEqual(expect.any(String));
  const kept = [...cloud.objects.keys()].filter((path) => path.startsWith('photos/tintype/'));
  expect(new Set(kept.map((path) => path.split('/')[2]))).toEqual(
    new Set(['embeddings', 'models', 'snapshots', 'sources', 'thumbs']),
  );
  expect(existsSync(join(scratch.path, 'workspace/.tintype/store'))).toBe(false);
});

test('what changes in the bucket is told in words', async () => {
  const key = keys[0] as string;
  cloud.put(`photos/in/${key}`, cloud.objects.get(`photos/in/${keys[1]}`)?.bytes ?? '');
  cloud.objects.delete(`photos/in/${keys[2]}`);

  const { stdout, exitCode } = await tintype([...syncWords, ...workspace]);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/"default" follows s3:\/\/photos\/in\/: 59 objects/);
  expect(stdout).toMatch(/changed +1\n/);
  expect(stdout).toMatch(/deleted +1\n/);
  expect(stdout).toContain('tintype catalog issues');
});

test('a drop zone is emptied, and what is refused is beside it', async () => {
  cloud.put('photos/tintype/upload/glass_new ü+.jpg', cloud.objects.get(`photos/in/${keys[3]}`)?.bytes ?? '');
  cloud.put('photos/tintype/upload/notes.txt', 'a note');

  const report = await tintypeJson<DropReport>([
    'drop',
    '--dataset',
    'dropped',
    '--labels',
    'filename',
    '--npy',
    '16',
    ...workspace,
  ]);

  expect(report).toMatchObject({ seen: 2, added: 1, rejected: 1, classes: { glass: 1 } });
  const left = [...cloud.objects.keys()].filter((path) => /upload|rejected|numpy/.test(path));
  expect(left.toSorted()).toEqual([
    expect.stringMatching(/^photos\/tintype\/numpy\/[0-9a-f]{64}\.npy$/),
    'photos/tintype/rejected/notes.txt',
    'photos/tintype/rejected/notes.txt.reason.json',
  ]);
});

test('a bucket is watched until Ctrl+C', async () => {
  const watching = startTintype([
    ...syncWords,
    '--dataset',
    'watched',
    '--watch',
    '--every',
    '1',
    '--json',
    ...workspace,
  ]);
  const reports: SyncReport[] = [];
  const seen = new Promise<void>((resolve) => {
    watching.stdout.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split('\n')) reports.push(JSON.parse(line) as SyncReport);
      if (reports.length === 1)
        cloud.put('photos/in/glass/another.jpg', cloud.objects.get(`photos/in/${keys[5]}`)?.bytes ?? '');
      else resolve();
    });
  });
  await seen;
  watching.kill('SIGINT');
  await new Promise((resolve) => watching.once('close', resolve));

  expect(reports[0]?.added).toBeGreaterThan(50);
  expect(reports[1]).toMatchObject({ duplicates: 1, added: 0 });
});

test('a drop zone follows the notifications of its bucket until Ctrl+C', async () => {
  await using sqs = await startFakeSqs();
  const words = ['drop', 's3://photos/zone', '--dataset', 'notified', '--queue', sqs.url, '--json', ...workspace];
  const watching = startTintype(words);
  let [told, problems] = ['', ''];
  watching.stderr.on('data', (chunk: Buffer) => {
    problems += chunk.toString();
  });
  const seen = new Promise<void>((resolve) => {
    watching.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('\n')) resolve();
    });
  });
  // The first look at everything is over when the queue is asked.
  await vi.waitFor(() => expect(sqs.cloud.requests.length).toBeGreaterThan(0), 20_000);
  cloud.put('photos/zone/a b+ü.jpg', cloud.objects.get(`photos/in/${keys[8]}`)?.bytes ?? '');
  const message = s3Message({ bucket: 'photos', key: 'zone/a b+ü.jpg' });
  for (const body of [message, message, s3Message({ bucket: 'photos', key: 'tintype/sources/x' })])
    sqs.queue.send(body);
  await Promise.race([seen, new Promise((resolve) => watching.once('close', resolve))]);
  await vi.waitFor(() => expect(sqs.queue.size).toBe(0), 10_000);
  watching.kill('SIGINT');
  const [exitCode] = (await once(watching, 'close')) as [number];

  expect([exitCode, problems]).toEqual([0, '']);
  expect(JSON.parse(told)).toMatchObject({ seen: 1, added: 1 });
  expect(cloud.objects.has('photos/zone/a b+ü.jpg')).toBe(false);
});

test('classes come from a table at the place', async () => {
  cloud.put('photos/table/a.jpg', cloud.objects.get(`photos/in/${keys[6]}`)?.bytes ?? '');
  cloud.put('photos/table/sub/ü +.jpg', cloud.objects.get(`photos/in/${keys[7]}`)?.bytes ?? '');
  cloud.put('photos/table/metadata.csv', 'file_name,label\n./a.jpg,glass\n"sub/ü +.jpg","soda, can"\n');
  const words = ['sync', 's3://photos/table', '--labels', 'metadata', '--dataset', 'table', ...workspace];

  const report = await tintypeJson<SyncReport>(words);
  cloud.put('photos/table/metadata.csv', 'no,columns\n1,2\n');
  const problem = await tintypeProblem(words);

  expect(report).toMatchObject({ listed: 2, added: 2, classes: { glass: 1, 'soda, can': 1 } });
  expect(problem).toMatchObject({ code: 'USAGE_INVALID', exitCode: 64 });
});

test.each([
  [['sync', 's3://nowhere/in'], 'BUCKET_DENIED', 78],
  [['sync', '/a/folder'], 'USAGE_INVALID', 64],
  [['ingest', 's3://-/in'], 'USAGE_INVALID', 64],
  [['ingest', 's3://photos/empty'], 'SOURCE_EMPTY', 65],
  [['drop', 's3://photos'], 'USAGE_INVALID', 64],
  [['drop', 's3://photos/zone', '--queue', 'uploads'], 'USAGE_INVALID', 64],
  [['sync', 's3://photos/in', '--subscription', 'projects/p/subscriptions/s'], 'USAGE_INVALID', 64],
  [['sync', 'gs://photos/in', '--subscription', 'uploads'], 'USAGE_INVALID', 64],
])('%j ends with %s and %i', async (words, code, exitCode) => {
  expect(await tintypeProblem([...words, ...workspace])).toMatchObject({ code, exitCode });
});

test('a workspace whose bucket cannot be reached says so at once', async () => {
  vi.stubEnv('TINTYPE_STORE', 's3://nowhere/tintype');
  const problem = await tintypeProblem(['ingest', join(scratch.path, 'pictures'), ...workspace]);
  vi.stubEnv('TINTYPE_STORE', 's3://photos/tintype');

  expect(problem).toMatchObject({ code: 'BUCKET_DENIED', exitCode: 78 });
  expect(problem.detail).toContain('there is no bucket of this name');
});
