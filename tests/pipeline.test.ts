/** @file The main job through every room, by the commands a user types, on rendered pictures. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryFolder, startTintype, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let pictures: string;
let workspace: string[];
/** The first model, which most tests ask. */
let trained: Trained;

beforeAll(async () => {
  scratch = await temporaryFolder();
  pictures = join(scratch.path, 'pictures');
  const folder = join(scratch.path, 'workspace');
  workspace = ['--workspace', folder];
  await writePictures(pictures, { count: 150, seed: 5, sizePx: 128, layout: 'folders', dirt: true });
  await tintypeJson(['init', folder]);
  await tintypeJson(['ingest', pictures, ...workspace]);
  trained = await tintypeJson<Trained>(['train', '--seed', '3', ...workspace]);
});

afterAll(() => scratch[Symbol.asyncDispose]());

interface Trained {
  run: string;
  model: string;
  version: number;
  accuracy: number;
  accuracyInterval: [number, number];
  classes: string[];
}

test('a folder of pictures becomes a registered model, and every door gives the same answer', async () => {
  const evaluation = await tintypeJson<{ accuracy: number }>(['evaluate', ...workspace]);
  const folder = join(pictures, 'boxes');
  const file = join(folder, readdirSync(folder).find((name) => name.startsWith('boxes_')) as string);
  const predicted = await tintypeJson<{ probabilities: Record<string, number> }>(['predict', file, ...workspace]);
  await using server = await serve();
  const form = new FormData();
  form.append('file', new Blob([await readFile(file)]), 'x.jpg');
  const served = (await (await fetch(`${server.address}/predict`, { method: 'POST', body: form })).json()) as {
    probabilities: Record<string, number>;
    version: number;
  };

  expect(Object.keys(trained)).toEqual([
    'run',
    'model',
    'version',
    'snapshot',
    'accuracy',
    'accuracyInterval',
    'balancedAccuracy',
    'macroF1',
    'classes',
    'durationMs',
    'filtered',
  ]);
  expect(trained.accuracy).toBeGreaterThan(0.4);
  expect(evaluation.accuracy).toBeCloseTo(trained.accuracy, 6);
  expect(served.version).toBe(trained.version);
  for (const name of trained.classes) {
    expect(Math.abs((served.probabilities[name] as number) - (predicted.probabilities[name] as number))).toBeLessThan(
      1e-5,
    );
  }
});

test('a batch is one row a picture in a table, never written over, and a job that can be looked at and forgotten', async () => {
  const out = join(scratch.path, 'rows für alle.csv');

  const report = await tintypeJson(['predict', join(pictures, 'boxes'), '--out', out, ...workspace]);
  const again = await tintypeProblem(['predict', join(pictures, 'boxes'), '--out', out, ...workspace]);
  const { items } = await tintypeJson<{ items: { id: string; kind: string; status: string }[] }>([
    'jobs',
    ...workspace,
  ]);
  const id = items[0]?.id ?? '';
  const running = await tintypeProblem(['jobs', 'retry', id, ...workspace]);
  await tintypeJson(['jobs', 'drop', id, ...workspace]);

  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  expect(report).toMatchObject({ out, format: 'csv', model: trained.model, pictures: lines.length - 1 });
  expect(lines.length).toBeGreaterThan(20);
  expect(again).toMatchObject({ exitCode: 73, code: 'OUTPUT_EXISTS' });
  expect(items[0]).toMatchObject({ kind: 'predict', status: 'succeeded' });
  expect(running).toMatchObject({ exitCode: 73, code: 'JOB_NOT_ENDED' });
});

test('ingesting the same folder again adds nothing and rejects the same files', async () => {
  const again = await tintypeJson<{ added: number; known: number; rejected: number; seen: number }>([
    'ingest',
    pictures,
    ...workspace,
  ]);
  const issues = await tintypeJson<{ items: { code: string }[] }>([
    'catalog',
    'issues',
    '--kind',
    'rejected-file',
    ...workspace,
  ]);

  expect(again).toMatchObject({ added: 0, rejected: 0 });
  expect(again.known).toBe(again.seen);
  expect(new Set(issues.items.map((issue) => issue.code))).toEqual(
    new Set(['IMAGE_EMPTY', 'IMAGE_TRUNCATED', 'IMAGE_UNRECOGNIZED']),
  );
});

test('the same seed trains the same model, and a second training decodes nothing but the pictures of its proof', async () => {
  const sources = join(workspace[1] as string, '.tintype', 'store', 'sources');
  await rename(sources, `${sources}-away`);
  await bringBackPicturesOfProof(sources);
  const second = await tintypeJson<Trained>(['train', '--seed', '3', '--promote', 'never', ...workspace]);
  await rm(sources, { recursive: true });
  await rename(`${sources}-away`, sources);

  expect(second).toMatchObject({ accuracy: trained.accuracy, accuracyInterval: trained.accuracyInterval });
  expect(second.version).toBe(trained.version + 1);
});

test('k-nearest neighbors trains by the same command, and a model that lacks a class stays behind', async () => {
  const [without = ''] = trained.classes;
  const words = ['train', '--head', 'knn', '--without', without, ...workspace];
  const { exitCode, stdout } = await tintype(words);

  expect(exitCode).toBe(0);
  expect(stdout).toContain(`it cannot answer ${without}, which version 1 can`);
  expect(stdout).toContain('tintype models promote 3 champion --model default');
});

test('promotion is logged, and the log answers what was live', async () => {
  const entry = await tintypeJson<{ previous: number | null; at: number }>([
    'models',
    'promote',
    '1',
    'best',
    '--model',
    'default',
    ...workspace,
  ]);
  const now = await tintypeJson<{ version: number | null }>([
    'models',
    'history',
    'default',
    '--alias',
    'best',
    '--at',
    new Date(entry.at + 1000).toISOString(),
    ...workspace,
  ]);
  const before = await tintypeJson<{ version: number | null }>([
    'models',
    'history',
    'default',
    '--alias',
    'best',
    '--at',
    new Date(entry.at - 60_000).toISOString(),
    ...workspace,
  ]);

  expect(entry.previous).toBeNull();
  expect(now.version).toBe(1);
  expect(before.version).toBeNull();
});

test('an exported bundle holds the graph, the manifest, the parity proof and the model card', async () => {
  const folder = join(scratch.path, 'bundle');
  await tintypeJson(['export', 'default', folder, ...workspace]);

  expect(readdirSync(folder).toSorted()).toEqual([
    'bundle.json',
    'model-card.md',
    'model.onnx',
    'neighbors.safetensors',
    'parity-report.json',
    'parity.json',
  ]);
  const report = JSON.parse(await readFile(join(folder, 'parity-report.json'), 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ top1Agreement: 1, largestDifference: 0 });
});

test.each([
  { words: ['--int8', '--fp16'], code: 'USAGE_INVALID', exitCode: 64 },
  { words: ['--register'], code: 'USAGE_INVALID', exitCode: 64 },
  { words: ['--fp16', '--format', 'hugging-face'], code: 'USAGE_INVALID', exitCode: 64 },
  { words: ['--int8', '--max-drop', 'few'], code: 'USAGE_INVALID', exitCode: 64 },
  { words: ['--int8'], code: 'LIGHT_UNSUPPORTED', exitCode: 65 },
])('a light export with $words of a model on histograms ends with $code', async ({ words, code, exitCode }) => {
  const problem = await tintypeProblem(['export', 'default', join(scratch.path, 'light'), ...words, ...workspace]);

  expect(problem).toMatchObject({ code, exitCode });
});

test('a removed sample is out of the next snapshot and comes back when restored', async () => {
  const page = await tintypeJson<{ items: { id: string }[]; total: number }>([
    'catalog',
    'list',
    '--limit',
    '1',
    ...workspace,
  ]);
  const id = page.items[0]?.id as string;
  await tintypeJson(['catalog', 'remove', id, ...workspace]);
  const without = await tintypeJson<{ total: number }>(['catalog', 'list', '--limit', '1', ...workspace]);
  await tintypeJson(['catalog', 'restore', id, ...workspace]);
  const restored = await tintypeJson<{ total: number }>(['catalog', 'list', '--limit', '1', ...workspace]);

  expect(without.total).toBe(page.total - 1);
  expect(restored.total).toBe(page.total);
});

test('a folder of labeled pictures that the model never saw can be evaluated', async () => {
  const unseen = join(scratch.path, 'unseen');
  await writePictures(unseen, { count: 20, seed: 77, sizePx: 128, layout: 'folders' });
  await mkdir(join(unseen, 'deserts'));
  await writeFile(join(unseen, 'deserts', 'sahara.jpg'), 'nothing');
  const words = ['evaluate', 'default', '--on', unseen, ...workspace];
  const evaluation = await tintypeJson<{ samples: number; confusion: number[][] }>(words);
  const { stdout } = await tintype(words);

  expect(stdout).toContain('1 file not measured');
  expect(stdout).toContain('There is no class "deserts"');
  expect(evaluation.samples).toBe(20);
  expect(evaluation.confusion.flat().reduce((a, b) => a + b)).toBe(20);
});

test.each([
  { words: ['ingest', 'no-such-folder'], exitCode: 66, code: 'SOURCE_NOT_FOUND' },
  { words: ['train', '--nonsense'], exitCode: 64, code: 'USAGE_INVALID' },
  { words: ['train', '--seed', 'many'], exitCode: 64, code: 'USAGE_INVALID' },
  { words: ['train', '--model', 'a b'], exitCode: 64, code: 'VALIDATION_FAILED' },
  { words: ['snapshot', 'list', '--dataset', 'absent'], exitCode: 66, code: 'DATASET_NOT_FOUND' },
  { words: ['models', 'history', 'absent'], exitCode: 66, code: 'MODEL_NOT_FOUND' },
  { words: ['models', 'history', 'x', '--at', '7'], exitCode: 64, code: 'USAGE_INVALID' },
  { words: ['train', '--backbone', 'nothing'], exitCode: 64, code: 'BACKBONE_UNKNOWN' },
  { words: ['train', '--dataset', 'absent'], exitCode: 66, code: 'DATASET_NOT_FOUND' },
  { words: ['train', '--snapshot', 'snap_0000000000000000'], exitCode: 66, code: 'SNAPSHOT_NOT_FOUND' },
  { words: ['train', '--snapshot', 'x', '--dataset', 'default'], exitCode: 64, code: 'USAGE_INVALID' },
  { words: ['evaluate', 'absent'], exitCode: 66, code: 'MODEL_NOT_FOUND' },
  { words: ['catalog', 'remove', 's_00000000000000000000'], exitCode: 66, code: 'SAMPLE_NOT_FOUND' },
])('tintype $words ends with $code and exit code $exitCode', async ({ words, exitCode, code }) => {
  const problem = await tintypeProblem([...words, ...workspace]);

  expect(problem).toMatchObject({ exitCode, code });
  expect(problem.hint.length).toBeGreaterThan(10);
});

test('a workspace with too little in it says what to add', async () => {
  const folder = join(scratch.path, 'little');
  await tintypeJson(['init', folder]);
  const empty = join(scratch.path, 'empty');
  await mkdir(empty);
  const only = join(scratch.path, 'only');
  await writePictures(only, { count: 15, seed: 9, sizePx: 64, layout: 'folders' });
  const at = ['--workspace', folder];

  const noModel = await tintypeProblem(['evaluate', ...at]);
  const emptyFolder = await tintypeProblem(['ingest', empty, ...at]);
  const noPictures = await tintypeProblem(['train', ...at]);
  await tintypeJson(['ingest', join(only, 'boxes'), '--labels', 'filename', ...at]);
  const oneClass = await tintypeProblem(['train', ...at]);
  await tintypeJson([
    'ingest',
    join(only, 'soda-cans', readdirSync(join(only, 'soda-cans'))[0] as string),
    '--labels',
    'filename',
    ...at,
  ]);
  const onePicture = await tintypeProblem(['train', ...at]);

  expect(noModel).toMatchObject({ code: 'MODEL_NONE_YET', exitCode: 66 });
  expect(emptyFolder).toMatchObject({ code: 'SOURCE_EMPTY', exitCode: 65 });
  expect(noPictures).toMatchObject({ code: 'DATASET_EMPTY', exitCode: 65 });
  expect(oneClass).toMatchObject({ code: 'CLASSES_TOO_FEW', exitCode: 65 });
  expect(onePicture).toMatchObject({ code: 'CLASS_TOO_SMALL', exitCode: 65 });
});

test('a workspace that is named is not looked for in the folders above it, and a file is none', async () => {
  const inside = join(workspace[1] as string, 'not-made');
  const file = join(scratch.path, 'file');
  await writeFile(file, '');

  const missed = await tintypeProblem(['catalog', '--workspace', inside]);
  const onFile = await tintypeProblem(['init', file]);
  const unnamed = await tintypeProblem(['init', ''], { cwd: scratch.path });

  expect(missed).toMatchObject({ code: 'WORKSPACE_NOT_FOUND', exitCode: 66 });
  expect(onFile).toMatchObject({ code: 'USAGE_INVALID', exitCode: 64 });
  expect(unnamed).toMatchObject({ code: 'USAGE_INVALID', exitCode: 64 });
});

test('what was answered before a source that is missing is shown', async () => {
  const folder = join(pictures, 'boxes');
  const file = join(folder, readdirSync(folder).find((name) => name.startsWith('boxes_')) as string);

  const { exitCode, stdout, stderr } = await tintype(['predict', file, 'no-such-file', ...workspace]);

  expect(exitCode).toBe(66);
  expect(stdout).toContain('boxes_');
  expect(stderr).toContain('There is no file or folder no-such-file.');
});

test('a broken catalog is named as such and left as it is', async () => {
  const folder = join(scratch.path, 'broken');
  await tintypeJson(['init', folder]);
  const catalog = join(folder, '.tintype', 'catalog.sqlite');
  await writeFile(catalog, 'this is not a database, though it is long enough to be read as one '.repeat(20));
  const problem = await tintypeProblem(['catalog', '--workspace', folder]);

  expect(problem).toMatchObject({ code: 'WORKSPACE_UNREADABLE', exitCode: 78 });
  expect(await readFile(catalog, 'utf8')).toMatch(/^this is not a database/);
});

test('a damaged bundle is refused with the version to go back to', async () => {
  const shown = await tintypeJson<{ bundleHash: string }>(['models', 'show', 'default@2', ...workspace]);
  const graph = join(workspace[1] as string, '.tintype', 'store', 'models', shown.bundleHash, 'model.onnx');
  const bytes = await readFile(graph);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0xff;
  await writeFile(graph, bytes);
  const problem = await tintypeProblem(['export', 'default@2', join(scratch.path, 'nowhere'), ...workspace]);

  expect(problem).toMatchObject({ code: 'BUNDLE_CORRUPT', exitCode: 65 });
});

test.each([
  { words: ['--nonsense'], exitCode: 64 },
  { words: ['--count', 'many'], exitCode: 64 },
  { words: ['--pictures', '/no/such/folder'], exitCode: 66 },
])('the demo refuses $words before it builds anything', ({ words, exitCode }) => {
  const script = join(repositoryFolder, 'scripts/demo.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' });

  expect(status).toBe(exitCode);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: /);
  expect(stderr).not.toContain('    at ');
});

test('without --json a failure is three lines and no stack', async () => {
  const { exitCode, stdout, stderr } = await tintype(['train', '--workspace', join(scratch.path, 'absent')]);

  expect(exitCode).toBe(66);
  expect(stdout).toBe('');
  expect(
    stderr
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0]),
  ).toEqual(['error', 'code', 'next']);
});

/** A server on a free port over the test's workspace, stopped with the test. */
async function serve(): Promise<AsyncDisposable & { address: string }> {
  const child = startTintype(['serve', '--port', '0', '--json', ...workspace]);
  const address = await new Promise<string>((found, failed) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) found((JSON.parse(text.split('\n')[0] as string) as { address: string }).address);
    });
    child.on('exit', (code) => failed(new Error(`the server ended with ${code}`)));
  });
  const started = performance.now();
  while (performance.now() - started < 20_000) {
    const health = (await (await fetch(`${address}/health`)).json()) as { model_loaded: boolean };
    if (health.model_loaded) break;
  }
  return {
    address,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((done) => {
        child.on('exit', done);
      });
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The originals that registration asks the loaded bundle about again; equal seeds ask about the same. */
async function bringBackPicturesOfProof(sources: string): Promise<void> {
  const { bundleHash } = await tintypeJson<{ bundleHash: string }>(['models', 'show', 'default@1', ...workspace]);
  const proof = join(sources, '..', 'models', bundleHash, 'parity.json');
  const { samples } = JSON.parse(await readFile(proof, 'utf8')) as { samples: { contentHash: string }[] };
  for (const { contentHash } of samples) {
    const path = join(contentHash.slice(0, 2), contentHash);
    await cp(join(`${sources}-away`, path), join(sources, path));
  }
}
