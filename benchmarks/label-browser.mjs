/** @file For benchmarks of the Label screen: a served workspace of unlabeled pictures, which can be killed and started again, and a browser. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runnerImport } from 'vite';

const root = resolve(import.meta.dirname, '..');
const entry = join(root, 'apps/cli/bin/tintype.js');
const config = { configFile: false, resolve: { conditions: ['tintype-source'] }, logLevel: 'error' };

/** A module of the sources, in TypeScript. */
export const load = async (path) => (await runnerImport(join(root, path), config)).module;

function start(words) {
  const env = { ...process.env, NO_COLOR: '1' };
  delete env.TINTYPE_WORKSPACE;
  return spawn(process.execPath, [entry, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function run(words) {
  const child = start(words);
  child.stdout.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`tintype ${words.join(' ')} ended with ${code}`);
}

async function addressOf(child) {
  const [line] = await once(child.stdout, 'data');
  return JSON.parse(String(line)).address;
}

/** `fill(folder)` writes the pictures. Classes are named; no picture has one. */
export async function serveUnlabeled({ fill, classes }) {
  const scratch = await mkdtemp(join(tmpdir(), 'tintype-label-bench-'));
  const workspace = join(scratch, 'heap');
  const pictures = await fill(join(scratch, 'pictures'));
  const words = ['--workspace', workspace, '--json'];
  await run(['init', workspace, '--json']);
  await run(['ingest', pictures, '--labels', 'none', ...words]);
  let child = start(['serve', '--port', '0', ...words]);
  const address = await addressOf(child);
  const post = async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  for (const name of classes) await post('/api/classes/changes', { kind: 'add', name });
  const get = async (path) => (await fetch(address + path)).json();
  /** The engine has its pictures: nobody is timed before. */
  const whenReady = async () => {
    while (!(await get('/api/label/next?count=1')).items) await new Promise((done) => setTimeout(done, 300));
  };
  await whenReady();
  return {
    address,
    get,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async startAgain() {
      child = start(['serve', '--port', new URL(address).port, ...words]);
      await addressOf(child);
      await whenReady();
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** Id of the picture on the light table; undefined while there is none. */
export const shownId = (page) =>
  page.evaluate(() => {
    const url = document.querySelector('[data-shown] img')?.getAttribute('src') ?? '';
    return /s_[0-9a-f]{20}/.exec(url)?.[0];
  });
