/** @file The built command, run as a user runs it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CommandHost, type Finished, openCommandHost } from './command-host.ts';

export const repositoryFolder = resolve(import.meta.dirname, '..');
const entry = join(repositoryFolder, 'apps/cli/bin/tintype.js');

/** This process's, without colors and without a workspace of its own. */
function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' };
  delete env.TINTYPE_WORKSPACE;
  delete env.FORCE_COLOR;
  return env;
}

/** Starts `tintype` with these words. */
export function startTintype(args: readonly string[], options: { cwd?: string } = {}) {
  return spawn(process.execPath, [entry, ...args], {
    cwd: options.cwd ?? repositoryFolder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function tintype(args: readonly string[], options: { cwd?: string } = {}): Promise<Finished> {
  const child = startTintype(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exitCode = await new Promise<number | null>((done) => {
    child.on('close', done);
  });
  return { exitCode, stdout, stderr };
}

/**
 * The same in a process that the commands of a test file share: most of a short command's time is the loading of its modules. What tests
 * ask with `tintype` runs in a process of its own.
 */
async function tintypeShared(args: readonly string[], options: { cwd?: string }): Promise<Finished> {
  if (options.cwd !== undefined || isHostBusy) return tintype(args, options);
  isHostBusy = true;
  try {
    host ??= openCommandHost(environment());
    return await host.run(args, environment());
  } finally {
    isHostBusy = false;
  }
}

let host: CommandHost | undefined;
let isHostBusy = false;

/** The one JSON line of a command run with --json that must succeed. */
export async function tintypeJson<T = Record<string, unknown>>(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<T> {
  const { exitCode, stdout, stderr } = await tintypeShared([...args, '--json'], options);
  if (exitCode !== 0) throw new Error(`tintype ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** The problem of a command that must fail. */
export async function tintypeProblem(
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<{ exitCode: number | null; code: string; detail: string; hint: string }> {
  const { exitCode, stderr } = await tintypeShared([...args, '--json'], options);
  return {
    exitCode,
    ...(JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as { code: string; detail: string; hint: string }),
  };
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tintype-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** `tintype serve` or `start` on a free port, until it is disposed. */
export async function startServer(
  command: 'serve' | 'start',
  words: readonly string[],
): Promise<AsyncDisposable & { address: string }> {
  const child = startTintype([command, '--port', '0', '--json', ...words]);
  // A pipe that nobody reads fills up, and its writer waits for ever.
  child.stderr.resume();
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve((JSON.parse(text) as { address: string }).address);
    });
    void ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
