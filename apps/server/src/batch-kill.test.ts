/** @file A batch killed with SIGKILL at every step that must not be half done ends as one that was never killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPublishedVersion } from './testing/a-server.ts';

const entry = fileURLToPath(new URL('./fixtures/run-batch.mjs', import.meta.url));
const pictures = 100;

let folder: string;
let home: string;
let expected: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-batch-kill-'));
  home = await initWorkspace(join(folder, 'workspace'));
  const workspace = await openWorkspace({ folder: home });
  const version = await aPublishedVersion(workspace);
  // Its folder must be there; nobody looks into it.
  await workspace.store.put(`models/${version.bundleHash}/bundle.json`, Buffer.from('{}'));
  await workspace[Symbol.asyncDispose]();
  await mkdir(join(folder, 'photos'));
  for (let n = 0; n < pictures; n += 1) await writeFile(join(folder, 'photos', `${n}.jpg`), `picture ${n}`);
  await run('expected.jsonl');
  expected = await readFile(join(folder, 'expected.jsonl'), 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The signal that ended it. */
async function run(out: string, crashAt?: string): Promise<NodeJS.Signals | null> {
  const env = { ...process.env, ...(crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt }) };
  const words = [entry, home, join(folder, 'photos'), join(folder, out)];
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal === null && exitCode !== 0) throw new Error(`the batch ended with ${exitCode}`);
  return signal;
}

test.each(['batch.listing:2', 'batch.listed', 'batch.answered:2', 'batch.joining', 'batch.joined', 'batch.cleaned'])(
  'killed at %s',
  { timeout: 20_000 },
  async (point) => {
    const out = `${point.replace(':', '-')}.jsonl`;

    const signal = await run(out, point);
    const isEarly = !['batch.joined', 'batch.cleaned'].includes(point);
    const before = (await readdir(folder)).includes(out);
    await run(out);

    expect([signal, before]).toEqual(['SIGKILL', !isEarly]);
    expect(await readFile(join(folder, out), 'utf8')).toBe(expected);
    expect((await readdir(folder)).filter((name) => /^\.?batch\..*\.(?:parts|part)$/.test(name))).toEqual([]);
  },
);
