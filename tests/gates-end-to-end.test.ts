/** @file Gates kept by training, judged by the server and by the command line alike; and the training pictures nearest to a picture. */
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningServer, startServer } from '@tintype/server/start-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, tintype, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';
import { aPicture } from './server-workspace.ts';

let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
let workspace: string;
let server: RunningServer;
let known: string;

beforeAll(async () => {
  scratch = await temporaryFolder();
  workspace = join(scratch.path, 'workspace');
  const pictures = join(scratch.path, 'pictures');
  await writePictures(pictures, { count: 160, seed: 3, sizePx: 96, layout: 'folders' });
  const [className = ''] = readdirSync(pictures);
  known = join(pictures, className, readdirSync(join(pictures, className))[0] ?? '');
  await tintype(['init', workspace]);
  await tintypeJson(['ingest', pictures, '--labels', 'folder', '--workspace', workspace]);
  await tintypeJson(['train', '--gate', 'min-size=48', 'unknown=0.9', '--workspace', workspace]);
  await appendFile(join(workspace, 'tintype.yaml'), '\nserve: { gates: [confidence=0.1] }\n');
  await writeFile(join(scratch.path, 'tiny.png'), aPicture({ widthPx: 40, heightPx: 90 }));
  await writeFile(join(scratch.path, 'strange.png'), aPicture({ widthPx: 90, heightPx: 90, color: [255, 0, 255] }));
  server = await startServer({ workspaceFolder: workspace, port: 0, children: 1, logLevel: 'error' });
}, 120_000);
afterAll(async () => {
  await server.close();
  await scratch[Symbol.asyncDispose]();
});

async function ask(path: string, query = ''): Promise<Record<string, unknown>> {
  const headers = { 'content-type': path.endsWith('.png') ? 'image/png' : 'image/jpeg' };
  const body = readFileSync(path);
  const response = await fetch(`${server.address}/predict${query}`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

test('what is too small, or like nothing that was trained on, is refused; what was trained on is answered', async () => {
  const [tiny, strange, own] = [
    await ask(join(scratch.path, 'tiny.png')),
    await ask(join(scratch.path, 'strange.png')),
    await ask(known),
  ];

  expect(tiny).toMatchObject({ prediction: null, reason: 'TOO_SMALL' });
  expect(strange).toMatchObject({
    prediction: null,
    reason: 'UNKNOWN',
    error: 'The image shows nothing that the model was trained on. Please use an image of what it classifies.',
  });
  expect(own).toMatchObject({ error: null });
});

test('the command line answers as the server does, refusals too', { timeout: 60_000 }, async () => {
  const paths = [join(scratch.path, 'tiny.png'), join(scratch.path, 'strange.png'), known];

  const { stdout } = await tintype(['predict', ...paths, '--json', '--workspace', workspace]);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

  for (const [n, path] of paths.entries()) {
    const { request_id: _requestId, ...served } = await ask(path);
    const { path: _path, ...own } = rows[n] as Record<string, unknown>;
    expect(own).toEqual(served);
  }
});

test('the nearest training pictures are told where they are asked for, with refusals by the model too', async () => {
  const [explained, plain, strange] = [
    await ask(known, '?explain=neighbors'),
    await ask(known),
    await ask(join(scratch.path, 'strange.png'), '?explain=neighbors'),
  ];

  const neighbors = explained.neighbors as { class: string; similarity: number; thumbnail: string }[];
  const thumbnail = await fetch(`${server.address}${neighbors[0]?.thumbnail}`);
  expect(neighbors).toHaveLength(5);
  expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
  expect(neighbors.every(({ similarity }) => similarity <= 1.0001)).toBe(true);
  expect(neighbors.map(({ similarity }) => similarity)).toEqual(
    neighbors.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
  );
  expect(plain).not.toHaveProperty('neighbors');
  expect(strange.neighbors).toHaveLength(5);
});

test('a gate that is none is refused by the command', async () => {
  const { exitCode, stderr } = await tintype(['train', '--gate', 'sharpness=1', '--workspace', workspace]);

  expect(exitCode).toBe(64);
  expect(stderr).toContain('is not a gate');
});
